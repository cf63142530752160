/** OpenAI, and every endpoint that speaks its chat completions, by the official SDK. */
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import { PromptOptError } from '../../../protocol/errors.ts';
import { NO_SPEND } from '../../../protocol/events.ts';
import type { FinishReason, Generation, GenerationRequest, Usage } from '../language-model.ts';
import { lookUpModel } from '../pricing.ts';
import type { ModelProvider, ProviderDescriptor, ProviderSettings } from '../provider.ts';
import { estimateTokens } from '../tokens.ts';
import { notThisProtocol, toPromptOptError } from './openai/errors.ts';
import type { Endpoint } from './openai/errors.ts';
import { isReasoningModel, toParams } from './openai/request.ts';

const DEFAULT_BASE_URL = 'https://api.openai.com/v1';
const DEFAULT_TIMEOUT_MS = 120_000;
/** Local servers ask for none, the SDK insists on one. */
const NO_KEY = 'none';

/** What an answer comes to, streamed or not. */
interface Answer {
  text: string;
  finish: string | null;
  refused: boolean;
  usage: ChatCompletion['usage'] | null;
  toolCalls: { id: string; name: string; arguments: string }[];
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

/** What must be there to be read; a server may send anything. */
interface Untrusted {
  readonly choices?: readonly { readonly message?: unknown }[];
}

function readCompletion(completion: ChatCompletion, { baseUrl }: Endpoint): Answer {
  const received = (completion as Untrusted | null)?.choices?.[0];
  if (received?.message === undefined) {
    throw notThisProtocol(baseUrl);
  }
  const choice = received as ChatCompletion.Choice;
  const { message } = choice;
  return {
    text: message.content ?? message.refusal ?? '',
    finish: choice.finish_reason,
    refused: typeof message.refusal === 'string',
    usage: completion.usage ?? null,
    toolCalls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function' ? [{ id: call.id, name: call.function.name, arguments: call.function.arguments }] : [],
    ),
  };
}

async function readStream(
  chunks: AsyncIterable<ChatCompletionChunk>,
  onDelta: (text: string) => void,
  { baseUrl }: Endpoint,
): Promise<Answer> {
  const answer: Answer = { text: '', finish: null, refused: false, usage: null, toolCalls: [] };
  let any = false;
  for await (const chunk of chunks) {
    any = true;
    if (chunk.usage !== null && chunk.usage !== undefined) answer.usage = chunk.usage;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    answer.finish = choice.finish_reason ?? answer.finish;
    const piece = choice.delta.content ?? choice.delta.refusal ?? '';
    if (typeof choice.delta.refusal === 'string' && choice.delta.refusal !== '') answer.refused = true;
    if (piece !== '') onDelta(piece);
    answer.text += piece;
    for (const { index, id, function: called } of choice.delta.tool_calls ?? []) {
      const call = (answer.toolCalls[index] ??= { id: '', name: '', arguments: '' });
      call.id ||= id ?? '';
      call.name ||= called?.name ?? '';
      call.arguments += called?.arguments ?? '';
    }
  }
  if (!any) throw notThisProtocol(baseUrl);
  return answer;
}

/** A count as a server may report it; null for what is none: a limit must never be compared with NaN. */
const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;

/** A server that counts nothing is counted for: money and tokens are never taken as nothing. */
async function usageOf(
  { usage, text }: Answer,
  request: GenerationRequest,
  count: (text: string) => Promise<number>,
): Promise<Usage> {
  const [inputTokens, outputTokens] = [countOf(usage?.prompt_tokens), countOf(usage?.completion_tokens)];
  if (inputTokens !== null && outputTokens !== null) {
    return {
      inputTokens,
      outputTokens,
      cachedInputTokens: Math.min(inputTokens, countOf(usage?.prompt_tokens_details?.cached_tokens) ?? 0),
      reasoningTokens: Math.min(outputTokens, countOf(usage?.completion_tokens_details?.reasoning_tokens) ?? 0),
    };
  }
  const sent = request.messages.flatMap(({ content }) =>
    content.map((part) => (part.type === 'text' ? part.text : '')),
  );
  return {
    inputTokens: await count(sent.join('\n')),
    outputTokens: await count(text),
    cachedInputTokens: 0,
    reasoningTokens: 0,
  };
}

