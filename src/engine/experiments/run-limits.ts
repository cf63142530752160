/** The limits of a run: those it began with, and those it was continued with, each from where it took effect. */
import { PromptOptError } from '../../protocol/errors.ts';
import type { Limits } from '../../protocol/events.ts';
import type { RunInput } from './store.ts';

interface LimitChange {
  /** Calls the search had admitted when the old limits ended it: from there on the new ones decide. */
  readonly admission: number;
  readonly limits: Limits;
}

export interface RunLimits {
  readonly first: Limits;
  readonly changes: readonly LimitChange[];
  /** What holds for the whole run by now: for its account, what may be paid, and all that is shown. */
  readonly latest: Limits;
  /** What the search decided by when it had admitted so many calls. */
  at(admitted: number): Limits;
}

/** The value of a `limits` input. */
export interface LimitsInput {
  readonly limits: Limits;
  /** Milliseconds the run had been at work: the events that told of them are written anew. */
  readonly elapsedMs: number;
}

export function runLimits(first: Limits, inputs: readonly RunInput[] = []): RunLimits {
  const changes = inputs.flatMap(({ kind, admission, value }): LimitChange[] =>
    kind === 'limits' ? [{ admission, limits: (value as LimitsInput).limits }] : [],
  );
  return {
    first,
    changes,
    latest: changes.at(-1)?.limits ?? first,
    at: (admitted) => changes.findLast(({ admission }) => admitted >= admission)?.limits ?? first,
  };
}

/** Over once a run is continued with a larger limit. */
const OVER: readonly RunInput['kind'][] = ['minutes', 'month', 'verdict', 'reached'];

/** The inputs that still hold. */
export function inForce(inputs: readonly RunInput[]): readonly RunInput[] {
  const last = inputs.findLastIndex(({ kind }) => kind === 'limits');
  return inputs.filter(({ kind }, index) => index > last || !OVER.includes(kind));
}

const KINDS = ['usd', 'calls', 'tokens', 'minutes'] as const;

const AMOUNTS: Readonly<Record<(typeof KINDS)[number], (value: number) => string>> = {
  usd: (value) => `$${value}`,
  calls: (value) => `${value} calls`,
  tokens: (value) => `${value} tokens`,
  minutes: (value) => `${value} minutes`,
};

/** @throws PromptOptError `usage` when nothing would be larger than before, or something smaller. */
export function raisedLimits(before: Limits, asked: Limits): Limits {
  const given = KINDS.filter((kind) => asked[kind] !== undefined);
  const smaller = given.find((kind) => (asked[kind] ?? 0) < (before[kind] ?? Infinity) && before[kind] !== undefined);
  if (smaller !== undefined) {
    throw new PromptOptError(
      'usage',
      `A run is continued with more, not less: its limit is ${AMOUNTS[smaller](before[smaller] ?? 0)} now.`,
      { remedy: 'A limit counts the whole run, with what it has used already.' },
    );
  }
  if (!given.some((kind) => before[kind] !== undefined && (asked[kind] ?? 0) > (before[kind] ?? 0))) {
    const now = KINDS.flatMap((kind) => (before[kind] === undefined ? [] : [AMOUNTS[kind](before[kind])])).join(', ');
    throw new PromptOptError('usage', `The run is continued with a larger limit than ${now}.`, {
      remedy: 'Name it, for example: --budget-calls 1200. It counts the whole run, with what it has used already.',
    });
  }
  return { ...before, ...asked };
}
