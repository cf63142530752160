/** Models on one's own machine by Ollama, with its official client. */
import type { ChatResponse, Ollama } from 'ollama/browser';
import { PromptOptError } from '../../../protocol/errors.ts';
import { NO_SPEND } from '../../../protocol/events.ts';
import type { FinishReason, Generation, GenerationRequest, ToolCall, Usage } from '../language-model.ts';
import type { ListedModel, ModelInfo, ModelProvider, ProviderDescriptor, ProviderSettings } from '../provider.ts';
import { estimateTokens } from '../tokens.ts';
import { worstCaseOf } from '../worst-case.ts';
import type { Endpoint } from './endpoint.ts';
import { guardedCall } from './guarded-call.ts';
import type { Guard, Refused } from './guarded-call.ts';
import { createContextSizes, estimatePrompt } from './ollama/context.ts';
import { checkedLines } from './ollama/checked-lines.ts';
import { brokeOff, isTooLong, notOllama, notRunning, ollamaRefusal } from './ollama/errors.ts';
import { DEFAULT_HOST, hostOf } from './ollama/host.ts';
import { readModelFacts, refusesLongPrompts } from './ollama/model-facts.ts';
import type { ModelFacts } from './ollama/model-facts.ts';
import { ownContextOf, toChat } from './ollama/request.ts';

/** A model may have to be loaded first, and answers at the speed of the machine. */
const DEFAULT_TIMEOUT_MS = 600_000;
/** A question about a model is answered from memory. */
const LOOK_TIMEOUT_MS = 15_000;
/** Node gives up on a first byte after five minutes. A reply that may take longer is streamed, so that it comes sooner. */
const STREAMED_ABOVE_TOKENS = 512;

/** What an answer comes to, streamed or not. */
interface Answer {
  text: string;
  thinking: string;
  toolCalls: ToolCall[];
  /** The last piece, with the counts. */
  end: Partial<ChatResponse>;
}

const newAnswer = (): Answer => ({ text: '', thinking: '', toolCalls: [], end: {} });

function take(answer: Answer, piece: Partial<ChatResponse>): string {
  const { content, thinking, tool_calls: calls = [] } = piece.message ?? { content: '' };
  const text = typeof content === 'string' ? content : '';
  answer.text += text;
  answer.thinking += thinking ?? '';
  for (const { function: called } of calls) {
    answer.toolCalls.push({
      id: `call_${answer.toolCalls.length}`,
      name: called.name,
      arguments: JSON.stringify(called.arguments),
    });
  }
  if (piece.done === true) answer.end = piece;
  return text;
}

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

/** What the server leaves out is counted for: it names no prompt that it still had in memory, and no zero. */
async function usageOf(
  { text, thinking, end }: Answer,
  request: GenerationRequest,
  count: (text: string) => Promise<number>,
): Promise<Usage> {
  const outputTokens = countOf(end.eval_count) ?? (await count(`${thinking}${text}`));
  return {
    inputTokens: countOf(end.prompt_eval_count) ?? (await estimatePrompt(request, count)),
    outputTokens,
    cachedInputTokens: 0,
    reasoningTokens: thinking === '' ? 0 : Math.min(outputTokens, await count(thinking)),
  };
}

function finishOf({ toolCalls, end }: Answer, { maxOutputTokens }: GenerationRequest): FinishReason {
  if (end.done_reason === 'length') return 'length';
  if (toolCalls.length > 0) return 'tool-calls';
  // Before it gave reasons, a reply that used up its limit was cut by it.
  const reason = end.done_reason ?? ((countOf(end.eval_count) ?? 0) >= maxOutputTokens ? 'length' : 'stop');
  return reason === 'stop' || reason === 'length' ? reason : 'other';
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function noteOf(size: unknown, details: unknown): string | null {
  const { parameter_size: parameters, quantization_level: quantization } = (details ?? {}) as Record<string, unknown>;
  const parts = [typeof size === 'number' && size > 0 ? gigabytes(size) : '', parameters, quantization];
  const note = parts.filter((part) => typeof part === 'string' && part !== '').join(', ');
  return note === '' ? null : note;
}

/** Resolves as `promise` does, unless the signal comes first: what others wait for too goes on. */
function orCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      reject(new PromptOptError('stopped', 'The call was cancelled.', { provider: 'ollama' }));
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', cancel);
    });
  });
}

