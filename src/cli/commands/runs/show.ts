import { relative } from 'node:path';
import { spend } from '../../../protocol/wording.ts';
import { PromptOptError } from '../../../engine/index.ts';
import type { ResultsStore, RunRecord } from '../../../engine/index.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { writeReport, writeSpec } from '../../finish-run.ts';
import { modelLine } from '../../show-plan.ts';
import { unifiedDiff } from '../../show-diff.ts';
import { candidatesText, resultText } from '../../show-result.ts';
import { sessionText } from '../../show-session.ts';
import { addStoreOption, findRunOrNewest, resultOf, sessionOf, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';
import { timeOf } from './list.ts';

interface ShowOptions extends StoreOptions {
  readonly json?: boolean;
  readonly write?: boolean;
  readonly report?: string | boolean;
}

/** A session has no verdict and no diff. Of one that was killed, what it had told last is known. */
async function showSession(
  record: RunRecord,
  store: ResultsStore,
  options: ShowOptions,
  { terminal }: CommandContext,
): Promise<void> {
  const { header, status, paid } = record;
  if (options.report !== undefined || options.write === true) {
    throw new PromptOptError('usage', `${header.id} is a session of \`promptopt serve\`.`, {
      remedy: 'It has neither a report nor a prompt to write.',
    });
  }
  const session = sessionOf(record);
  const told = (await store.events(header.id)).flatMap(({ event }) => (event.type === 'spent' ? [event.data] : []));
  const spent = session?.spent ?? told.at(-1)?.nominal ?? null;
  if (options.json === true) {
    terminal.out(JSON.stringify(session ?? { kind: 'session', runId: header.id, status, spent, paid }, null, 2));
    return;
  }
  const colours = terminal.outColours;
  terminal.out(
    `${colours.bold('Session')}  ${header.id}, ${timeOf(header.createdAt)} UTC, ${status}\n${header.specPath}\n`,
  );
  if (session !== null) terminal.out(sessionText(session, colours));
  else {
    terminal.out(
      [
        ...(spent === null ? [] : [`${colours.dim('Spent')}  ${spend(spent)}`]),
        `${colours.dim('Paid')}   ${spend(paid)}${status === 'interrupted' ? ', calls that were in the air at their worst case' : ''}`,
      ].join('\n'),
    );
  }
}

async function show(typed: string | undefined, options: ShowOptions, context: CommandContext): Promise<void> {
  const { terminal, folder } = context;
  const engine = context.engine();
  const store = await storeOf(engine, options, context);
  const record = await findRunOrNewest(store, typed);
  const { header, status } = record;
  if (header.kind === 'session') {
    await showSession(record, store, options, context);
    return;
  }
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
