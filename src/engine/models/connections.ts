/** Providers connected once a process, and what is known of their models. Made at the composition root. */
import { PromptOptError } from '../../protocol/errors.ts';
import type { BatchPort } from './batch-port.ts';
import type { Clock } from './clock.ts';
import type { LanguageModel } from './language-model.ts';
import { createLimiter } from './limiter.ts';
import type { Limiter, ModelLimits } from './limiter.ts';
import { unknownModel } from './near-models.ts';
import type { ModelPrice } from './price.ts';
import { createTokenCounter } from './tokens.ts';
import type { ListedModel, ModelInfo, ModelProvider, ProviderDescriptor, ProviderSettings } from './provider.ts';

export interface ModelConnections {
  /** What is known of `provider/model`. @throws PromptOptError `unavailable` for an unknown provider or missing key. */
  describe(model: string): Promise<ModelInfo>;
  open(model: string): Promise<LanguageModel>;
  /** The batch endpoint of a model. @throws PromptOptError `usage` where its provider has none, else as `open` */
  batch(model: string): Promise<BatchPort>;
  /** The limiter of a model, shared by all runs of the process. */
  limiter(model: string): Limiter;
  countTokens(model: string, text: string): Promise<number>;
  /** The models a provider says it has, asked of its server. @throws PromptOptError as `open` */
  list(provider: string, signal?: AbortSignal): Promise<readonly ListedModel[]>;
  /** The next call connects anew, with the key and address of then. Calls in the air are not disturbed. */
  forget(): void;
  /** Ends the tokenizer's thread. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly providers: readonly ProviderDescriptor[];
  readonly settingsFor: (provider: ProviderDescriptor) => ProviderSettings;
  /** Prices by full model name that win over the price data. */
  readonly prices?: Readonly<Record<string, ModelPrice>>;
  /** Names a workspace gives to models: suggested to whoever misspells one. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly concurrency: number;
  /** What a model may be asked, by provider and its name there; absent: as often as one likes. */
  readonly limitsFor?: (provider: string, id: string) => ModelLimits;
  readonly clock: Clock;
  /** The tokenizer's worker; null or absent counts by estimate. */
  readonly tokenizerPath?: string | URL | null;
}

export function createConnections({
  providers,
  settingsFor,
  prices = {},
  aliases = {},
  concurrency,
  limitsFor = () => ({}),
  clock,
  tokenizerPath = null,
}: ConnectionOptions): ModelConnections {
  const tokenizer = createTokenCounter(tokenizerPath);
  const connected = new Map<string, Promise<ModelProvider>>();
  const opened = new Map<string, Promise<LanguageModel>>();
  const limiters = new Map<string, Limiter>();

  const names = (): string => providers.map(({ name }) => name).join(', ');
  const isNamed = (model: string): boolean => providers.some(({ name }) => model.startsWith(`${name}/`));
  const split = (model: string): { provider: ProviderDescriptor; id: string } => {
    const slash = model.indexOf('/');
    const provider = providers.find(({ name }) => name === model.slice(0, slash));
    if (slash <= 0 || provider === undefined) {
      throw new PromptOptError('unavailable', `There is no provider for the model "${model}".`, {
        remedy: `Name it as provider/model; providers are ${names()}.`,
      });
    }
    return { provider, id: model.slice(slash + 1) };
  };

  const connect = (provider: ProviderDescriptor): Promise<ModelProvider> => {
    const known = connected.get(provider.name);
    if (known !== undefined) return known;
    const connecting = provider.connect({ countTokens: (text) => tokenizer.count(text), ...settingsFor(provider) });
    connected.set(provider.name, connecting);
    // A refused key may be mended while the process lives: a failure is not kept.
    connecting.catch(() => connected.delete(provider.name));
    return connecting;
  };

  return {
    async describe(model) {
      if (!isNamed(model)) throw await unknownModel(model, { providers, aliases });
      const { provider, id } = split(model);
      const info = await (await connect(provider)).describe(id);
      const own = prices[model];
      if (own === undefined) return info;
      // Own rates change what a call costs, not that the provider's batches cost less.
      const batchFactor = info.price?.batchFactor;
      return { ...info, price: { ...(batchFactor === undefined ? {} : { batchFactor }), ...own } };
    },
    open(model) {
      const known = opened.get(model);
      if (known !== undefined) return known;
      const opening = (async () => {
        const { provider, id } = split(model);
        const connection = await connect(provider);
        return {
          generate: (request, callOptions) => connection.generate({ ...request, model: id }, callOptions),
        } satisfies LanguageModel;
      })();
      opened.set(model, opening);
      opening.catch(() => opened.delete(model));
      return opening;
    },
    async batch(model) {
      const { provider, id } = split(model);
      const port = (await connect(provider)).batch;
      if (port === undefined) {
        throw new PromptOptError(
          'usage',
          `${provider.title} has no batch endpoint, so ${model} cannot be asked by batch.`,
          {
            remedy: 'Leave out --batch, or name models of a provider that has one, such as openai or anthropic.',
          },
        );
      }
      return { ...port, toWire: (request) => port.toWire({ ...request, model: id }) };
    },
    limiter(model) {
      const known = limiters.get(model);
      if (known !== undefined) return known;
      const { provider, id } = split(model);
      const limits = limitsFor(provider.name, id);
      const most = Math.min(concurrency, limits.concurrency ?? concurrency);
      const limiter = createLimiter({ ...limits, concurrency: most, clock });
      limiters.set(model, limiter);
      return limiter;
    },
    async countTokens(model, text) {
      const { provider, id } = split(model);
      return await (await connect(provider)).countTokens(id, text);
    },
    async list(name, signal) {
      const provider = providers.find((descriptor) => descriptor.name === name);
      if (provider === undefined) {
        throw new PromptOptError('usage', `There is no provider "${name}".`, { remedy: `Providers are ${names()}.` });
      }
      return await (await connect(provider)).list(signal);
    },
    forget() {
      connected.clear();
      opened.clear();
    },
    close: () => tokenizer.close(),
  };
}
