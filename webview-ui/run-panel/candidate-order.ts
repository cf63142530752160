/** The candidates' table as data: its columns, what became of a candidate, the order and the filter. */
import type { CandidateView, RunView } from '../../src/protocol/folds/run-view.ts';

export type CandidateColumn = 'number' | 'note' | 'score' | 'rows' | 'cost' | 'parents' | 'outcome';

export interface CandidateSort {
  readonly key: CandidateColumn;
  readonly descending: boolean;
}

export interface CandidateRow {
  readonly candidate: CandidateView;
  /** What became of it, in a few words. */
  readonly outcome: string;
  readonly best: boolean;
}

export const CANDIDATE_COLUMNS: readonly {
  readonly key: CandidateColumn;
  readonly title: string;
  readonly numeric: boolean;
}[] = [
  { key: 'number', title: 'No.', numeric: true },
  { key: 'note', title: 'Candidate', numeric: false },
  { key: 'score', title: 'Score', numeric: true },
  { key: 'rows', title: 'Rows', numeric: true },
  { key: 'cost', title: 'Cost/call', numeric: true },
  { key: 'parents', title: 'Parents', numeric: true },
  { key: 'outcome', title: 'Outcome', numeric: false },
];

/** The rows of the table, with what became of each. */
export function candidateRows({ candidates, curve, incumbent, ended }: RunView): CandidateRow[] {
  const best = candidates.find(({ hash }) => hash === incumbent);
  const wasBest = new Set(curve.filter((point) => point.best).map(({ candidate }) => candidate));
  const outcome = (candidate: CandidateView): string => {
    if (candidate.hash === ended?.chosen) return 'chosen';
    if (candidate.hash === incumbent) return ended === null ? 'best so far' : 'best of the search';
    if (candidate.state === 'rejected') return candidate.reason ?? 'dropped';
    if (candidate.estimate === null || best === undefined || best.estimate === null)
      return ended === null ? 'not evaluated yet' : 'not evaluated';
    if (wasBest.has(candidate.hash)) return `best before ${best.number}`;
    return candidate.estimate.mean < best.estimate.mean ? `lost to ${best.number}` : `level with ${best.number}`;
  };
  return candidates.map((candidate) => ({
    candidate,
    outcome: outcome(candidate),
    best: candidate.hash === incumbent,
  }));
}

type Key = number | string | null;

const keys: Readonly<Record<CandidateColumn, (row: CandidateRow) => Key>> = {
  number: ({ candidate }) => candidate.number,
  note: ({ candidate }) => candidate.note,
  score: ({ candidate }) => candidate.estimate?.mean ?? null,
  rows: ({ candidate }) => candidate.estimate?.rows ?? null,
  cost: ({ candidate }) => candidate.costPerCall,
  parents: ({ candidate }) => candidate.parentNumbers[0] ?? null,
  outcome: ({ outcome }) => outcome,
};

const collator = new Intl.Collator('en', { numeric: true });

/** In order; what has no value comes last either way, and equals by number. */
export function sortCandidates(rows: readonly CandidateRow[], { key, descending }: CandidateSort): CandidateRow[] {
  const of = keys[key];
  const compare = (a: Key, b: Key): number => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    const order = typeof a === 'string' ? collator.compare(a, String(b)) : a - Number(b);
    return descending ? -order : order;
  };
  return rows.toSorted((a, b) => compare(of(a), of(b)) || a.candidate.number - b.candidate.number);
}

/** Those in which every word of the filter occurs. */
export function filterCandidates(rows: readonly CandidateRow[], filter: string): readonly CandidateRow[] {
  const words = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter(({ candidate, outcome }) => {
    const text = `${candidate.number} ${candidate.note} ${candidate.origin} ${outcome}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
