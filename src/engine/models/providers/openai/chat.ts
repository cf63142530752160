/** Chat completions: a request in their words, and the reply read, whole or in pieces. */
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, FinishReason, GenerationRequest, ToolCall } from '../../language-model.ts';
import type { Endpoint } from '../endpoint.ts';
import { connectionError, notThisProtocol, refusalError } from '../http-errors.ts';
import { isRecord, textOr } from './answer.ts';
import type { Answer, ReportedUsage } from './answer.ts';
import { isReasoningModel, isStrictSchema, refuseImage } from './api.ts';
import { PROTOCOL, failureInside } from './errors.ts';

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

function toMessage({ role, content }: ChatMessage, provider: string): ChatCompletionMessageParam {
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === content.length) return { role, content: texts.join('') };
  if (role !== 'user') throw refuseImage(provider, role);
  return {
    role,
    content: content.map((part) =>
      part.type === 'text'
        ? { type: 'text' as const, text: part.text }
        : { type: 'image_url' as const, image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
    ),
  };
}

function formatOf({ responseFormat }: GenerationRequest): Pick<ChatCompletionCreateParams, 'response_format'> {
  switch (responseFormat?.type) {
    case undefined:
    case 'text':
      return {};
    case 'json_object':
      return { response_format: { type: 'json_object' } };
    case 'json_schema':
      return {
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: responseFormat.name,
            schema: responseFormat.schema as Record<string, unknown>,
            ...(isStrictSchema(responseFormat.schema) ? { strict: true } : {}),
          },
        },
      };
  }
}

export function toChatParams(
  request: GenerationRequest,
  extra: Readonly<Record<string, unknown>>,
  provider: string,
): Omit<ChatCompletionCreateParams, 'stream'> {
  const { model, messages, tools, temperature, topP, maxOutputTokens } = request;
  // A deployment may have any name: whoever sets an effort says that it reasons.
  const sampling =
    isReasoningModel(model) || extra['reasoning_effort'] !== undefined
      ? { max_completion_tokens: maxOutputTokens }
      : { max_tokens: maxOutputTokens, temperature, ...(topP === undefined ? {} : { top_p: topP }) };
  return {
    ...extra,
    model,
    messages: messages.map((message) => toMessage(message, provider)),
    ...sampling,
    ...formatOf(request),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters: parameters as Record<string, unknown> },
          })),
        }),
  };
}

/** Text as servers send it: most as a string, some as parts of which only the text is the reply. */
function textFrom(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isRecord(part) && part['type'] === 'text' ? textFrom(part['text']) : ''))
    .join('');
}

function usageFrom(usage: unknown): ReportedUsage {
  if (!isRecord(usage)) return {};
  const detail = (of: string): Readonly<Record<string, unknown>> => {
    const value = usage[`${of}_tokens_details`];
    return isRecord(value) ? value : {};
  };
  return {
    input: usage['prompt_tokens'],
    output: usage['completion_tokens'],
    cached: detail('prompt')['cached_tokens'],
    cacheWritten: detail('prompt')['cache_write_tokens'],
    reasoning: detail('completion')['reasoning_tokens'],
  };
}

const finishOf = (finish: unknown, refused: boolean): FinishReason =>
  refused ? 'content-filter' : ((typeof finish === 'string' ? finishReasons[finish] : undefined) ?? 'other');

function toolCallsFrom(calls: unknown): ToolCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    if (!isRecord(call) || !isRecord(call['function'])) return [];
    const { name, arguments: args } = call['function'];
    return [{ id: textOr(call['id']), name: textOr(name), arguments: textOr(args) }];
  });
}

/** @param completion whatever came: a server may send anything. */
export function readCompletion(completion: unknown, endpoint: Endpoint, modelId: string): Answer {
  const received = isRecord(completion) ? completion : {};
  const choices: readonly unknown[] = Array.isArray(received['choices']) ? received['choices'] : [];
  const [choice] = choices;
  const failed = failureInside(isRecord(choice) ? (choice['error'] ?? received['error']) : received['error']);
  if (failed !== null) throw refusalError(endpoint, { ...failed, modelId });
  if (!isRecord(choice) || !isRecord(choice['message'])) throw notThisProtocol(endpoint, PROTOCOL);
  const { content, refusal, tool_calls: calls } = choice['message'];
  return {
    text: typeof refusal === 'string' && textFrom(content) === '' ? refusal : textFrom(content),
    finishReason: finishOf(choice['finish_reason'], typeof refusal === 'string'),
    usage: usageFrom(received['usage']),
    toolCalls: toolCallsFrom(calls),
  };
}

/** @throws PromptOptError `transient` when the stream ends before the reply has. */
export async function readChunks(
  chunks: AsyncIterable<ChatCompletionChunk>,
  onDelta: (text: string) => void,
  endpoint: Endpoint,
): Promise<Answer> {
  let text = '';
  let finish: string | null = null;
  let refused = false;
  let usage: unknown = null;
  let any = false;
  const toolCalls: { id: string; name: string; arguments: string }[] = [];
  for await (const chunk of chunks) {
    const choices = (chunk as Partial<ChatCompletionChunk> | null)?.choices;
    if (!Array.isArray(choices)) throw notThisProtocol(endpoint, PROTOCOL);
    any = true;
    usage = chunk.usage ?? usage;
    const [choice] = choices as (ChatCompletionChunk.Choice | undefined)[];
    if (choice === undefined) continue;
    finish = choice.finish_reason ?? finish;
    const {
      content,
      refusal,
      tool_calls: calls,
    } = ((choice as Partial<ChatCompletionChunk.Choice>).delta ?? {}) as Partial<ChatCompletionChunk.Choice.Delta>;
    if (typeof refusal === 'string' && refusal !== '') refused = true;
    const piece = textFrom(content) || textFrom(refusal);
    if (piece !== '') onDelta(piece);
    text += piece;
    for (const { index, id, function: called } of calls ?? []) {
      const call = (toolCalls[index] ??= { id: '', name: '', arguments: '' });
      call.id ||= id ?? '';
      call.name ||= called?.name ?? '';
      call.arguments += called?.arguments ?? '';
    }
  }
  if (!any) throw notThisProtocol(endpoint, PROTOCOL);
  // The SDK ends a stream that was cut cleanly without a word: only its last piece tells a whole reply.
  if (finish === null) throw connectionError(endpoint, new Error('cut'), true);
  return {
    text,
    finishReason: finishOf(finish, refused),
    usage: usageFrom(usage),
    toolCalls: toolCalls.filter(Boolean),
  };
}
