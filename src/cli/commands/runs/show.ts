import { relative } from 'node:path';
import type { CliCommand, CommandContext } from '../../command.ts';
import { writeReport, writeSpec } from '../../finish-run.ts';
import { modelLine } from '../../show-plan.ts';
import { unifiedDiff } from '../../show-diff.ts';
import { candidatesText, resultText } from '../../show-result.ts';
import { addStoreOption, findRunOrNewest, resultOf, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';
import { timeOf } from './list.ts';

interface ShowOptions extends StoreOptions {
  readonly json?: boolean;
  readonly write?: boolean;
  readonly report?: string | boolean;
}

async function show(typed: string | undefined, options: ShowOptions, context: CommandContext): Promise<void> {
  const { terminal, folder } = context;
  const engine = context.engine();
  const store = await storeOf(engine, options, context);
  const record = await findRunOrNewest(store, typed);
  const { header, status } = record;
  const result = resultOf(record);
  const say = (text: string): void => {
    if (options.json === true) terminal.err(text);
    else terminal.out(text);
  };
  if (options.json === true)
    terminal.out(JSON.stringify(result ?? { runId: header.id, status, paid: record.paid }, null, 2));
  else {
    const colours = terminal.outColours;
    terminal.out(
      `${colours.bold(header.name)}  ${header.id}, ${timeOf(header.createdAt)} UTC, ${header.strategy}, ${status}\n${header.specPath}`,
    );
    if (result === null) {
      terminal.out(
        status === 'interrupted' || status === 'paused'
          ? `\nNo result yet. Go on with \`promptopt runs resume ${header.id}\`.`
          : '\nNo result yet.',
      );
    } else {
      terminal.out(modelLine(result.models.target, result.models.proposer, result.embedded));
      terminal.out(`\n${resultText(result, colours)}\n\n${candidatesText(result, colours)}`);
      if (result.chosen.hash !== result.original.hash) {
        const after = engine.writeBack(header.specText, header.specPath, result.chosen);
        terminal.out(`\n${unifiedDiff(header.specText, after, relative(folder, header.specPath), colours)}`);
      }
    }
  }
  if (options.report !== undefined) {
    say(`\nReport  ${await writeReport(engine, store, header.id, context, options.report)}`);
  }
  if (options.write === true && result !== null) {
    say(await writeSpec({ result, specPath: header.specPath, specText: header.specText }, engine));
  }
}

export const showRun: CliCommand = (runs, context) => {
  const command = runs
    .command('show')
    .description('Shows a run: verdict, candidates, cost and diff.')
    .argument('[run]', 'its id, or the end of it (default: the newest)')
    .option('--report [file]', 'also write the HTML report (default: .promptopt/exports/)')
    .option('--write', 'write its prompt into the file when it is better')
    .option('--json', 'print the stored result as JSON');
  addStoreOption(command).action(async (typed: string | undefined, options: ShowOptions) => {
    await show(typed, options, context);
  });
};
