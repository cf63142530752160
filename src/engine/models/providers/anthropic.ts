/** Anthropic's messages, by the official SDK. */
import { NO_SPEND } from '../../../protocol/events.ts';
import type { Generation, GenerationRequest } from '../language-model.ts';
import { lookUpModel } from '../pricing.ts';
import type { ListedModel, ModelProvider, ProviderDescriptor, ProviderSettings } from '../provider.ts';
import { estimateTokens } from '../tokens.ts';
import { createBatchPort } from './anthropic/batch.ts';
import { thinksUnasked } from './anthropic/claude-models.ts';
import { notAnthropic, toPromptOptError } from './anthropic/errors.ts';
import { finishReasonOf, readMessage, readStream, usageOf } from './anthropic/reply.ts';
import type { EventReceived, MessageReceived, Reply } from './anthropic/reply.ts';
import { toWire } from './anthropic/request.ts';
import { startDeadline } from './deadline.ts';
import { endpointOf, readKey, requireKey } from './endpoint.ts';
import { cancelled, connectionError, notInTime } from './http-errors.ts';
import { tellLimits } from './rate-headers.ts';

const DEFAULT_BASE_URL = 'https://api.anthropic.com';
const DEFAULT_TIMEOUT_MS = 120_000;
/** A server of one's own may ask for none; without one the SDK would look for others on this machine. */
const NO_KEY = 'none';
const MESSAGES = '/v1/messages';
/** The most the list gives on one page. */
const MODELS_A_PAGE = 1000;

/** A model as the list has it. */
interface Listed {
  readonly id: string;
  readonly display_name?: string | null;
  readonly retires_at?: string | null;
}

const noteOf = ({ display_name: name, retires_at: retires }: Listed): string | null => {
  const until = retires === null || retires === undefined ? '' : `until ${retires.slice(0, 10)}`;
  return [name ?? '', until].filter((part) => part !== '').join(', ') || null;
};

/** What the SDK adds its paths to: an address that ends in /v1, as those of other providers do, is understood too. */
function sdkAddress(baseUrl: string): { baseURL: string; defaultQuery: Record<string, string> } {
  const { origin, pathname, searchParams } = new URL(baseUrl);
  return {
    baseURL: `${origin}${pathname.replace(/\/(?:v1\/?)?$/, '')}`,
    defaultQuery: Object.fromEntries(searchParams),
  };
}

