/** Models behind Hugging Face's Inference Providers, and on endpoints of one's own, by its official SDK. */
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { PromptOptError } from '../../../protocol/errors.ts';
import { NO_SPEND } from '../../../protocol/events.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../language-model.ts';
import { lookUpModel } from '../pricing.ts';
import type { ListedModel, ModelProvider, ProviderDescriptor, ProviderSettings } from '../provider.ts';
import { estimateTokens } from '../tokens.ts';
import { endpointOf, readKey, requireKey } from './endpoint.ts';
import { guardedCall } from './guarded-call.ts';
import type { Guard } from './guarded-call.ts';
import { causeOf, notThisProtocol } from './http-errors.ts';
import { PROTOCOL, huggingFaceRefusal, insideReply } from './huggingface/errors.ts';
import { TEMPLATE_TOKENS, reasonsByName } from './open-models.ts';
import { isRecord, usageOf } from './openai/answer.ts';
import type { Answer } from './openai/answer.ts';
import { readParameters } from './openai/api.ts';
import { readChunks, readCompletion, toChatParams } from './openai/chat.ts';

const named = {
  name: 'huggingface',
  title: 'Hugging Face',
  keyVariable: 'HF_TOKEN',
  baseUrlVariable: 'HF_INFERENCE_ENDPOINT',
};

const ROUTER = 'https://router.huggingface.co/v1';
const DEFAULT_TIMEOUT_MS = 120_000;

/** `model:provider` names who answers; these words let the router choose, at a price that is not known before. */
const CHOICES = ['fastest', 'cheapest', 'preferred'];

function splitModel(modelId: string): { model: string; by: string | null } {
  const colon = modelId.lastIndexOf(':');
  const by = colon < 0 ? '' : modelId.slice(colon + 1);
  return by === '' || CHOICES.includes(by)
    ? { model: colon < 0 ? modelId : modelId.slice(0, colon), by: null }
    : { model: modelId.slice(0, colon), by };
}

/** Where an address lists its models: beside where it chats. */
function modelsUrlOf(baseUrl: string): string {
  const base = baseUrl.replace(/\/chat\/completions$/, '');
  return base.endsWith('/v1') ? `${base}/models` : `${base}/v1/models`;
}

