/** A finished run for a person: the verdict in a sentence, then its evidence, its price and what to do next. */
import { stopReasonSentence, whatCouldHelp } from '../protocol/advice.ts';
import {
  count,
  counted,
  duration,
  forecastBeside,
  pValue,
  percent,
  plusMinus,
  score,
  signed,
  spend,
} from '../protocol/wording.ts';
import type { OptimizationResult, VerdictSummary } from '../engine/index.ts';
import { columns } from './columns.ts';
import type { Colours } from './terminal.ts';

const BASIS: Readonly<Record<VerdictSummary['basis'], string>> = {
  'held-out': 'held-out rows no optimizer saw',
  'cross-fitted': 'a cross-fitted estimate, weaker than held-out rows',
};

/** An effect beyond every table, from differences that do not vary. */
const effect = (value: number): string => (Math.abs(value) > 1e6 ? 'beyond measure' : value.toFixed(2));

function evidence(verdict: VerdictSummary): (readonly [string, string])[] {
  const { before, after, difference, effectSize } = verdict;
  return [
    ['Before', plusMinus(before)],
    ['After', plusMinus(after)],
    ['Difference', `${signed(difference.mean)}, 95 % interval [${difference.interval.map(signed).join(', ')}]`],
    ['Test', `${pValue(verdict.pValue)} (${verdict.test}); ${effectSize.name} ${effect(effectSize.value)}`],
    ['Basis', `${counted(verdict.rows, 'row')}, ${BASIS[verdict.basis]}`],
  ];
}

const headline = (verdict: VerdictSummary | null, colours: Colours): string => {
  if (verdict === null) return colours.yellow(colours.bold('No verdict: the run ended before one could be made.'));
  const paint =
    verdict.outcome === 'better' ? colours.green : verdict.outcome === 'worse' ? colours.red : colours.yellow;
  return colours.bold(paint(verdict.sentence));
};

export function resultText(result: OptimizationResult, colours: Colours): string {
  const { verdict, spent, paid } = result;
  const tokens = `${count(spent.inputTokens)} tokens in, ${count(spent.outputTokens)} out`;
  const lines: (readonly [string, string])[] = [
    ...(verdict === null ? [] : evidence(verdict)),
    ['Search', `${stopReasonSentence(result.stopReason, result)} ${counted(result.candidates.length, 'candidate')}.`],
    ['Forecast', forecastBeside(result.forecast, spent)],
    ['Spent', `${spend(spent)}, ${tokens}`],
    ['Paid', `${spend(paid)}${paid.calls < spent.calls ? '; the rest came from the cache' : ''}`],
    ['Time', duration(result.time.minutes)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const blocks = [
    headline(verdict, colours),
    lines.map(([name, text]) => `${colours.dim(name.padEnd(width))}  ${text}`).join('\n'),
  ];
  if (verdict !== null && verdict.constraints.length > 0) {
    blocks.push(
      columns(
        verdict.constraints,
        [
          { title: 'constraint', text: ({ name }) => name, width: 40 },
          { title: 'before', text: ({ before }) => percent(before), align: 'right' },
          { title: 'after', text: ({ after }) => percent(after), align: 'right' },
        ],
        colours.dim,
      ),
    );
  }
  if (result.notes.length > 0) blocks.push(result.notes.join('\n'));
  const help = whatCouldHelp(result);
  if (help.length > 0) blocks.push(['What could help:', ...help.map((line) => `  ${line}`)].join('\n'));
  return blocks.join('\n\n');
}

/** The candidates of a run, best first; those never fully scored last. */
export function candidatesText(result: OptimizationResult, colours: Colours): string {
  const numberOf = (hash: string): string => String(result.candidates.find((one) => one.hash === hash)?.number ?? '?');
  const sorted = result.candidates.toSorted(
    (a, b) => (b.estimate?.mean ?? -1) - (a.estimate?.mean ?? -1) || a.number - b.number,
  );
  return columns(
    sorted,
    [
      { title: '#', text: ({ number }) => String(number), align: 'right' },
      { title: 'score', text: ({ estimate }) => (estimate === null ? '—' : plusMinus(estimate)), align: 'right' },
      { title: 'rows', text: ({ estimate }) => String(estimate?.rows ?? 0), align: 'right' },
      { title: 'from', text: ({ parents }) => parents.map(numberOf).join(', ') },
      {
        title: 'why',
        text: ({ note, hash }) => (hash === result.chosen.hash ? `${note} (chosen)` : note),
        width: 60,
      },
    ],
    colours.dim,
  );
}

/** For a list: the verdict in a few letters. */
export function verdictInShort({ verdict }: Pick<OptimizationResult, 'verdict'>): string {
  if (verdict === null) return 'no verdict';
  const { before, after, outcome, difference } = verdict;
  switch (outcome) {
    case 'better':
      return `better ${score(before.mean)} → ${score(after.mean)}`;
    case 'worse':
      return `worse ${score(before.mean)} → ${score(after.mean)}`;
    case 'no-significant-difference':
      return `no significant gain (${signed(difference.mean)})`;
    case 'original-kept':
      return `original kept at ${score(before.mean)}`;
  }
}
