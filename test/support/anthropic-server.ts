/** A server on 127.0.0.1 that speaks Anthropic's messages, as well or as badly as a test wants it to. */
import { send } from './http-answers.ts';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerAsApprentice } from '../../src/engine/models/providers/embedded/apprentice.ts';

export interface ReceivedBlock {
  readonly type: string;
  readonly text?: string;
  readonly cache_control?: unknown;
}

export interface ReceivedBody {
  readonly model: string;
  readonly max_tokens?: number;
  readonly system?: string | readonly ReceivedBlock[];
  readonly messages: readonly {
    readonly role: 'user' | 'assistant';
    readonly content: string | readonly ReceivedBlock[];
  }[];
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly thinking?: unknown;
  readonly output_config?: {
    readonly effort?: string;
    readonly format?: { readonly type: string; readonly schema: unknown };
  };
}

export interface ReceivedCall {
  /** 0 for the first call the server ever got. */
  readonly index: number;
  readonly method: string;
  /** With its query, e.g. `/v1/messages`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: ReceivedBody;
  /** The body as it came; empty for a GET. */
  readonly text: string;
}

export type Answer = (call: ReceivedCall, response: ServerResponse) => void | Promise<void>;

export interface AnthropicServer {
  /** What stands before /v1/messages. */
  readonly baseUrl: string;
  readonly calls: readonly ReceivedCall[];
  close(): Promise<void>;
}

export async function startAnthropicServer(answer: Answer): Promise<AnthropicServer> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = JSON.parse(text === '' ? '{}' : text) as ReceivedBody;
      const { method = '', url: path = '', headers } = request;
      const call = { index: calls.length, method, path, headers, body, text };
      calls.push(call);
      void answer(call, response);
    });
    // A client that is killed cuts its connections; that is not the server's failure.
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface SentError {
  readonly headers?: Record<string, string>;
  /** The message; real ones quote what was sent. */
  readonly message?: string;
  /** What `error.details.error_code` says. */
  readonly code?: string;
}

export const errorBody = (type: string, { message = 'Server text.', code }: SentError = {}): unknown => ({
  type: 'error',
  error: { type, message, ...(code === undefined ? {} : { details: { error_code: code } }) },
  request_id: 'req_1',
});

/** An error as Anthropic words it. */
export function sendError(response: ServerResponse, status: number, type: string, error: SentError = {}): void {
  send(response, errorBody(type, error), status, error.headers);
}

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_read_input_tokens?: number;
  readonly output_tokens_details?: { readonly thinking_tokens: number };
}

type SentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

export interface SentMessage {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly SentBlock[];
  readonly stop_reason: string;
  readonly stop_sequence: null;
  readonly usage?: Usage;
}

/** @param more.usage null leaves it out. */
export const message = (
  content: string | readonly SentBlock[],
  more: { readonly usage?: Usage | null; readonly stop?: string } = {},
): SentMessage => {
  const { usage = { input_tokens: 20, output_tokens: 3 }, stop = 'end_turn' } = more;
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: typeof content === 'string' ? (content === '' ? [] : [{ type: 'text', text: content }]) : content,
    stop_reason: stop,
    stop_sequence: null,
    ...(usage === null ? {} : { usage }),
  };
};

export const sseEvent = (event: { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** The two halves of a text. */
const halves = (text: string): string[] => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
};

function blockEvents(block: SentBlock, index: number): { readonly type: string }[] {
  const deltas = (): object[] => {
    switch (block.type) {
      case 'text':
        return halves(block.text).map((text) => ({ type: 'text_delta', text }));
      case 'thinking':
        return [
          ...halves(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block.signature },
        ];
      case 'tool_use':
        return halves(JSON.stringify(block.input)).map((json) => ({ type: 'input_json_delta', partial_json: json }));
    }
  };
  const empty =
    block.type === 'text'
      ? { ...block, text: '' }
      : block.type === 'thinking'
        ? { ...block, thinking: '', signature: '' }
        : { ...block, input: {} };
  const start: { readonly type: string } = Object.assign(
    { type: 'content_block_start' },
    { index, content_block: empty },
  );
  return [
    start,
    ...deltas().map((delta) => Object.assign({ type: 'content_block_delta' }, { index, delta })),
    Object.assign({ type: 'content_block_stop' }, { index }),
  ];
}

/** The events of a message, as the API sends them: input is counted at the start, output at the end. */
export function eventsOf(whole: SentMessage): { readonly type: string }[] {
  const { usage, content, stop_reason: stop, ...rest } = whole;
  const start = usage === undefined ? {} : { usage: { ...usage, output_tokens: 1 } };
  const end = usage === undefined ? {} : { usage: { ...usage, input_tokens: null } };
  return [
    Object.assign({ type: 'message_start' }, { message: { ...rest, content: [], stop_reason: null, ...start } }),
    { type: 'ping' },
    ...content.flatMap(blockEvents),
    Object.assign({ type: 'message_delta' }, { delta: { stop_reason: stop, stop_sequence: null }, ...end }),
    { type: 'message_stop' },
  ];
}

/** Sends a message, as a stream where the call asks for one. */
export function sendMessage(call: Pick<ReceivedCall, 'body'>, response: ServerResponse, whole: SentMessage): void {
  if (call.body.stream !== true) {
    send(response, whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(eventsOf(whole).map(sseEvent).join(''));
}

const textOf = (content: string | readonly ReceivedBlock[]): string =>
  typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');

/** What Anthropic refuses in a request, with its own words; null when it would take it. */
export function refusalOf({ headers, body }: Pick<ReceivedCall, 'headers' | 'body'>): string | null {
  const samples = (['temperature', 'top_p'] as const).filter((name) => body[name] !== undefined);
  const [sampled] = samples;
  if (sampled !== undefined && headers['anthropic-version'] !== '2023-06-01')
    return `${sampled}: Extra inputs are not permitted`;
  if (sampled !== undefined && /claude-(?:opus-4-[78]|[a-z]+-5)/.test(body.model))
    return `\`${sampled}\` is deprecated for this model.`;
  if (samples.length > 1 && body.model.includes('claude'))
    return '`temperature` and `top_p` cannot both be specified for this model. Please use only one.';
  if (body.temperature !== undefined && (body.temperature < 0 || body.temperature > 1))
    return 'temperature: range: 0..1';
  if (body.max_tokens === undefined) return 'max_tokens: Field required';
  const [first] = body.messages;
  if (first === undefined) return 'messages: at least one message is required';
  if (first.role !== 'user') return 'messages: first message must use the "user" role';
  if (body.messages.some(({ content }) => typeof content === 'string' && content.trim() === ''))
    return 'messages: text content blocks must be non-empty';
  return null;
}

/** Answers as the embedded apprentice does, with its token counts: a server that can be taught by a better prompt. */
export function apprenticeMessage({ body }: Pick<ReceivedCall, 'body'>): SentMessage {
  const system = textOf(body.system ?? '');
  const answer = answerAsApprentice(
    [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...body.messages.map(({ role, content }) => ({ role, content: textOf(content) })),
    ],
    {
      temperature: body.temperature ?? 1,
      sample: 0,
      maxOutputTokens: body.max_tokens ?? 256,
      json: body.output_config?.format !== undefined,
    },
  );
  return message(answer.text, {
    usage: { input_tokens: answer.inputTokens, output_tokens: answer.outputTokens },
    stop: answer.truncated ? 'max_tokens' : 'end_turn',
  });
}
