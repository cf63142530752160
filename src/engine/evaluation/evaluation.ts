/** What an evaluation gives back: the full matrix of examples by scores, and why each is what it is. */
import type { ConstraintRate, Estimate } from '../../protocol/events.ts';
import type { Example } from '../data/example.ts';
import type { Usage } from '../models/language-model.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { ConstraintSeverity } from '../spec/task-spec.ts';

export interface ConstraintResult {
  readonly name: string;
  readonly passed: boolean;
  readonly description: string;
  readonly weight: number;
  readonly severity: ConstraintSeverity;
  /** Why it failed, in words; empty when it passed. */
  readonly reason: string;
}

/** The seed's `validate_response`: the weighted share of constraints that hold, 0…1, and each one's result. */
export interface ConstraintValidationResult {
  readonly overallScore: number;
  readonly constraintResults: readonly ConstraintResult[];
  /** True when a `must` constraint failed. */
  readonly mustFailed: boolean;
}

export interface RowResult {
  readonly exampleId: string;
  /** 0…1. */
  readonly score: number;
  /** Each row metric's score by its name, 0…1. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly constraints: readonly ConstraintResult[];
  /** What was wrong, in sentences a proposer can learn from; empty for a perfect row. Row content: never in events. */
  readonly feedback: string;
  readonly reply: string;
  /** The reply read into outputs; null when it could not be read. */
  readonly outputs: Readonly<Record<string, unknown>> | null;
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly latencyMs: number;
  /** True when the reply limit cut the reply. */
  readonly truncated: boolean;
  /** True when the model refused this request as such (too long, filtered): the prompt has no answer for this row. */
  readonly refused: boolean;
}

export interface Evaluation {
  readonly promptHash: string;
  /** In the order of the examples asked for. */
  readonly rows: readonly RowResult[];
  readonly estimate: Estimate;
  readonly constraintRates: readonly ConstraintRate[];
  /** Corpus metrics by name; reported, never steering a search. */
  readonly corpus: Readonly<Record<string, Estimate>>;
  readonly unparsed: number;
  readonly costUsd: number | null;
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  /** Which repeat of each row; 0 when absent. */
  readonly sample?: number;
  /** The spec's when absent. */
  readonly temperature?: number;
  /** Called after each settled row with how many of all are done. */
  readonly onRow?: (done: number, of: number) => void;
}

export interface Evaluator {
  /**
   * Asks the target model for every example and scores the replies. A request that is refused as such scores 0 and says
   * so; when nothing but refusals has come so far, the refusal is thrown: the request is then wrong, not the row.
   * @throws what `LanguageModel.generate` throws: an infrastructure failure is never a score.
   */
  evaluate(prompt: Prompt, examples: readonly Example[], options?: EvaluateOptions): Promise<Evaluation>;
}