/** The largest window and the number of providers, where the router tells them. */
function noteOf(providers: unknown): string | null {
  if (!Array.isArray(providers)) return null;
  const live = providers.filter(isRecord).filter(({ status }) => status === undefined || status === 'live');
  const windows = live.flatMap(({ context_length: window }) => (typeof window === 'number' ? [window] : []));
  const by = live.flatMap(({ provider }) => (typeof provider === 'string' ? [provider] : []));
  const parts = [
    ...(windows.length === 0 ? [] : [`${Math.max(...windows)} tokens`]),
    ...(by.length === 0 ? [] : [`by ${by.join(', ')}`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

async function connect(settings: ProviderSettings): Promise<ModelProvider> {
  const { baseUrl = ROUTER, timeoutMs = DEFAULT_TIMEOUT_MS } = settings;
  const isOwn = settings.baseUrl !== undefined;
  const accessToken = (isOwn ? readKey : requireKey)(settings.apiKey, named);
  const endpoint = endpointOf(named, baseUrl, isOwn);
  const { protocol, search } = new URL(baseUrl);
  if (!/^https?:$/.test(protocol) || search !== '') {
    throw new PromptOptError(
      'usage',
      `The base URL of Hugging Face ${search === '' ? 'is no web address' : 'has a query'}.`,
      {
        remedy: `Set ${named.baseUrlVariable}, or \`providers.huggingface.baseUrl\`, to an address such as http://127.0.0.1:8080/v1.`,
      },
    );
  }
  const sdk = await import('./huggingface/client.ts');
  const count = settings.countTokens ?? ((text: string) => Promise.resolve(estimateTokens(text)));

  const guard = (modelId: string, signal: AbortSignal | undefined): Guard => ({
    endpoint,
    fetch: settings.fetch ?? globalThis.fetch,
    timeoutMs,
    signal,
    refused: (refused) => huggingFaceRefusal(endpoint, refused, modelId),
    strange: (cause) => notThisProtocol(endpoint, PROTOCOL, cause),
  });

  async function ask(
    request: GenerationRequest,
    onDelta: GenerateOptions['onDelta'],
    fetch: typeof globalThis.fetch,
  ): Promise<Answer> {
    const { api, extra } = readParameters(request, named.name, false);
    if (api !== 'chat') {
      throw new PromptOptError('unavailable', 'The model parameter api can only be chat at Hugging Face.', {
        provider: named.name,
        remedy: 'Remove api from the spec.',
      });
    }
    const params: unknown = {
      ...toChatParams(request, extra, named.name),
      // One address for all: with it the SDK neither looks a provider up for each call nor insists on the form of a key.
      endpointUrl: endpoint.baseUrl,
      ...(accessToken === undefined ? {} : { accessToken }),
    };
    const asked = params as Parameters<typeof sdk.chatCompletion>[0];
    // Without this the SDK asks again and again, for ever, while a server says 503.
    const options = { fetch, retry_on_error: false };
    try {
      if (onDelta === undefined) {
        return readCompletion(await sdk.chatCompletion(asked, options), endpoint, request.model);
      }
      const chunks = sdk.chatCompletionStream({ ...asked, stream_options: { include_usage: true } }, options);
      return await readChunks(chunks as AsyncIterable<ChatCompletionChunk>, onDelta, endpoint);
    } catch (error) {
      if (error instanceof sdk.InferenceClientProviderApiError)
        throw insideReply(endpoint, error.httpResponse.body, request.model, causeOf(error));
      if (error instanceof sdk.InferenceClientError) throw notThisProtocol(endpoint, PROTOCOL, error);
      throw error;
    }
  }

  return {
    async generate(request, { signal, onDelta } = {}): Promise<Generation> {
      const started = performance.now();
      const answer = await guardedCall(guard(request.model, signal), (fetch) => ask(request, onDelta, fetch));
      return {
        parts: [{ type: 'text', text: answer.text }],
        toolCalls: answer.toolCalls,
        usage: await usageOf(answer, request, count),
        // The gateway prices it: a run keeps the prices it began with.
        costUsd: null,
        latencyMs: Math.round(performance.now() - started),
        cached: false,
        finishReason: answer.finishReason,
        paid: NO_SPEND,
      };
    },
    async describe(modelId) {
      const { model, by } = splitModel(modelId);
      const known = isOwn || by === null ? null : await lookUpModel(`huggingface_${by}`, model);
      return {
        id: modelId,
        price: known?.price ?? null,
        contextWindow: known?.contextWindow ?? null,
        // Models of every maker answer here.
        byteLevelTokenizer: false,
        reasons: reasonsByName(model),
        ownPromptTokens: TEMPLATE_TOKENS,
        ...(isOwn ? { endpoint: endpoint.baseUrl } : {}),
      };
    },
    countTokens: (_modelId, text) => count(text),
    list: (signal) =>
      guardedCall(guard('', signal), async (fetch): Promise<ListedModel[]> => {
        const headers = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
        const answer: unknown = await (await fetch(modelsUrlOf(endpoint.baseUrl), { headers })).json();
        const entries = isRecord(answer) ? answer['data'] : undefined;
        if (!Array.isArray(entries)) throw notThisProtocol(endpoint, PROTOCOL);
        return entries.filter(isRecord).flatMap(({ id, providers }) => {
          return typeof id === 'string' ? [{ id, note: noteOf(providers) }] : [];
        });
      }),
  };
}

export const huggingface: ProviderDescriptor = {
  ...named,
  summary: 'Open models behind Hugging Face’s Inference Providers, or on an endpoint of your own (set its base URL).',
  example: 'huggingface/meta-llama/Llama-3.1-8B-Instruct:groq',
  accounting:
    'Tokens are what the server reports; a server that reports none is counted for. With the provider named after a colon, its price comes from data shipped with the product; where the router chooses, and behind a base URL of your own, no price is known until you write it into `promptopt.config.yaml`.',
  carries: () => ['temperature', 'top_p', 'stop', 'presence_penalty', 'frequency_penalty', 'seed'],
  connect,
};
