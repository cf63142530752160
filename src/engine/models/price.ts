/** What tokens cost. A run keeps the prices it began with, so that its account never changes afterwards. */
import type { Usage } from './language-model.ts';

/** USD per million tokens. */
export interface TokenRates {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Defaults to the input price. */
  readonly cachedInputPerMillion?: number;
  /** Input that is written to the provider's cache. Defaults to the input price. */
  readonly cacheWritePerMillion?: number;
}

export interface ModelPrice extends TokenRates {
  /** Where the figures come from, e.g. a data set and its version, or `free`. */
  readonly source: string;
  /** Some models charge a whole request at higher rates once its input passes this many tokens. */
  readonly longContext?: TokenRates & { readonly aboveInputTokens: number };
}

/** USD of one reply; null when the model has no known price. */
export function costOf(usage: Usage, price: ModelPrice | null): number | null {
  if (price === null) return null;
  const { longContext } = price;
  const rates = longContext !== undefined && usage.inputTokens > longContext.aboveInputTokens ? longContext : price;
  const cachedPrice = rates.cachedInputPerMillion ?? rates.inputPerMillion;
  const written = usage.cacheWriteTokens ?? 0;
  const fresh = usage.inputTokens - usage.cachedInputTokens - written;
  return (
    (fresh * rates.inputPerMillion +
      usage.cachedInputTokens * cachedPrice +
      written * (rates.cacheWritePerMillion ?? rates.inputPerMillion) +
      usage.outputTokens * rates.outputPerMillion) /
    1e6
  );
}
