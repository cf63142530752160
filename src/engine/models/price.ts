/** What tokens cost. A run keeps the prices it began with, so that its account never changes afterwards. */
import type { Usage } from './language-model.ts';

/** USD per million tokens. Reasoning is output. A rate of 0 is a price: what is free is not unknown. */
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
  /** What a call through the provider's batch endpoint costs, as a part of every rate, 0…1; absent: no less than one by one. */
  readonly batchFactor?: number;
}

export interface CostOptions {
  /** Whether the call went through the provider's batch endpoint. */
  readonly batch?: boolean;
}

function ratesFor(inputTokens: number, price: ModelPrice): TokenRates {
  const { longContext } = price;
  return longContext !== undefined && inputTokens > longContext.aboveInputTokens ? longContext : price;
}

const factorOf = (price: ModelPrice, { batch = false }: CostOptions): number => (batch ? (price.batchFactor ?? 1) : 1);

/** USD of one reply; null when the model has no known price. */
export function costOf(usage: Usage, price: ModelPrice | null, options: CostOptions = {}): number | null {
  if (price === null) return null;
  const rates = ratesFor(usage.inputTokens, price);
  const written = usage.cacheWriteTokens ?? 0;
  // A server that counts more cached than sent must not earn the user money.
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens - written);
  return (
    (factorOf(price, options) *
      (fresh * rates.inputPerMillion +
        usage.cachedInputTokens * (rates.cachedInputPerMillion ?? rates.inputPerMillion) +
        written * (rates.cacheWritePerMillion ?? rates.inputPerMillion) +
        usage.outputTokens * rates.outputPerMillion)) /
    1e6
  );
}

/** The most so many tokens can cost, whichever way the input is charged; null when the model has no known price. */
export function highestCostOf(
  { inputTokens, outputTokens }: Pick<Usage, 'inputTokens' | 'outputTokens'>,
  price: ModelPrice | null,
  options: CostOptions = {},
): number | null {
  if (price === null) return null;
  const rates = ratesFor(inputTokens, price);
  const {
    inputPerMillion: plain,
    cachedInputPerMillion: cached = plain,
    cacheWritePerMillion: written = plain,
  } = rates;
  const input = Math.max(plain, cached, written);
  return (factorOf(price, options) * (inputTokens * input + outputTokens * rates.outputPerMillion)) / 1e6;
}

/** The price of a model whose every call goes by batch. */
export function atBatchRates(price: ModelPrice | null): ModelPrice | null {
  if (price?.batchFactor === undefined) return price;
  const { batchFactor, longContext, ...rest } = price;
  const scaled = <T extends TokenRates>(rates: T): T => ({
    ...rates,
    inputPerMillion: batchFactor * rates.inputPerMillion,
    outputPerMillion: batchFactor * rates.outputPerMillion,
    ...(rates.cachedInputPerMillion === undefined
      ? {}
      : { cachedInputPerMillion: batchFactor * rates.cachedInputPerMillion }),
    ...(rates.cacheWritePerMillion === undefined
      ? {}
      : { cacheWritePerMillion: batchFactor * rates.cacheWritePerMillion }),
  });
  return { ...scaled(rest), ...(longContext === undefined ? {} : { longContext: scaled(longContext) }) };
}
