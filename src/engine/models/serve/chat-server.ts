/**
 * OpenAI's chat completions on 127.0.0.1. It knows HTTP, the token and the protocol; who answers is handed in.
 *
 * Only this machine reaches it, only with the token. A page in a browser that has got a name to point here is refused
 * by its Host header.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PromptOptError } from '../../../protocol/errors.ts';
import type { GenerateOptions, Generation } from '../language-model.ts';
import { apiFailure, failureOf } from './api-failure.ts';
import type { ApiFailure } from './api-failure.ts';
import { readChatRequest } from './read-chat-request.ts';
import type { ChatRequest } from './read-chat-request.ts';
import { chunksOf, completionOf } from './write-chat-reply.ts';
import type { ReplyHead } from './write-chat-reply.ts';

/** Who answers. */
export interface ChatBackend {
  /** Names a client may ask for. */
  models(): Promise<readonly string[]>;
  /** @throws PromptOptError what `LanguageModel.generate` throws, and `bad-request` for what this model cannot carry */
  answer(request: ChatRequest, options: GenerateOptions): Promise<Generation>;
}

export interface ChatServerOptions {
  readonly backend: ChatBackend;
  /** 0 takes any free one. */
  readonly port: number;
  readonly token: string;
  readonly now: () => number;
}

export interface ChatServer {
  /** With its path, as clients want it: `http://127.0.0.1:8765/v1`. */
  readonly baseUrl: string;
  /** Takes no more requests and resolves when those under way are answered. */
  close(): Promise<void>;
  /** Cuts what is under way. */
  cut(): void;
}

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 20_000_000;
/** Far longer than a client needs to send a body; a provider may take its time after that. */
const REQUEST_TIMEOUT_MS = 60_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The body, or why not: a client that sends without end is not listened to. */
async function readBody(request: IncomingMessage): Promise<string | ApiFailure> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      return apiFailure(413, `A request may have ${MAX_BODY_BYTES / 1e6} MB.`, { code: 'request_too_large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}

function sendFailure(response: ServerResponse, failure: ApiFailure): void {
  const { status, error, retryAfterMs } = failure;
  sendJson(
    response,
    status,
    { error },
    {
      // OpenAI's SDKs would try some of these again by their status alone.
      'x-should-retry': String(retryAfterMs !== null),
      ...(retryAfterMs === null
        ? {}
        : { 'retry-after-ms': String(retryAfterMs), 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 413 ? { connection: 'close' } : {}),
    },
  );
}

const sendEvent = (response: ServerResponse, data: unknown): void => {
  response.write(`data: ${JSON.stringify(data)}\n\n`);
};

/** @throws PromptOptError `usage` when the port is taken. */
export async function startChatServer({ backend, port, token, now }: ChatServerOptions): Promise<ChatServer> {
  const expected = digest(`Bearer ${token}`);
  // Digests are of one length: how long it takes says nothing of how much was right.
  const isAllowed = (header: string | undefined): boolean =>
    timingSafeEqual(digest((header ?? '').replace(/^bearer +/i, 'Bearer ')), expected);
  const isLoopback = (host: string | undefined): boolean =>
    /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(host ?? '');

  const headOf = (request: ChatRequest): ReplyHead => ({
    id: `chatcmpl-${randomUUID()}`,
    createdAt: now(),
    model: request.model,
  });

  const answerWhole = async (chat: ChatRequest, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    const generation = await backend.answer(chat, { signal });
    sendJson(response, 200, completionOf(headOf(chat), generation));
  };

  const answerInChunks = async (chat: ChatRequest, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    const chunks = chunksOf(headOf(chat), chat.includeUsage);
    // Not before there is something to say: until then a failure still has its status.
    const begin = (): void => {
      if (response.headersSent) return;
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      sendEvent(response, chunks.first());
    };
    const generation = await backend.answer(chat, {
      signal,
      onDelta(piece) {
        if (signal.aborted || piece === '') return;
        begin();
        sendEvent(response, chunks.text(piece));
      },
    });
    begin();
    for (const chunk of chunks.last(generation)) sendEvent(response, chunk);
    response.end('data: [DONE]\n\n');
  };

  const answerChat = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (typeof body !== 'string') {
      sendFailure(response, body);
      return;
    }
    let received: unknown;
    try {
      received = JSON.parse(body);
    } catch {
      sendFailure(response, apiFailure(400, 'The body is no JSON that can be read.'));
      return;
    }
    const chat = readChatRequest(received);
    if ('status' in chat) {
      sendFailure(response, chat);
      return;
    }
    const left = new AbortController();
    response.once('close', () => {
      // Also after a reply; then nobody listens any more.
      left.abort();
    });
    try {
      await (chat.stream ? answerInChunks : answerWhole)(chat, response, left.signal);
    } catch (error) {
      if (response.destroyed) return;
      const failure = failureOf(error);
      if (response.headersSent) {
        // The status is said already: SDKs read the error from the stream.
        sendEvent(response, { error: failure.error });
        response.end();
      } else sendFailure(response, failure);
    }
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = request;
    if (!isLoopback(headers.host)) {
      sendFailure(response, apiFailure(403, 'This endpoint answers to 127.0.0.1 and localhost only.'));
      return;
    }
    if (!isAllowed(headers.authorization)) {
      const message = 'The token is wrong or missing. Give the one this session printed as the API key.';
      sendFailure(response, apiFailure(401, message, { code: 'invalid_api_key' }));
      return;
    }
    const path = new URL(request.url ?? '/', `http://${HOST}`).pathname;
    const allowed = path === '/v1/chat/completions' ? 'POST' : /^\/v1\/models(?:\/|$)/.test(path) ? 'GET' : null;
    if (allowed === null) {
      const message = `There is no ${path} here; there are /v1/chat/completions and /v1/models.`;
      sendFailure(response, apiFailure(404, message, { code: 'unknown_url' }));
    } else if (method !== allowed) {
      response.setHeader('allow', allowed);
      sendFailure(response, apiFailure(405, `${path} takes ${allowed}, not ${method}.`));
    } else if (allowed === 'POST') await answerChat(request, response);
    else await answerModels(path, response);
  };

  const answerModels = async (path: string, response: ServerResponse): Promise<void> => {
    const names = await backend.models();
    const describe = (id: string): unknown => ({
      id,
      object: 'model',
      created: 0,
      owned_by: id.includes('/') ? id.slice(0, id.indexOf('/')) : 'promptopt.config.yaml',
    });
    const asked = nameIn(path);
    if (asked === '') sendJson(response, 200, { object: 'list', data: names.map(describe) });
    else if (names.includes(asked)) sendJson(response, 200, describe(asked));
    else {
      const details = { code: 'model_not_found', param: 'model' };
      sendFailure(response, apiFailure(404, `There is no model "${asked}" here.`, details));
    }
  };

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else sendFailure(response, failureOf(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken by another program' : 'cannot be opened';
      reject(
        new PromptOptError('usage', `Port ${port} ${why}.`, {
          remedy: 'Choose another by --port, or 0 for any.',
          cause,
        }),
      );
    });
    server.listen(port, HOST, resolve);
  });
  return {
    baseUrl: `http://${HOST}:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
      }),
    cut() {
      server.closeAllConnections();
    },
  };
}

/** The model a path names; SDKs encode the slash in it, people do not. */
function nameIn(path: string): string {
  const written = path.replace(/^\/v1\/models\/?/, '');
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