/** The endpoint as it may be shown: a query can carry a key. @throws PromptOptError `usage`. */
function shown(baseUrl: string): string {
  const wrong = (what: string): PromptOptError =>
    new PromptOptError('usage', `The base URL of OpenAI ${what}.`, {
      remedy: 'Set OPENAI_BASE_URL, or `providers.openai.baseUrl`, to an address such as http://127.0.0.1:8000/v1.',
    });
  if (!URL.canParse(baseUrl)) throw wrong('is no URL');
  const { origin, pathname, username, password } = new URL(baseUrl);
  // fetch refuses such a URL, and a password has no place in a setting.
  if (username !== '' || password !== '') throw wrong('holds a user name or password');
  return `${origin}${pathname}`.replace(/\/$/, '');
}

async function connect(settings: ProviderSettings): Promise<ModelProvider> {
  const { apiKey, baseUrl = DEFAULT_BASE_URL, timeoutMs = DEFAULT_TIMEOUT_MS } = settings;
  const isOwn = settings.baseUrl !== undefined;
  if (apiKey === undefined && !isOwn) {
    throw new PromptOptError('unavailable', 'There is no key for OpenAI: OPENAI_API_KEY is not set.', {
      provider: 'openai',
      remedy: 'Set OPENAI_API_KEY, or use --model embedded/apprentice to try things out without a key.',
    });
  }
  const place = shown(baseUrl);
  const sdk = await import('openai');
  const client = new sdk.OpenAI({
    apiKey: apiKey ?? NO_KEY,
    baseURL: baseUrl,
    timeout: timeoutMs,
    // Every attempt passes the paid meter: the engine retries, the SDK does not.
    maxRetries: 0,
    logLevel: 'off',
    organization: null,
    project: null,
    ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }),
  });
  const count = settings.countTokens ?? ((text: string) => Promise.resolve(estimateTokens(text)));

  return {
    async generate(request, { signal, onDelta } = {}): Promise<Generation> {
      const endpoint: Endpoint = { baseUrl: place, isOwn, modelId: request.model };
      const options = signal === undefined ? {} : { signal };
      const started = performance.now();
      let answered = false;
      let answer: Answer;
      try {
        const params = toParams(request);
        if (onDelta === undefined) {
          answer = readCompletion(
            await client.chat.completions.create({ ...params, stream: false }, options),
            endpoint,
          );
        } else {
          const stream = await client.chat.completions.create(
            { ...params, stream: true, stream_options: { include_usage: true } },
            options,
          );
          answered = true;
          answer = await readStream(stream, onDelta, endpoint);
        }
      } catch (error) {
        if (signal?.aborted === true)
          throw new PromptOptError('stopped', 'The call was cancelled.', { mayHaveCost: true });
        throw toPromptOptError(sdk, error, endpoint, answered);
      }
      const usage = await usageOf(answer, request, count);
      return {
        parts: [{ type: 'text', text: answer.text }],
        toolCalls: answer.toolCalls,
        usage,
        // The gateway prices it: a run keeps the prices it began with.
        costUsd: null,
        latencyMs: Math.round(performance.now() - started),
        cached: false,
        finishReason: answer.refused ? 'content-filter' : (finishReasons[answer.finish ?? ''] ?? 'other'),
        paid: NO_SPEND,
      };
    },
    async describe(modelId) {
      const known = isOwn ? null : await lookUpModel('openai', modelId);
      return {
        id: modelId,
        price: known?.price ?? null,
        contextWindow: known?.contextWindow ?? null,
        // OpenAI's encodings are byte-level; what stands behind another endpoint is not known.
        byteLevelTokenizer: !isOwn,
        reasons: isReasoningModel(modelId),
        ...(isOwn ? { endpoint: place } : {}),
      };
    },
    countTokens: (_modelId, text) => count(text),
    async list(signal) {
      try {
        const page = await client.models.list(signal === undefined ? {} : { signal });
        return page.data.map(({ id }) => ({ id, note: null }));
      } catch (error) {
        throw toPromptOptError(sdk, error, { baseUrl: place, isOwn, modelId: '' }, false);
      }
    },
  };
}

export const openai: ProviderDescriptor = {
  name: 'openai',
  title: 'OpenAI',
  summary: 'OpenAI and every OpenAI-compatible endpoint (set its base URL).',
  example: 'openai/gpt-4o-mini',
  accounting:
    'Tokens are what the server reports; a server that reports none is counted for. Prices of OpenAI come from data shipped with the product. Behind a base URL of your own no price is known until you write it into `promptopt.config.yaml`.',
  keyVariable: 'OPENAI_API_KEY',
  baseUrlVariable: 'OPENAI_BASE_URL',
  connect,
};
