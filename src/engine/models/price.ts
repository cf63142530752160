/** What tokens cost. A run keeps the prices it began with, so that its account never changes afterwards. */
import type { Usage } from './language-model.ts';

/** USD per million tokens. */
export interface ModelPrice {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Defaults to the input price. */
  readonly cachedInputPerMillion?: number;
  /** Where the figures come from, e.g. a data set and its version, or `free`. */
  readonly source: string;
}

/** USD of one reply; null when the model has no known price. */
export function costOf(usage: Usage, price: ModelPrice | null): number | null {
  if (price === null) return null;
  const cachedPrice = price.cachedInputPerMillion ?? price.inputPerMillion;
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  return (
    (fresh * price.inputPerMillion +
      usage.cachedInputTokens * cachedPrice +
      usage.outputTokens * price.outputPerMillion) /
    1e6
  );
}
