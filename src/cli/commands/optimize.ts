/** `promptopt optimize`: search for a better prompt and prove the gain. */
import { Option } from 'commander';
import { confirmCost } from '../ask.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { finishRun } from '../finish-run.ts';
import type { FinishOptions } from '../finish-run.ts';
import {
  addBatchOption,
  addCallOptions,
  addLimitOptions,
  addModelOptions,
  addOutputOptions,
  limitsFrom,
  modelsFrom,
  settingsFrom,
  wholeNumber,
} from '../options.ts';
import type { BatchOption, CallOptions, LimitOptions, ModelOptions } from '../options.ts';
import { modelLine, planText } from '../show-plan.ts';
import { watchRun } from '../watch-run.ts';

interface OptimizeCommandOptions extends FinishOptions, ModelOptions, LimitOptions, CallOptions, BatchOption {
  readonly strategy?: string;
  readonly seed?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

async function optimize(path: string, options: OptimizeCommandOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const engine = context.engine(settingsFrom(options));
  const task = await engine.openTask(path);
  const plan = await engine.plan(task, {
    ...modelsFrom(options),
    limits: limitsFrom(options),
    batch: options.batch === true,
    ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  // With --json the forecast is beside the answer; the answer itself then says all of it again.
  const say = (text: string): void => {
    if (options.json === true) terminal.err(text);
    else terminal.out(text);
  };
  const colours = options.json === true ? terminal.errColours : terminal.outColours;
  if (options.quiet !== true || plan.embedded) say(modelLine(plan.models.target, plan.models.proposer, plan.embedded));
  if (options.dryRun === true) {
    // Everything of the plan but its means to start, which is no data.
    if (options.json === true) terminal.out(JSON.stringify(plan, null, 2));
    else terminal.out(`\n${planText(plan, colours)}\n\nNothing was sent. Leave out --dry-run to start.`);
    return;
  }
  const store = await engine.store(task.path);
  if (store.location.note !== null) say(store.location.note);
  if (options.quiet !== true) say(`\n${planText(plan, colours)}\n`);
  if (!(await confirmCost(plan, context, options.yes === true))) {
    terminal.err('Nothing was sent.');
    context.exit(EXIT.interrupted);
    return;
  }
  const run = await plan.start();
  const result = await watchRun(run, context, plan, options);
  await finishRun({ result, specPath: task.path, specText: task.text }, engine, store, context, options);
}

export const optimizeCommand: CliCommand = (program, context) => {
  const command = program
    .command('optimize')
    .summary('search for a better prompt and prove the gain on held-out rows')
    .description(
      'Searches for a better prompt within hard limits, then compares it with the original on rows the search never saw.',
    )
    .argument('<spec>', 'a *.prompt.yaml file')
    .addOption(new Option('--strategy <name>', 'how to search (listed below)'))
    .option('--seed <n>', 'the same seed and replies give the same run', wholeNumber)
    .option('--dry-run', 'print the forecast and send nothing')
    .option('--write', 'write the prompt into the file when it is better')
    .option('--report [file]', 'where to write the HTML report (default: .promptopt/exports/)')
    .option('--yes', 'start without asking, whatever the forecast')
    .addHelpText('after', () => {
      const strategies = context.engine().strategies;
      const width = Math.max(...strategies.map(({ name }) => name.length));
      return [
        '',
        'Strategies:',
        ...strategies.map(({ name, summary, whenToChoose }) => `  ${name.padEnd(width)}  ${summary} ${whenToChoose}`),
      ].join('\n');
    });
  addModelOptions(command);
  addLimitOptions(command);
  addCallOptions(command);
  addBatchOption(command);
  addOutputOptions(command);
  command.action(async (path: string, options: OptimizeCommandOptions) => {
    await optimize(path, options, context);
  });
};
