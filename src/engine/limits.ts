/** Which hard limits hold: the user's, the spec's, else ours. No run is unlimited. */
import type { Limits } from '../protocol/events.ts';
import type { TaskSpec } from './spec/task-spec.ts';

/** Holds when neither the spec nor the user names any limit. */
export const DEFAULT_LIMITS: Limits = { usd: 2, calls: 800, minutes: 30 };

/** Each limit of the user wins over the spec's of the same kind. */
export function limitsOf(spec: TaskSpec, given: Limits = {}): Limits {
  const limits = { ...spec.optimize.budget, ...given };
  return Object.keys(limits).length === 0 ? DEFAULT_LIMITS : limits;
}
