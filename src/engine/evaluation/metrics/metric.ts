/** The contract of a row metric: one small file each, one line each in `table.ts`. */
import type * as z from 'zod';
import type { MetricKind } from '../../spec/descriptors.ts';
import type { ExpectedValue, TaskSpec } from '../../spec/task-spec.ts';
import type { ConstraintValidationResult } from '../evaluation.ts';

export interface ScoredReply {
  readonly spec: TaskSpec;
  readonly reply: string;
  readonly outputs: Readonly<Record<string, unknown>> | null;
  /** Null when the row names none. */
  readonly expected: ExpectedValue | null;
  readonly constraints: ConstraintValidationResult;
}

export interface MetricScore {
  /** 0…1. */
  readonly score: number;
  /** What was wrong, in sentences a proposer can learn from; empty for a full score. */
  readonly feedback: readonly string[];
}

export interface MetricDescriptor<Config = unknown> extends MetricKind {
  readonly scope: 'row';
  readonly schema: z.ZodType<Config>;
  /** Null when the row gives nothing to compare with: the metric then does not count for it. */
  score(config: Config, scored: ScoredReply): MetricScore | null;
}

/** The expected text of one output, or of the whole reply. */
export function expectedText(expected: ExpectedValue, output: string | undefined): string | null {
  if (typeof expected === 'string') return expected;
  const value = expected[output ?? Object.keys(expected)[0] ?? ''];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The text of one output of the reply, or the whole reply. */
export function actualText({ reply, outputs }: ScoredReply, output: string | undefined): string {
  if (output === undefined) return reply.trim();
  const value = outputs?.[output];
  if (value === undefined) return '';
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

/** A text as feedback quotes it. */
export const quote = (text: string): string => `"${text.length <= 300 ? text : `${text.slice(0, 300)}…`}"`;
