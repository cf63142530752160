import { counted, money, plusMinus, signed } from '../../../protocol/wording.ts';
import { PromptOptError } from '../../../engine/index.ts';
import type { OptimizationResult, RunRecord } from '../../../engine/index.ts';
import { columns } from '../../columns.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { verdictInShort } from '../../show-result.ts';
import { addStoreOption, findRun, resultOf, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface CompareOptions extends StoreOptions {
  readonly json?: boolean;
}

/** What stands in the way of reading two verdicts against each other; empty when they asked the same rows. */
function differencesOf(a: RunRecord, b: RunRecord): string[] {
  const said: string[] = [];
  const rows = new Set(a.header.rows.test);
  const shared = b.header.rows.test.filter((id) => rows.has(id)).length;
  if (shared < Math.max(a.header.rows.test.length, b.header.rows.test.length)) {
    said.push(
      `They share ${shared} of ${a.header.rows.test.length} and ${b.header.rows.test.length} test rows, so their scores are not of the same rows.`,
    );
  }
  const [first, second] = [resultOf(a), resultOf(b)];
  if (first?.models.target !== second?.models.target) said.push('They asked different target models.');
  if (first?.original.hash !== second?.original.hash) said.push('They began with different prompts.');
  if (first?.verdict?.rows !== second?.verdict?.rows) said.push('Their verdicts rest on different numbers of rows.');
  return said;
}

/** Two intervals that do not overlap differ; two that do may. */
function plainly(a: OptimizationResult, b: OptimizationResult): string {
  if (a.verdict === null || b.verdict === null) return 'One of the two has no verdict, so there is nothing to compare.';
  const [first, second] = [a.verdict.after, b.verdict.after];
  const better = first.mean >= second.mean ? a : b;
  const gap = signed(Math.abs(first.mean - second.mean));
  return first.low > second.high || second.low > first.high
    ? `${better.runId} ends higher by ${gap}; the intervals of the two do not overlap.`
    : `The two are not distinguishable by their verdicts: their intervals overlap (difference ${gap}).`;
}

async function compare(
  ids: readonly [string, string],
  options: CompareOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const [a, b] = [await findRun(store, ids[0]), await findRun(store, ids[1])];
  const [first, second] = [resultOf(a), resultOf(b)];
  if (first === null || second === null) {
    const missing = first === null ? a : b;
    throw new PromptOptError('usage', `Run ${missing.header.id} has no result yet: it is ${missing.status}.`, {
      remedy: `Go on with it by \`promptopt runs resume ${missing.header.id}\`.`,
    });
  }
  const caveats = differencesOf(a, b);
  const sentence = plainly(first, second);
  if (options.json === true) {
    terminal.out(JSON.stringify({ paired: false, sentence, caveats, runs: [first, second] }, null, 2));
    return;
  }
  const colours = terminal.outColours;
  terminal.out(colours.bold(sentence));
  terminal.out('Verdict is held beside verdict: the rows are not compared one by one.');
  for (const caveat of caveats) terminal.out(colours.yellow(caveat));
  terminal.out(
    `\n${columns(
      [first, second],
      [
        { title: 'run', text: ({ runId }) => runId },
        { title: 'strategy', text: ({ strategy }) => strategy },
        { title: 'seed', text: ({ seed }) => String(seed), align: 'right' },
        { title: 'before', text: ({ verdict }) => (verdict === null ? '—' : plusMinus(verdict.before)) },
        { title: 'after', text: ({ verdict }) => (verdict === null ? '—' : plusMinus(verdict.after)) },
        { title: 'verdict', text: verdictInShort },
        { title: 'spent', text: ({ spent }) => `${money(spent.usd)}, ${counted(spent.calls, 'call')}` },
      ],
      colours.dim,
    )}`,
  );
}

export const compareRuns: CliCommand = (runs, context) => {
  const command = runs
    .command('compare')
    .description('Holds two runs of a spec beside each other.')
    .argument('<run>', 'an id, or the end of it')
    .argument('<other>', 'another')
    .option('--json', 'print JSON');
  addStoreOption(command).action(async (run: string, other: string, options: CompareOptions) => {
    await compare([run, other], options, context);
  });
};
