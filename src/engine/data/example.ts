/** One row of data, ready to be asked and scored. */
import type { ExpectedValue } from '../spec/task-spec.ts';

/** A row with its inputs as text and what the reply should be. */
export interface Example {
  /** Hash of inputs and expected; the same row has the same id wherever it stands. */
  readonly id: string;
  /** Every template variable, printed as text. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Null when the row names none: only constraints can then score it. */
  readonly expected: ExpectedValue | null;
  readonly source: { readonly file: string; readonly line: number };
}

/** The rows of a task by split, disjoint on their inputs. */
export interface Splits {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** Empty when there are too few rows for a held-out split. */
  readonly test: readonly Example[];
  /** What the user must know of how the rows were divided (dropped duplicates, no test split …). */
  readonly notes: readonly string[];
}
