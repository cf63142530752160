/** Following a started run to its end, with ctrl-C on the way. */
import { PromptOptError } from '../engine/index.ts';
import type { OptimizationResult, PlannedRun, Run } from '../engine/index.ts';
import type { CommandContext } from './command.ts';
import type { OutputOptions } from './options.ts';
import { createProgress } from './progress.ts';

/**
 * The first interrupt stops the search and goes on to the verdict, the second leaves at once.
 * @throws PromptOptError what ended the run, with how to resume it.
 */
export async function watchRun(
  run: Run,
  context: CommandContext,
  { limits, forecast }: Pick<PlannedRun, 'limits' | 'forecast'>,
  options: OutputOptions,
): Promise<OptimizationResult> {
  const progress = createProgress({
    terminal: context.terminal,
    now: () => Date.now(),
    quiet: options.quiet === true,
    limits,
    likelyCalls: forecast.calls.likely,
  });
  const resume = `Resume with \`promptopt runs resume ${run.id}\`.`;
  const left = new AbortController();
  const stop = (): void => {
    progress.say('Stopping: the verdict on the best so far follows. Once more leaves at once.');
    run.stop('keep-best');
  };
  const leave = (): void => {
    left.abort();
    run.abort();
  };
  try {
    return await context.interrupts.during([stop, leave], async () => {
      for await (const event of run) progress.add(event);
      return await run.result;
    });
  } catch (error) {
    if (left.signal.aborted) {
      throw new PromptOptError('stopped', 'Interrupted. Nothing that was paid for is lost.', {
        remedy: resume,
        cause: error,
      });
    }
    progress.say(`Run ${run.id} is interrupted; nothing that was paid for is lost. ${resume}`);
    throw error;
  } finally {
    progress.end();
  }
}
