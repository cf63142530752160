import { basename } from 'node:path';
import { money } from '../../../protocol/wording.ts';
import type { RunRecord } from '../../../engine/index.ts';
import { columns } from '../../columns.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { wholeAboveZero } from '../../options.ts';
import { verdictInShort } from '../../show-result.ts';
import { addStoreOption, resultOf, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface ListOptions extends StoreOptions {
  readonly limit: number;
  readonly json?: boolean;
}

export const timeOf = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');

/** Without prompts and candidates: those are what `runs show` is for. */
const summary = (record: RunRecord): unknown => {
  const { header, status, paid } = record;
  const result = resultOf(record);
  return {
    id: header.id,
    createdAt: header.createdAt,
    name: header.name,
    specPath: header.specPath,
    strategy: header.strategy,
    status,
    verdict: result?.verdict ?? null,
    stopReason: result?.stopReason ?? null,
    spent: result?.spent ?? null,
    paid,
  };
};

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const records = await store.query({ limit: options.limit });
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
        {
          title: 'verdict',
          text: (record) => {
            const result = resultOf(record);
            return result === null ? '—' : verdictInShort(result);
          },
        },
        { title: 'spent', text: (record) => money(resultOf(record)?.spent.usd ?? record.paid.usd), align: 'right' },
        {
          title: 'calls',
          text: (record) => String(resultOf(record)?.spent.calls ?? record.paid.calls),
          align: 'right',
        },
        { title: 'status', text: ({ status }) => status },
      ],
      dim,
    ),
  );
  const interrupted = records.filter(({ status }) => status === 'interrupted').length;
  if (interrupted > 0) terminal.out(`\nNext  promptopt runs resume  (goes on with the newest interrupted run)`);
}

export const listRuns: CliCommand = (runs, context) => {
  const command = runs
    .command('list')
    .description('Lists runs, newest first.')
    .option('--limit <n>', 'how many at most', wholeAboveZero, 20)
    .option('--json', 'print JSON');
  addStoreOption(command).action(async (options: ListOptions) => {
    await list(options, context);
  });
};
