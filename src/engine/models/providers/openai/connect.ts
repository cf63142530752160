/** Connects a provider that speaks OpenAI's protocol. Each such provider is a descriptor and what is its own. */
import type { APIError, APIPromise } from 'openai';
import { NO_SPEND } from '../../../../protocol/events.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../language-model.ts';
import type { ListedModel, ModelInfo, ModelProvider, ProviderSettings } from '../../provider.ts';
import { estimateTokens } from '../../tokens.ts';
import { startDeadline } from '../deadline.ts';
import { endpointOf, readKey, requireKey } from '../endpoint.ts';
import type { Named } from '../endpoint.ts';
import { cancelled, notInTime, notThisProtocol } from '../http-errors.ts';
import { tellLimits } from '../rate-headers.ts';
import { isRecord, usageOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { isReasoningModel, readParameters } from './api.ts';
import { createBatchPort } from './batch.ts';
import { readChunks, readCompletion, toChatParams } from './chat.ts';
import { createClient, isAzure } from './client.ts';
import { PROTOCOL, toPromptOptError } from './errors.ts';
import { readEvents, readResponse, toResponsesParams } from './responses.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

/** What tells one provider of this protocol from another. */
export interface Dialect extends Named {
  readonly defaultBaseUrl: string;
  /** Whether a server of one's own is asked without a key too. */
  readonly ownNeedsNoKey: boolean;
  /** What a key needs besides being valid, for its error. */
  readonly keyNeeds?: string;
  /** Whether some of its models answer the Responses API only. */
  readonly nameTellsApi: boolean;
  /** Whether calls can be handed in as a batch. */
  readonly hasBatches?: boolean;
  /** Sent along with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where its models are listed, seen from the base URL; `models` by default. */
  readonly listUrl?: (baseUrl: string) => string;
  /** What is known of a model at the provider's own place. */
  readonly lookUp: (modelId: string) => Promise<Pick<ModelInfo, 'price' | 'contextWindow' | 'byteLevelTokenizer'>>;
}

/** Entries of `{ data: […] }`, or of a bare list; null for anything else. */
function listedIn(answer: unknown): ListedModel[] | null {
  const entries: unknown = isRecord(answer) && !Array.isArray(answer) ? answer['data'] : answer;
  if (!Array.isArray(entries)) return null;
  return entries.flatMap((entry: unknown) => {
    if (!isRecord(entry) || typeof entry['id'] !== 'string') return [];
    return [{ id: entry['id'], note: typeof entry['name'] === 'string' ? entry['name'] : null }];
  });
}

/** @throws PromptOptError `unavailable` without a usable key, `usage` for a base URL that is none. */
export async function connectTo(dialect: Dialect, settings: ProviderSettings): Promise<ModelProvider> {
  const { baseUrl = dialect.defaultBaseUrl, timeoutMs = DEFAULT_TIMEOUT_MS, fetch } = settings;
  const isOwn = settings.baseUrl !== undefined;
  const apiKey = (isOwn && dialect.ownNeedsNoKey ? readKey : requireKey)(settings.apiKey, dialect);
  const endpoint = {
    ...endpointOf(dialect, baseUrl, isOwn),
    ...(dialect.keyNeeds === undefined ? {} : { keyNeeds: dialect.keyNeeds }),
  };
  const { provider, baseUrl: place } = endpoint;
  const sdk = await import('openai');
  const { headers = {}, listUrl } = dialect;
  // A server of one's own may have any model answer chat completions; at OpenAI and Azure its name tells.
  const nameTellsApi = isOwn ? isAzure(baseUrl) : dialect.nameTellsApi;
  const client = createClient(sdk, { apiKey, baseUrl, timeoutMs, headers, fetch });
  const count = settings.countTokens ?? ((text: string) => Promise.resolve(estimateTokens(text)));

  /** @param begun called when the server has begun to answer. */
  async function ask(
    request: GenerationRequest,
    { onDelta, onLimits }: GenerateOptions,
    signal: AbortSignal,
    begun: () => void,
  ): Promise<Answer> {
    const { model } = request;
    const { api, extra } = readParameters(request, provider, nameTellsApi);
    const received = async <T>(answer: APIPromise<T>): Promise<T> => {
      const { data, response } = await answer.withResponse();
      tellLimits(response.headers, onLimits);
      return data;
    };
    if (api === 'chat') {
      const params = toChatParams(request, extra, provider);
      if (onDelta === undefined) {
        const reply: unknown = await received(client.chat.completions.create({ ...params, stream: false }, { signal }));
        return readCompletion(reply, endpoint, model);
      }
      const chunks = await received(
        client.chat.completions.create(
          { ...params, stream: true, stream_options: { include_usage: true } },
          { signal },
        ),
      );
      begun();
      return await readChunks(chunks, onDelta, endpoint);
    }
    const params = toResponsesParams(request, extra, provider);
    if (onDelta === undefined) {
      // `responses.create` looks into the body before it is known to be a reply, and fails on a proxy's page.
      const asked = client.post<unknown>('/responses', { body: { ...params, stream: false }, signal });
      const reply = await received(asked);
      return readResponse(reply, endpoint, model);
    }
    const events = await received(client.responses.create({ ...params, stream: true }, { signal }));
    begun();
    return await readEvents(events, onDelta, endpoint, model);
  }

  /** Runs `work` until it ends, its time is up or the caller stops it; failures come out in the product's words. */
  async function within<T>(
    modelId: string,
    { signal, onLimits }: GenerateOptions,
    work: (signal: AbortSignal, begun: () => void) => Promise<T>,
  ): Promise<T> {
    const isStopped = (): boolean => signal?.aborted === true;
    if (isStopped()) throw cancelled(provider, false);
    const deadline = startDeadline(timeoutMs, signal);
    let answered = false;
    try {
      const done = await work(deadline.signal, () => {
        answered = true;
      });
      deadline.settle();
      return done;
    } catch (error) {
      deadline.close();
      if (error instanceof sdk.APIError) tellLimits((error as APIError).headers, onLimits);
      if (isStopped()) throw cancelled(provider);
      if (deadline.timedOut()) throw notInTime(endpoint, error);
      throw toPromptOptError(sdk, error, endpoint, modelId, answered);
    }
  }

  const generationOf = async (answer: Answer, request: GenerationRequest, latencyMs: number): Promise<Generation> => ({
    parts: [{ type: 'text', text: answer.text }],
    toolCalls: answer.toolCalls,
    usage: await usageOf(answer, request, count),
    // The gateway prices it: a run keeps the prices it began with.
    costUsd: null,
    latencyMs,
    cached: false,
    finishReason: answer.finishReason,
    paid: NO_SPEND,
  });

  return {
    async generate(request, options = {}): Promise<Generation> {
      const started = performance.now();
      const answer = await within(request.model, options, (inTime, begun) => ask(request, options, inTime, begun));
      return await generationOf(answer, request, Math.round(performance.now() - started));
    },
    ...(dialect.hasBatches === true
      ? {
          batch: createBatchPort({
            sdk,
            client,
            endpoint,
            toBody(request) {
              const { api, extra } = readParameters(request, provider, nameTellsApi);
              return { api, body: (api === 'chat' ? toChatParams : toResponsesParams)(request, extra, provider) };
            },
            read(reply, api, request) {
              const answer = (api === 'chat' ? readCompletion : readResponse)(reply, endpoint, request.model);
              // A batch says nothing of how long a model takes for a call.
              return generationOf(answer, request, 0);
            },
            within: (signal, work) => within('', signal === undefined ? {} : { signal }, work),
          }),
        }
      : {}),
    async describe(modelId) {
      // What stands behind another address is not known: neither its price nor how it counts.
      const known = isOwn
        ? { price: null, contextWindow: null, byteLevelTokenizer: false }
        : await dialect.lookUp(modelId);
      return { id: modelId, ...known, reasons: isReasoningModel(modelId), ...(isOwn ? { endpoint: place } : {}) };
    },
    countTokens: (_modelId, text) => count(text),
    list: (signal) =>
      within('', signal === undefined ? {} : { signal }, async (inTime) => {
        const answer: unknown = await client.get(listUrl?.(place) ?? '/models', { signal: inTime });
        const listed = listedIn(answer);
        if (listed === null) throw notThisProtocol(endpoint, PROTOCOL);
        return listed;
      }),
  };
}
