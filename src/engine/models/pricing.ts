/** Prices and windows of known models, from data shipped with the product: nothing is asked over the network. */
import type { ModelPrice, TokenRates } from './price.ts';

export interface KnownModel {
  /** Null when the data has no usable price; never 0 for unknown. */
  readonly price: ModelPrice | null;
  /** Tokens; null when unknown. */
  readonly contextWindow: number | null;
}

const UNKNOWN: KnownModel = { price: null, contextWindow: null };
const SOURCE = 'genai-prices 0.1.8';

/** A price of the data: one figure, or a base with higher tiers. */
type Tiered =
  number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

interface Rates {
  readonly input_mtok?: Tiered;
  readonly output_mtok?: Tiered;
  readonly cache_read_mtok?: Tiered;
  readonly cache_write_mtok?: Tiered;
}

/** Providers whose batch endpoint costs a part of the price one by one (their price pages; the data has no such figure). */
const BATCH_FACTORS: Readonly<Record<string, number>> = { openai: 0.5, anthropic: 0.5 };

const at = (price: Tiered | undefined, inputTokens: number): number | null => {
  if (price === undefined || typeof price === 'number') return price ?? null;
  return price.tiers.reduce((rate, tier) => (inputTokens > tier.start ? tier.price : rate), price.base);
};

function ratesAt(rates: Rates, inputTokens: number): TokenRates | null {
  const [input, output] = [at(rates.input_mtok, inputTokens), at(rates.output_mtok, inputTokens)];
  const [cached, written] = [at(rates.cache_read_mtok, inputTokens), at(rates.cache_write_mtok, inputTokens)];
  if (input === null || output === null) return null;
  return {
    inputPerMillion: input,
    outputPerMillion: output,
    ...(cached === null ? {} : { cachedInputPerMillion: cached }),
    ...(written === null ? {} : { cacheWritePerMillion: written }),
  };
}

/** Of several tiers the last one stands for all: a forecast may then be too high, never too low. */
function longContextOf(rates: Rates): ModelPrice['longContext'] {
  const starts = [rates.input_mtok, rates.output_mtok, rates.cache_read_mtok, rates.cache_write_mtok].flatMap(
    (price) => (price === undefined || typeof price === 'number' ? [] : price.tiers.map((tier) => tier.start)),
  );
  const highest = ratesAt(rates, Infinity);
  return starts.length === 0 || highest === null ? undefined : { ...highest, aboveInputTokens: Math.min(...starts) };
}

/** What the data knows of a model of a provider, e.g. (`openai`, `gpt-4o-mini`). */
export async function lookUpModel(provider: string, modelId: string): Promise<KnownModel> {
  const { calcPrice } = await import('@pydantic/genai-prices');
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, modelId, { providerId: provider });
  if (found === null) return UNKNOWN;
  const rates = found.model_price as Rates;
  const base = ratesAt(rates, 0);
  const longContext = longContextOf(rates);
  const batchFactor = BATCH_FACTORS[provider];
  return {
    price:
      base === null
        ? null
        : {
            ...base,
            source: SOURCE,
            ...(longContext === undefined ? {} : { longContext }),
            ...(batchFactor === undefined ? {} : { batchFactor }),
          },
    contextWindow: found.model.context_window ?? null,
  };
}

/** The ids the price data knows of a provider; none for a provider it does not know. */
export async function pricedModels(provider: string): Promise<readonly string[]> {
  const { findProvider } = await import('@pydantic/genai-prices');
  return findProvider({ providerId: provider })?.models.map(({ id }) => id) ?? [];
}