async function connect(settings: ProviderSettings): Promise<ModelProvider> {
  const { baseUrl = DEFAULT_BASE_URL, timeoutMs = DEFAULT_TIMEOUT_MS } = settings;
  const isOwn = !(URL.canParse(baseUrl) && new URL(baseUrl).origin === DEFAULT_BASE_URL);
  const endpoint = endpointOf(anthropic, baseUrl, isOwn);
  const apiKey = isOwn ? readKey(settings.apiKey, anthropic) : requireKey(settings.apiKey, anthropic);
  const [sdk, { transformJSONSchema }] = await Promise.all([
    import('@anthropic-ai/sdk'),
    import('@anthropic-ai/sdk/lib/transform-json-schema'),
  ]);
  const client = new sdk.Anthropic({
    apiKey: apiKey ?? NO_KEY,
    webhookKey: null,
    ...sdkAddress(baseUrl),
    // Servers of one's own may know the key by the header it had in earlier versions of the protocol.
    defaultHeaders: isOwn && apiKey !== undefined ? { 'x-api-key': apiKey } : {},
    timeout: timeoutMs,
    // Every attempt passes the paid meter: the engine retries, the SDK does not.
    maxRetries: 0,
    logLevel: 'off',
    openTelemetry: false,
    ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }),
  });
  const transform = (schema: unknown): unknown => transformJSONSchema(schema as Record<string, unknown>);
  const count = settings.countTokens ?? ((text: string) => Promise.resolve(estimateTokens(text)));

  const generationOf = async (reply: Reply, request: GenerationRequest, latencyMs: number): Promise<Generation> => ({
    parts: [{ type: 'text', text: reply.text }],
    toolCalls: reply.toolCalls,
    usage: await usageOf(reply, request, count),
    // The gateway prices it: a run keeps the prices it began with.
    costUsd: null,
    latencyMs,
    cached: false,
    finishReason: finishReasonOf(reply),
    paid: NO_SPEND,
  });

  return {
    async generate(request, { signal, onDelta, onLimits } = {}): Promise<Generation> {
      const { body, headers } = toWire(request, transform);
      const started = performance.now();
      const deadline = startDeadline(timeoutMs, signal);
      const options = { headers, signal: deadline.signal };
      let answered = false;
      let reply: Reply | null;
      try {
        // Not by `messages.create`, which writes a warning to the console at every call of an older model.
        if (onDelta === undefined) {
          const asked = client.post<MessageReceived | string | null>(MESSAGES, { ...options, body });
          const { data, response } = await asked.withResponse();
          tellLimits(response.headers, onLimits);
          reply = readMessage(data);
        } else {
          const asked = client.post<AsyncIterable<EventReceived | null>>(MESSAGES, {
            ...options,
            body: { ...body, stream: true },
            stream: true,
          });
          const { data, response } = await asked.withResponse();
          answered = true;
          tellLimits(response.headers, onLimits);
          const end = await readStream(data, onDelta);
          if (end.began && !end.complete) throw connectionError(endpoint, new Error('The stream ended early.'), true);
          reply = end.began ? end.reply : null;
        }
        if (reply === null) throw notAnthropic(endpoint);
        deadline.settle();
      } catch (error) {
        deadline.close();
        if (signal?.aborted === true) throw cancelled(anthropic.name);
        if (deadline.timedOut()) throw notInTime(endpoint, error);
        if (error instanceof sdk.APIError) tellLimits(error.headers as Headers | undefined, onLimits);
        throw toPromptOptError(sdk, error, endpoint, request.model, answered);
      }
      return await generationOf(reply, request, Math.round(performance.now() - started));
    },
    batch: createBatchPort({
      sdk,
      client,
      endpoint,
      toWire: (request) => toWire(request, transform),
      // A batch says nothing of how long a model takes for a call.
      toGeneration: (reply, request) => generationOf(reply, request, 0),
      async within(signal, work) {
        const deadline = startDeadline(timeoutMs, signal);
        try {
          return await work(deadline.signal);
        } catch (error) {
          if (signal?.aborted === true) throw cancelled(anthropic.name);
          if (deadline.timedOut()) throw notInTime(endpoint, error);
          throw toPromptOptError(sdk, error, endpoint, '', false);
        } finally {
          deadline.close();
        }
      },
    }),
    async describe(modelId) {
      const known = isOwn ? null : await lookUpModel('anthropic', modelId);
      return {
        id: modelId,
        price: known?.price ?? null,
        contextWindow: known?.contextWindow ?? null,
        // Claude's tokenizer is not published; those that were are byte-level, and only a bound by bytes holds for
        // figures, code and Chinese as for English.
        byteLevelTokenizer: true,
        reasons: thinksUnasked(modelId),
        ...(isOwn ? { endpoint: endpoint.baseUrl } : {}),
      };
    },
    countTokens: (_modelId, text) => count(text),
    async list(signal): Promise<readonly ListedModel[]> {
      const deadline = startDeadline(timeoutMs, signal);
      try {
        const page = await client.get<{ readonly data?: readonly Listed[] } | null>('/v1/models', {
          query: { limit: MODELS_A_PAGE },
          signal: deadline.signal,
        });
        if (!Array.isArray(page?.data)) throw notAnthropic(endpoint);
        return (page.data as readonly Listed[]).map((model) => ({ id: model.id, note: noteOf(model) }));
      } catch (error) {
        if (signal?.aborted === true) throw cancelled(anthropic.name);
        if (deadline.timedOut()) throw notInTime(endpoint, error);
        throw toPromptOptError(sdk, error, endpoint, '', false);
      } finally {
        deadline.close();
      }
    },
  };
}

export const anthropic: ProviderDescriptor = {
  name: 'anthropic',
  title: 'Anthropic',
  summary: 'Claude, from Anthropic or an endpoint that speaks its messages (set its base URL).',
  example: 'anthropic/claude-haiku-4-5',
  accounting:
    'Tokens are what the server reports, those read from and written to its cache and those spent on thinking included; before a call they are estimated. Prices come from data shipped with the product; behind a base URL of your own no price is known until you write it into `promptopt.config.yaml`. ' +
    'What Claude cannot carry is refused before it is sent, with what to do: a temperature above 1, `json_object` (it needs a schema), and sampling parameters of models after 4.6, which take none: there a temperature of 0 stands for “not said”. ' +
    'Set `cache: true` in `modelParameters` to have Anthropic cache the system message, and `thinking` to let a model think; thinking counts as reply, so raise `maxTokens` with it.',
  keyVariable: 'ANTHROPIC_API_KEY',
  baseUrlVariable: 'ANTHROPIC_BASE_URL',
  connect,
};
