/** GEPA's candidate selection: sample among those that are best somewhere. Source: GEPA (Agrawal et al. 2025), section 3 and its 0.1.4 implementation. */
import type { RandomStream } from '../../statistics/random.ts';

/** A candidate's validation scores, aligned on the same rows for every candidate. */
export interface ScoredCandidate {
  readonly scores: readonly number[];
}

const mean = (scores: readonly number[]): number =>
  scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);

/**
 * How many rows each candidate is among the best on, after removing candidates that others cover: walking from the
 * lowest mean up, a candidate goes when on every row it leads another surviving candidate leads too.
 * @returns one weight per candidate, 0 for removed ones; all 0 only for an empty list or no rows.
 */
export function paretoWeights(candidates: readonly ScoredCandidate[]): number[] {
  const rows = candidates[0]?.scores.length ?? 0;
  const fronts: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const best = Math.max(...candidates.map((candidate) => candidate.scores[row] ?? -Infinity));
    fronts.push(candidates.flatMap((candidate, index) => (candidate.scores[row] === best ? [index] : [])));
  }
  const means = candidates.map((candidate) => mean(candidate.scores));
  const ascending = candidates.map((_, index) => index).sort((a, b) => (means[a] ?? 0) - (means[b] ?? 0) || a - b);
  const removed = new Set<number>();
  // How many surviving candidates lead each row; a candidate is covered when every row it leads has another.
  const leaders = fronts.map((front) => front.length);
  const leads = candidates.map((_, index) => fronts.flatMap((front, row) => (front.includes(index) ? [row] : [])));
  for (const index of ascending) {
    const rowsLed = leads[index] ?? [];
    if (rowsLed.every((row) => (leaders[row] ?? 0) > 1)) {
      removed.add(index);
      for (const row of rowsLed) leaders[row] = (leaders[row] ?? 0) - 1;
    }
  }
  return candidates.map((_, index) => (removed.has(index) ? 0 : (leads[index]?.length ?? 0)));
}

/** Index of a candidate, drawn in proportion to the rows it leads. */
export function pickParent(candidates: readonly ScoredCandidate[], random: RandomStream): number {
  return random.weighted(paretoWeights(candidates));
}
