/** The Responses API: a request in its words, and the reply read, whole or in pieces. */
import type {
  ResponseCreateParams,
  ResponseInputItem,
  ResponseStreamEvent,
  ResponseTextConfig,
} from 'openai/resources/responses/responses';
import type { Reasoning } from 'openai/resources/shared';
import type { ChatMessage, FinishReason, GenerationRequest, ToolCall } from '../../language-model.ts';
import type { Endpoint } from '../endpoint.ts';
import { connectionError, notThisProtocol, refusalError } from '../http-errors.ts';
import { isRecord, textOr } from './answer.ts';
import type { Answer, ReportedUsage } from './answer.ts';
import { isReasoningModel, isStrictSchema, refuseImage } from './api.ts';
import { PROTOCOL, failureInside } from './errors.ts';

function toItem({ role, content }: ChatMessage, provider: string): ResponseInputItem {
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === content.length) return { role, content: texts.join('') };
  if (role !== 'user') throw refuseImage(provider, role);
  return {
    role,
    content: content.map((part) =>
      part.type === 'text'
        ? { type: 'input_text' as const, text: part.text }
        : {
            type: 'input_image' as const,
            detail: 'auto' as const,
            image_url: `data:${part.mediaType};base64,${part.data}`,
          },
    ),
  };
}

const recordOr = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** The form of the reply, and how wordy it is, live in one place here. */
function textOptions(
  { responseFormat }: GenerationRequest,
  { text, verbosity }: Readonly<Record<string, unknown>>,
): { text?: ResponseTextConfig } {
  const format =
    responseFormat === undefined || responseFormat.type === 'text'
      ? undefined
      : responseFormat.type === 'json_object'
        ? { type: 'json_object' }
        : {
            type: 'json_schema',
            name: responseFormat.name,
            schema: responseFormat.schema,
            strict: isStrictSchema(responseFormat.schema),
          };
  const options = {
    ...recordOr(text),
    ...(verbosity === undefined ? {} : { verbosity }),
    ...(format === undefined ? {} : { format }),
  };
  return Object.keys(options).length === 0 ? {} : { text: options as ResponseTextConfig };
}

export function toResponsesParams(
  request: GenerationRequest,
  extra: Readonly<Record<string, unknown>>,
  provider: string,
): Omit<ResponseCreateParams, 'stream'> {
  const { model, messages, tools, temperature, topP, maxOutputTokens } = request;
  const { reasoning_effort: effort, reasoning, verbosity: _verbosity, text: _text, ...rest } = extra;
  const thinking = { ...recordOr(reasoning), ...(effort === undefined ? {} : { effort }) };
  const reasons = isReasoningModel(model) || Object.keys(thinking).length > 0;
  return {
    // Replies are kept for a month there unless told otherwise.
    store: false,
    ...rest,
    model,
    input: messages.map((message) => toItem(message, provider)),
    max_output_tokens: maxOutputTokens,
    ...(reasons ? {} : { temperature, ...(topP === undefined ? {} : { top_p: topP }) }),
    ...(Object.keys(thinking).length === 0 ? {} : { reasoning: thinking as Reasoning }),
    ...textOptions(request, extra),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            name,
            description,
            parameters: parameters as Record<string, unknown>,
            strict: isStrictSchema(parameters),
          })),
        }),
  };
}

function usageFrom(usage: unknown): ReportedUsage {
  if (!isRecord(usage)) return {};
  const input = recordOr(usage['input_tokens_details']);
  return {
    input: usage['input_tokens'],
    output: usage['output_tokens'],
    cached: input['cached_tokens'],
    cacheWritten: input['cache_write_tokens'],
    reasoning: recordOr(usage['output_tokens_details'])['reasoning_tokens'],
  };
}

function finishOf(response: Readonly<Record<string, unknown>>, refused: boolean, calls: number): FinishReason {
  if (refused) return 'content-filter';
  if (response['status'] === 'completed') return calls > 0 ? 'tool-calls' : 'stop';
  const { reason } = recordOr(response['incomplete_details']);
  if (reason === 'max_output_tokens') return 'length';
  return reason === 'content_filter' ? 'content-filter' : 'other';
}

/** @param response whatever came: a server may send anything. */
export function readResponse(response: unknown, endpoint: Endpoint, modelId: string): Answer {
  const received = recordOr(response);
  const failed = failureInside(received['error']);
  if (failed !== null || received['status'] === 'failed')
    throw refusalError(endpoint, { answered: true, ...failed, modelId });
  if (!Array.isArray(received['output'])) throw notThisProtocol(endpoint, PROTOCOL);
  let [text, refused] = ['', false];
  const toolCalls: ToolCall[] = [];
  for (const item of received['output'].map(recordOr)) {
    if (item['type'] === 'function_call')
      toolCalls.push({
        id: textOr(item['call_id']),
        name: textOr(item['name']),
        arguments: textOr(item['arguments']),
      });
    if (item['type'] !== 'message' || !Array.isArray(item['content'])) continue;
    for (const part of item['content'].map(recordOr)) {
      if (part['type'] === 'refusal') refused = true;
      const piece = part['type'] === 'refusal' ? part['refusal'] : part['text'];
      if (typeof piece === 'string') text += piece;
    }
  }
  return {
    text,
    finishReason: finishOf(received, refused, toolCalls.length),
    usage: usageFrom(received['usage']),
    toolCalls,
  };
}

/** @throws PromptOptError `transient` when the stream ends before the reply has. */
export async function readEvents(
  events: AsyncIterable<ResponseStreamEvent>,
  onDelta: (text: string) => void,
  endpoint: Endpoint,
  modelId: string,
): Promise<Answer> {
  let any = false;
  for await (const event of events) {
    if (!isRecord(event)) throw notThisProtocol(endpoint, PROTOCOL);
    any = true;
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        if (event.delta !== '') onDelta(event.delta);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return readResponse(event.response, endpoint, modelId);
      default:
    }
  }
  throw any ? connectionError(endpoint, new Error('cut'), true) : notThisProtocol(endpoint, PROTOCOL);
}
