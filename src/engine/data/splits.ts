/** Dividing rows into train, validation and test so that no input stands in two of them. */
import { createHash } from 'node:crypto';
import type { SplitName } from '../../protocol/events.ts';
import type { SplitShares } from '../spec/task-spec.ts';
import type { Example, Splits } from './example.ts';
import { inputHash } from './examples.ts';

/** Below this many rows there is no test split: the verdict is then a cross-fitted estimate. */
export const FEWEST_ROWS_FOR_TEST = 60;

export const DEFAULT_SHARES: SplitShares = { train: 0.4, validation: 0.4, test: 0.2, seed: 0 };

/** The first of each input; later ones are dropped. */
function unique(examples: readonly Example[], seen: Set<string>): Example[] {
  return examples.filter((example) => {
    const hash = inputHash(example.inputs);
    if (seen.has(hash)) return false;
    seen.add(hash);
    return true;
  });
}

const droppedNote = (count: number, where: string): string[] =>
  count === 0
    ? []
    : [
        `${count} ${count === 1 ? 'row' : 'rows'} with an input already seen ${count === 1 ? 'was' : 'were'} left out${where}.`,
      ];

/** Rows given split by split: kept as given, but a row of test is taken out of validation and train, and so on down. */
export function splitsAsGiven(given: Readonly<Record<SplitName, readonly Example[]>>): Splits {
  const seen = new Set<string>();
  const test = unique(given.test, seen);
  const validation = unique(given.validation, seen);
  const train = unique(given.train, seen);
  const total = given.test.length + given.validation.length + given.train.length;
  return { train, validation, test, notes: droppedNote(total - seen.size, ', so that no split knows another') };
}

/**
 * One set, divided within each label by rank of hash(seed, input) and cut to exact counts: the same rows give the same
 * splits whatever their order.
 */
export function splitOneSet(examples: readonly Example[], shares: SplitShares = DEFAULT_SHARES): Splits {
  const rows = unique(examples, new Set());
  const notes = droppedNote(examples.length - rows.length, '');
  const hasTest = rows.length >= FEWEST_ROWS_FOR_TEST;
  if (!hasTest)
    notes.push(
      `${rows.length} rows are too few for a test split (${FEWEST_ROWS_FOR_TEST} needed): the verdict will be a weaker, cross-fitted estimate.`,
    );
  const rank = (example: Example): string =>
    createHash('sha256')
      .update(`${shares.seed}\n${inputHash(example.inputs)}`)
      .digest('hex');
  const byLabel = new Map<string, { example: Example; rank: string }[]>();
  for (const example of rows) {
    // Free text and maps are one stratum; short strings are labels.
    const label = typeof example.expected === 'string' && example.expected.length <= 60 ? example.expected : '';
    byLabel.set(label, [...(byLabel.get(label) ?? []), { example, rank: rank(example) }]);
  }
  const total = shares.train + shares.validation + (hasTest ? shares.test : 0);
  // Cut points over all rows so far: each label's cuts are within a row of its share, and the whole is exact.
  const cuts = (count: number): [number, number] => [
    Math.round((shares.train / total) * count),
    Math.round(((shares.train + shares.validation) / total) * count),
  ];
  const splits: Record<SplitName, Example[]> = { train: [], validation: [], test: [] };
  let before = 0;
  for (const label of [...byLabel.keys()].sort()) {
    const group = (byLabel.get(label) ?? []).sort((a, b) => (a.rank < b.rank ? -1 : 1)).map((row) => row.example);
    const [start, end] = [cuts(before), cuts(before + group.length)];
    const train = end[0] - start[0];
    const known = end[1] - start[1];
    splits.train.push(...group.slice(0, train));
    splits.validation.push(...group.slice(train, known));
    splits.test.push(...group.slice(known));
    before += group.length;
  }
  return { ...splits, notes };
}
