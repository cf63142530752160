/** What `eval` hands over: one document for the terminal, CI and other programs. It holds row content: show it as such. */
import type { ConstraintRate, Estimate, Limits, Spend } from './events.ts';

/** One row with the model's reply and what it is worth. */
export interface EvaluatedRow {
  readonly id: string;
  /** Where the row stands; `line` is 1-based. */
  readonly source: { readonly file: string; readonly line: number };
  readonly inputs: Readonly<Record<string, string>>;
  readonly expected: unknown;
  readonly reply: string;
  /** 0…1. */
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly failedConstraints: readonly { readonly name: string; readonly reason: string }[];
  readonly feedback: string;
  /** The reply limit cut the reply. */
  readonly truncated: boolean;
  readonly latencyMs: number;
  readonly costUsd: number | null;
  /** 0 for the first time a row was asked, then 1, 2 … with `repeat`. */
  readonly sample: number;
}

/** A prompt on the rows of one split: the mean, each row, and what it cost. */
export interface EvaluationReport {
  readonly name: string;
  readonly model: string;
  /** True when the embedded stand-in answered. */
  readonly embedded: boolean;
  readonly split: string;
  readonly repeat: number;
  readonly estimate: Estimate;
  readonly constraints: readonly ConstraintRate[];
  readonly corpus: Readonly<Record<string, Estimate>>;
  readonly unparsed: number;
  readonly truncated: number;
  readonly rows: readonly EvaluatedRow[];
  readonly limits: Limits;
  readonly spent: Spend;
  readonly paid: Spend;
  readonly notes: readonly string[];
}
