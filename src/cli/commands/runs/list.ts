import { basename } from 'node:path';
import { count, money } from '../../../protocol/wording.ts';
import type { OptimizationResult, RunRecord, SessionResult } from '../../../engine/index.ts';
import { columns } from '../../columns.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { wholeAboveZero } from '../../options.ts';
import { verdictInShort } from '../../show-result.ts';
import { addStoreOption, resultOf, sessionOf, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface ListOptions extends StoreOptions {
  readonly limit: number;
  readonly json?: boolean;
}

export const timeOf = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');

/** What a run or session has come to; null before its end. */
const endOf = (record: RunRecord): OptimizationResult | SessionResult | null => resultOf(record) ?? sessionOf(record);

/** What came out of it in a few words. */
function outcomeOf(record: RunRecord): string {
  const session = sessionOf(record);
  if (session !== null) return `${count(session.requests - session.refused)} answered`;
  const result = resultOf(record);
  return result === null ? '—' : verdictInShort(result);
}

/** Without prompts and candidates: those are what `runs show` is for. */
const summary = (record: RunRecord): unknown => {
  const { header, status, paid } = record;
  const result = resultOf(record);
  return {
    id: header.id,
    kind: header.kind ?? 'search',
    createdAt: header.createdAt,
    name: header.name,
    specPath: header.specPath,
    strategy: header.strategy,
    status,
    pinned: record.pinned,
    verdict: result?.verdict ?? null,
    stopReason: result?.stopReason ?? null,
    spent: endOf(record)?.spent ?? null,
    paid,
  };
};

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const records = await store.query({ limit: options.limit, sessions: 'too' });
  if (options.json === true) {
    terminal.out(JSON.stringify({ store: store.location.path, runs: records.map(summary) }, null, 2));
    return;
  }
  if (store.location.note !== null) terminal.err(store.location.note);
  if (records.length === 0) {
    terminal.out(`No runs in ${store.location.path}. Start one with \`promptopt optimize SPEC\`.`);
    return;
  }
  const { dim } = terminal.outColours;
  terminal.out(
    columns(
      records,
      [
        { title: 'run', text: ({ header }) => header.id },
        { title: 'when (UTC)', text: ({ header }) => timeOf(header.createdAt) },
        { title: 'spec', text: ({ header }) => basename(header.specPath), width: 32 },
        { title: 'strategy', text: ({ header }) => header.strategy },
        { title: 'verdict', text: outcomeOf },
        { title: 'spent', text: (record) => money(endOf(record)?.spent.usd ?? record.paid.usd), align: 'right' },
        {
          title: 'calls',
          text: (record) => String(endOf(record)?.spent.calls ?? record.paid.calls),
          align: 'right',
        },
        { title: 'status', text: ({ status, pinned }) => (pinned ? `${status}, pinned` : status) },
      ],
      dim,
    ),
  );
  const interrupted = records.filter(
    ({ header, status }) => status === 'interrupted' && header.kind !== 'session',
  ).length;
  if (interrupted > 0) terminal.out(`\nNext  promptopt runs resume  (goes on with the newest interrupted run)`);
}

export const listRuns: CliCommand = (runs, context) => {
  const command = runs
    .command('list')
    .description('Lists runs and sessions of `serve`, newest first.')
    .option('--limit <n>', 'how many at most', wholeAboveZero, 20)
    .option('--json', 'print JSON');
  addStoreOption(command).action(async (options: ListOptions) => {
    await list(options, context);
  });
};
