/** Where a limit ends and a slip begins: beyond these a figure protects nobody, and is refused with a sentence. */
import type { Limits } from './events.ts';

/** A million dollars, a hundred million calls, a trillion tokens, a year. */
export const LARGEST_LIMITS: Readonly<Required<Limits>> = {
  usd: 1_000_000,
  calls: 100_000_000,
  tokens: 1_000_000_000_000,
  minutes: 525_600,
};
