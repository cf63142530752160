import { PromptOptError } from '../../../engine/index.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { finishRun } from '../../finish-run.ts';
import type { FinishOptions } from '../../finish-run.ts';
import { addCallOptions, addLimitOptions, addOutputOptions, limitsFrom, settingsFrom } from '../../options.ts';
import type { CallOptions, LimitOptions } from '../../options.ts';
import { addStoreOption, findRun, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';
import { planOf } from '../../stored-plan.ts';
import { watchRun } from '../../watch-run.ts';

interface ResumeOptions extends StoreOptions, FinishOptions, CallOptions, LimitOptions {}

async function resume(typed: string | undefined, options: ResumeOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const engine = context.engine(settingsFrom(options));
  const store = await storeOf(engine, options, context);
  const wanted = typed === undefined ? undefined : (await findRun(store, typed)).header.id;
  const asked = limitsFrom(options);
  const larger = Object.keys(asked).length > 0 ? { limits: asked } : {};
  const { run, note, limits } = await engine.resume(store, wanted, larger);
  const record = await store.load(run.id);
  if (record === null) throw new PromptOptError('internal', `Run ${run.id} is gone from the store.`);
  const { header } = record;
  const say = (text: string): void => {
    if (options.json === true) terminal.err(text);
    else terminal.out(text);
  };
  if (options.quiet !== true) say(`Going on with run ${run.id} of ${header.specPath}`);
  if (note !== null) say(note);
  const result = await watchRun(run, context, { ...planOf(record), limits }, options);
  await finishRun({ result, specPath: header.specPath, specText: header.specText }, engine, store, context, options);
}

export const resumeRun: CliCommand = (runs, context) => {
  const command = runs
    .command('resume')
    .summary('go on with an interrupted run, or past a limit')
    .description(
      'Goes on with an interrupted run; with a larger limit, with a run that ended at its limit. A limit counts the whole run. What was paid for is not bought again.',
    )
    .argument('[run]', 'its id, or the end of it (default: the newest one)')
    .option('--write', 'write the prompt into the file when it is better')
    .option('--report [file]', 'where to write the HTML report (default: .promptopt/exports/)');
  addLimitOptions(command);
  addCallOptions(command);
  addOutputOptions(command);
  addStoreOption(command).action(async (typed: string | undefined, options: ResumeOptions) => {
    await resume(typed, options, context);
  });
};
