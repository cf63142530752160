/** A server on 127.0.0.1 that speaks OpenAI's chat completions, as well or as badly as a test wants it to. */
import { send } from './http-answers.ts';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerAsApprentice } from '../../src/engine/models/providers/embedded/apprentice.ts';

export interface ReceivedMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: unknown;
}

export interface ReceivedCall {
  /** 0 for the first call the server ever got. */
  readonly index: number;
  readonly method: string;
  /** With its query, e.g. `/v1/chat/completions`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly messages: readonly ReceivedMessage[];
    readonly temperature?: number;
    readonly max_tokens?: number;
    readonly stream?: boolean;
    readonly response_format?: { readonly type: string };
  };
  /** The body as it came; empty for a GET. */
  readonly text: string;
}

export type Answer = (call: ReceivedCall, response: ServerResponse) => void | Promise<void>;

export interface OpenAiServer {
  readonly baseUrl: string;
  readonly calls: readonly ReceivedCall[];
  /** Calls that have come and are not answered yet; the most there ever were. */
  readonly inAir: () => number;
  readonly mostInAir: () => number;
  close(): Promise<void>;
}

export async function startOpenAiServer(answer: Answer): Promise<OpenAiServer> {
  const calls: ReceivedCall[] = [];
  let inAir = 0;
  let most = 0;
  const server = createServer((request, response) => {
    inAir++;
    most = Math.max(most, inAir);
    response.once('close', () => inAir--);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = JSON.parse(text === '' ? '{}' : text) as ReceivedCall['body'];
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
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    inAir: () => inAir,
    mostInAir: () => most,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An error as OpenAI words it. The message quotes what was sent, as real ones do. */
export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
  quoted = '',
): void {
  send(response, { error: { message: `Server text: ${quoted}`, type: 'error', code, param: null } }, status, headers);
}

const USAGE = { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 };

export const completion = (
  text: string | null,
  more: { readonly usage?: unknown; readonly finish?: string; readonly refusal?: string } = {},
): unknown => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    {
      index: 0,
      finish_reason: more.finish ?? 'stop',
      message: { role: 'assistant', content: text, refusal: more.refusal ?? null },
    },
  ],
  ...('usage' in more ? (more.usage === null ? {} : { usage: more.usage }) : { usage: USAGE }),
});

/** A completion as the pieces of a stream: its text in two, its end, and its usage as the last. */
export function sendStreamed(response: ServerResponse, whole: unknown): void {
  const { usage, choices, ...rest } = whole as {
    readonly usage?: unknown;
    readonly choices: readonly {
      readonly finish_reason: string;
      readonly message: { readonly content: string | null; readonly refusal: string | null };
    }[];
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const piece = (more: object): void =>
    void response.write(`data: ${JSON.stringify({ ...rest, object: 'chat.completion.chunk', ...more })}\n\n`);
  const choice = (delta: object, finish: string | null = null): void => {
    piece({ choices: [{ index: 0, delta, finish_reason: finish }] });
  };
  const [{ message, finish_reason }] = choices as [(typeof choices)[number]];
  choice({ role: 'assistant', content: '' });
  const text = message.content ?? '';
  const middle = Math.ceil(text.length / 2);
  for (const part of [text.slice(0, middle), text.slice(middle)]) if (part !== '') choice({ content: part });
  if (message.refusal !== null) choice({ refusal: message.refusal });
  choice({}, finish_reason);
  if (usage !== undefined) piece({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** Answers as the embedded apprentice does, with its token counts: a server that can be taught by a better prompt. */
export function apprenticeCompletion({ body }: Pick<ReceivedCall, 'body'> & Partial<ReceivedCall>): unknown {
  const answer = answerAsApprentice(
    body.messages.map(({ role, content }) => ({ role, content: String(content) })),
    {
      temperature: body.temperature ?? 0,
      sample: 0,
      maxOutputTokens: body.max_tokens ?? 256,
      json: body.response_format !== undefined && body.response_format.type !== 'text',
    },
  );
  return completion(answer.text, {
    usage: {
      prompt_tokens: answer.inputTokens,
      completion_tokens: answer.outputTokens,
      total_tokens: answer.inputTokens + answer.outputTokens,
    },
  });
}