async function connect(settings: ProviderSettings): Promise<ModelProvider> {
  const host = hostOf(settings.baseUrl);
  const isOwn = host !== DEFAULT_HOST;
  const endpoint: Endpoint = {
    provider: 'ollama',
    who: isOwn ? `Ollama at ${host}` : 'Ollama',
    baseUrl: host,
    isOwn,
    keyVariable: null,
  };
  const sdk = await import('ollama/browser');
  const count = settings.countTokens ?? ((text: string) => Promise.resolve(estimateTokens(text)));
  const sizes = createContextSizes();
  const known = new Map<string, Promise<ModelFacts>>();
  let serverRefuses: Promise<boolean> | undefined;

  /** One client a call: the SDK ends all calls of a client at once, and takes no signal for one. */
  const ask = <T>(guard: Partial<Guard>, modelId: string, work: (client: Ollama) => Promise<T>): Promise<T> =>
    guardedCall(
      {
        endpoint,
        fetch: settings.fetch ?? globalThis.fetch,
        timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        refused: (refused) => ollamaRefusal(endpoint, refused, modelId),
        strange: (cause) => notOllama(endpoint, cause),
        unreachable: (cause) => notRunning(endpoint, 'unavailable', cause),
        ...guard,
      },
      (fetch) => work(new sdk.Ollama({ host, fetch })),
    );
  const look = { timeoutMs: Math.min(LOOK_TIMEOUT_MS, settings.timeoutMs ?? LOOK_TIMEOUT_MS) };

  const factsOf = (modelId: string): Promise<ModelFacts> => {
    const before = known.get(modelId);
    if (before !== undefined) return before;
    const asking = ask(look, modelId, async (client) => readModelFacts(await client.show({ model: modelId })));
    known.set(modelId, asking);
    // A model may be pulled, and the server started, while this process lives: a failure is not kept.
    asking.catch(() => known.delete(modelId));
    return asking;
  };
  const refusesLong = (): Promise<boolean> =>
    (serverRefuses ??= ask(look, '', async (client) => refusesLongPrompts((await client.version()).version)).catch(
      // A server that does not tell its version is taken for an old one.
      () => false,
    ));

  const infoOf = (modelId: string, facts: ModelFacts): ModelInfo => ({
    id: modelId,
    // What runs elsewhere is paid for by an account there.
    price: facts.isRemote ? null : { inputPerMillion: 0, outputPerMillion: 0, source: 'free' },
    contextWindow: facts.contextWindow,
    byteLevelTokenizer: facts.byteLevelTokenizer,
    reasons: facts.reasons,
    ownPromptTokens: facts.ownPromptTokens,
    ...(isOwn ? { endpoint: host } : {}),
  });

  async function chat(
    request: GenerationRequest,
    numCtx: number,
    refused: (refused: Refused) => PromptOptError,
    { signal, onDelta }: { signal?: AbortSignal; onDelta?: (text: string) => void },
  ): Promise<Answer> {
    const body = toChat(request, numCtx);
    const streamed = onDelta !== undefined || request.maxOutputTokens > STREAMED_ABOVE_TOKENS;
    const guard: Partial<Guard> = {
      signal,
      refused,
      unreachable: (cause) => notRunning(endpoint, 'transient', cause),
      ...(streamed
        ? {
            checked: (lines) =>
              checkedLines(
                lines,
                (atEnd) => (atEnd ? brokeOff(endpoint) : notOllama(endpoint)),
                () => brokeOff(endpoint),
              ),
          }
        : {}),
    };
    return ask(guard, request.model, async (client) => {
      const answer = newAnswer();
      if (!streamed) {
        const whole: unknown = await client.chat({ ...body, stream: false });
        take(answer, typeof whole === 'object' && whole !== null ? whole : {});
        if (answer.end.done !== true) throw notOllama(endpoint);
        return answer;
      }
      for await (const piece of await client.chat({ ...body, stream: true })) {
        const text = take(answer, piece);
        if (text !== '') onDelta?.(text);
      }
      return answer;
    });
  }

  return {
    async generate(request, { signal, onDelta } = {}): Promise<Generation> {
      const facts = await orCancelled(factsOf(request.model), signal);
      if (facts.seesImages === false && request.messages.some(({ content }) => content.some((p) => p.type === 'image')))
        throw new PromptOptError('bad-request', `${request.model} sees no images.`, {
          provider: 'ollama',
          remedy: 'Use a model that does, e.g. one that `ollama show` lists with "vision".',
        });
      const size = {
        bound: worstCaseOf(request, infoOf(request.model, facts)).inputTokens,
        estimate: async () => (await estimatePrompt(request, count)) + facts.ownPromptTokens,
      };
      const limits = {
        facts,
        own: ownContextOf(request),
        serverRefuses: await orCancelled(refusesLong(), signal),
      };
      let numCtx = await sizes.choose(request, size, limits);
      for (let grown = false; ; grown = true) {
        const told = { tooSmall: false };
        const refused = (refusal: Refused): PromptOptError => {
          told.tooSmall = isTooLong(refusal);
          return ollamaRefusal(endpoint, refusal, request.model);
        };
        const started = performance.now();
        try {
          const options = {
            ...(signal === undefined ? {} : { signal }),
            ...(onDelta === undefined ? {} : { onDelta }),
          };
          const answer = await chat(request, numCtx, refused, options);
          return {
            parts: [{ type: 'text', text: answer.text }],
            toolCalls: answer.toolCalls,
            usage: await usageOf(answer, request, count),
            // The gateway prices it: a run keeps the prices it began with.
            costUsd: null,
            latencyMs: Math.round(performance.now() - started),
            cached: false,
            finishReason: finishOf(answer, request),
            paid: NO_SPEND,
          };
        } catch (error) {
          // Refused before a token was made: asked once more with room for the most it can come to.
          const more = told.tooSmall && !grown ? sizes.grow(request, size, limits) : null;
          if (more === null) throw error;
          numCtx = more;
        }
      }
    },
    async describe(modelId) {
      return infoOf(modelId, await factsOf(modelId));
    },
    countTokens: (_modelId, text) => count(text),
    list: (signal) =>
      ask({ ...look, signal }, '', async (client): Promise<ListedModel[]> => {
        const { models } = (await client.list()) as { readonly models?: unknown };
        if (!Array.isArray(models)) throw notOllama(endpoint);
        return (models as Readonly<Record<string, unknown>>[]).map(({ name, size, details }) => ({
          id: String(name).replace(/:latest$/, ''),
          note: noteOf(size, details),
        }));
      }),
  };
}

export const ollama: ProviderDescriptor = {
  name: 'ollama',
  title: 'Ollama',
  summary: 'Models on your own machine: a running Ollama is found by itself, and needs no key.',
  example: 'ollama/llama3.2',
  accounting:
    'Free; latency is kept. Tokens are what the server reports, and counted for a prompt it had in memory. The context is made large enough for each request, so that no prompt is cut: one that does not fit into the model is refused. Set `num_ctx` among the `modelParameters` to decide it yourself. A model that answers in Ollama’s cloud has no known price.',
  keyVariable: null,
  baseUrlVariable: 'OLLAMA_HOST',
  carries: () => ['temperature', 'top_p', 'stop', 'presence_penalty', 'frequency_penalty', 'seed'],
  connect,
};
