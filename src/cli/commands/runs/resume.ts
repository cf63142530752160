import { PromptOptError } from '../../../engine/index.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { finishRun } from '../../finish-run.ts';
import type { FinishOptions } from '../../finish-run.ts';
import { addCallOptions, addOutputOptions, settingsFrom } from '../../options.ts';
import type { CallOptions } from '../../options.ts';
import { addStoreOption, findRun, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';
import { planOf } from '../../stored-plan.ts';
import { watchRun } from '../../watch-run.ts';

interface ResumeOptions extends StoreOptions, FinishOptions, CallOptions {}

async function resume(typed: string | undefined, options: ResumeOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const engine = context.engine(settingsFrom(options));
  const store = await storeOf(engine, options, context);
  const wanted = typed === undefined ? undefined : (await findRun(store, typed)).header.id;
  const { run, note } = await engine.resume(store, wanted);
  const record = await store.load(run.id);
  if (record === null) throw new PromptOptError('internal', `Run ${run.id} is gone from the store.`);
  const { header } = record;
  const say = (text: string): void => {
    if (options.json === true) terminal.err(text);
    else terminal.out(text);
  };
  if (options.quiet !== true) say(`Going on with run ${run.id} of ${header.specPath}`);
  if (note !== null) say(note);
  const result = await watchRun(run, context, planOf(record), options);
  await finishRun({ result, specPath: header.specPath, specText: header.specText }, engine, store, context, options);
}

export const resumeRun: CliCommand = (runs, context) => {
  const command = runs
    .command('resume')
    .description('Goes on with an interrupted run. What was paid for is not bought again.')
    .argument('[run]', 'its id, or the end of it (default: the newest interrupted one)')
    .option('--write', 'write the prompt into the file when it is better')
    .option('--report [file]', 'where to write the HTML report (default: .promptopt/exports/)');
  addCallOptions(command);
  addOutputOptions(command);
  addStoreOption(command).action(async (typed: string | undefined, options: ResumeOptions) => {
    await resume(typed, options, context);
  });
};
