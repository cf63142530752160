/** Which hard limits hold: the user's, the spec's, else ours. No run is unlimited. */
import { PromptOptError } from '../protocol/errors.ts';
import type { Limits } from '../protocol/events.ts';
import { LARGEST_LIMITS } from '../protocol/largest-limits.ts';
import type { TaskSpec } from './spec/task-spec.ts';

/** Holds when neither the spec nor the user names any limit. */
export const DEFAULT_LIMITS: Limits = { usd: 2, calls: 800, minutes: 30 };

/** The same where minutes say nothing: by batch, where a single step may take a day, or outside of runs. */
const { minutes: _minutes, ...TIMELESS_LIMITS } = DEFAULT_LIMITS;

const WHAT: Readonly<Record<keyof Limits, string>> = {
  usd: 'USD',
  calls: 'calls',
  tokens: 'tokens',
  minutes: 'minutes',
};

/** @throws PromptOptError `usage` for a limit that is no number, below 0, or beyond every use. */
function requireSense(limits: Limits): void {
  for (const name of ['usd', 'calls', 'tokens', 'minutes'] as const) {
    const value = limits[name];
    if (value === undefined) continue;
    const [what, most] = [WHAT[name], LARGEST_LIMITS[name]];
    if (!(value >= 0 && value <= most)) {
      throw new PromptOptError('usage', `A limit of ${value} ${what} makes no sense.`, {
        limit: name,
        remedy: `Give a number from 0 to ${most.toLocaleString('en-US')}.`,
      });
    }
    if ((name === 'calls' || name === 'tokens') && !Number.isInteger(value)) {
      throw new PromptOptError('usage', `A limit of ${value} ${what} makes no sense.`, {
        limit: name,
        remedy: `${what.charAt(0).toUpperCase()}${what.slice(1)} are counted in whole numbers.`,
      });
    }
  }
}

/** Limits of what has no spec and no time of its own. @throws PromptOptError `usage` as `requireSense`. */
export function plainLimits(given: Limits = {}): Limits {
  requireSense(given);
  const { minutes: _own, ...limits } = given;
  return Object.keys(limits).length === 0 ? TIMELESS_LIMITS : limits;
}

/** Each limit of the user wins over the spec's of the same kind. @throws PromptOptError `usage` as `requireSense`. */
export function limitsOf(spec: TaskSpec, given: Limits = {}, { batch = false } = {}): Limits {
  requireSense(given);
  const limits = { ...spec.optimize.budget, ...given };
  if (Object.keys(limits).length > 0) return limits;
  return batch ? TIMELESS_LIMITS : DEFAULT_LIMITS;
}
