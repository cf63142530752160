/** What is known of one model, with what calls of a given size cost. */
import { isPromptOptError } from '../../protocol/errors.ts';
import type { ModelConnections } from './connections.ts';
import { didYouMean, nearModels } from './near-models.ts';
import type { KnownNames } from './near-models.ts';
import { costOf } from './price.ts';
import type { ModelPrice } from './price.ts';
import { lookUpModel } from './pricing.ts';

/** Tokens of the example calls. */
export interface CallSize {
  readonly input: number;
  readonly output: number;
}

/** What a model costs and takes. */
export interface ModelFacts {
  /** `provider/model` */
  readonly name: string;
  /** The alias it was named by; null when it was named in full. */
  readonly alias: string | null;
  /** Null when unknown. */
  readonly price: ModelPrice | null;
  /** Tokens; null when unknown. */
  readonly contextWindow: number | null;
  /** Whether it thinks before it answers; that counts as output. Null when its provider could not be asked. */
  readonly reasons: boolean | null;
  readonly size: CallSize;
  /** USD of one call of that size: plain, with all input read from the provider's cache, by batch. Null without a price. */
  readonly costs: { readonly plain: number; readonly cached: number; readonly batch: number | null } | null;
  /** Names that are spelled nearly so, where no price is known; else empty. */
  readonly near: string;
}

export interface FactsServices {
  readonly connections: ModelConnections;
  readonly known: KnownNames;
  /** Prices of the workspace by full model name. */
  readonly prices: Readonly<Record<string, ModelPrice>>;
}

type Described = Pick<ModelFacts, 'price' | 'contextWindow' | 'reasons'>;

/** A price is no secret: without a key, or a server that answers, there is still what the data says. */
async function describe(name: string, { connections, known, prices }: FactsServices): Promise<Described> {
  try {
    return await connections.describe(name);
  } catch (error) {
    const slash = name.indexOf('/');
    const provider = name.slice(0, slash);
    const isKnown = known.providers.some((one) => one.name === provider);
    if (!isKnown || !isPromptOptError(error) || error.code !== 'unavailable') throw error;
    const { price, contextWindow } = await lookUpModel(provider, name.slice(slash + 1));
    return { price: prices[name] ?? price, contextWindow, reasons: null };
  }
}

/** @throws PromptOptError `unavailable` when there is no such provider. */
export async function modelFacts(written: string, size: CallSize, services: FactsServices): Promise<ModelFacts> {
  const { known } = services;
  const name = known.aliases[written] ?? written;
  const { price, contextWindow, reasons } = await describe(name, services);
  const usage = { inputTokens: size.input, outputTokens: size.output, cachedInputTokens: 0, reasoningTokens: 0 };
  return {
    name,
    alias: name === written ? null : written,
    price,
    contextWindow,
    reasons,
    size,
    costs:
      price === null
        ? null
        : {
            plain: costOf(usage, price) ?? 0,
            cached: costOf({ ...usage, cachedInputTokens: size.input }, price) ?? 0,
            batch: price.batchFactor === undefined ? null : costOf(usage, price, { batch: true }),
          },
    near: price === null ? didYouMean(await nearModels(name, known)) : '',
  };
}
