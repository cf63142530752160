/** What a search has found so far, shared by a run and its sub-runs. */
import type { Evaluation, RowResult } from '../evaluation/evaluation.ts';
import type { Candidate } from '../optimizers/optimizer.ts';

export interface OfferedCandidate {
  readonly candidate: Candidate;
  readonly evaluation: Evaluation;
}

/** How far the search's next step lay beyond its limits. */
export interface Shortfall {
  readonly limit: 'calls' | 'usd' | 'tokens';
  readonly by: number;
}

export interface SearchState {
  /** Numbers by prompt hash, in the order candidates were proposed; the original is 0. */
  readonly numbers: Map<string, number>;
  readonly candidates: Candidate[];
  /** Candidates with a full validation score, in the order they were offered. */
  readonly offered: OfferedCandidate[];
  /** Scored rows by prompt, row, temperature and sample. */
  readonly rows: Map<string, RowResult>;
  incumbent: OfferedCandidate | null;
  /** Set while the last step the search asked for could not be afforded. */
  shortfall: Shortfall | null;
  /** How many calls were admitted when the steps that could not be afforded began; null while they can. */
  limitedAt: number | null;
  /** What is said of the search in the result, as sentences. */
  readonly notes: string[];
}

export function createSearchState(): SearchState {
  return {
    numbers: new Map(),
    candidates: [],
    offered: [],
    rows: new Map(),
    incumbent: null,
    shortfall: null,
    limitedAt: null,
    notes: [],
  };
}

/** The share of the score's resolution below which two means are one: sums of floats differ in their last digits. */
const TIE = 1e-9;

/** Keeps the better mean; the first wins ties. Returns whether the incumbent changed. */
export function offer(state: SearchState, offered: OfferedCandidate): boolean {
  state.offered.push(offered);
  const { incumbent } = state;
  if (incumbent !== null && offered.evaluation.estimate.mean <= incumbent.evaluation.estimate.mean + TIE) return false;
  state.incumbent = offered;
  return true;
}
