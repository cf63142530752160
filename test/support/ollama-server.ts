/** A server on 127.0.0.1 that speaks Ollama's protocol, as well or as badly as a test wants it to. */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerAsApprentice } from '../../src/engine/models/providers/embedded/apprentice.ts';

export interface OllamaChatBody {
  readonly model: string;
  readonly messages: readonly {
    readonly role: 'system' | 'user' | 'assistant';
    readonly content: string;
    readonly images?: readonly string[];
  }[];
  readonly stream?: boolean;
  readonly format?: unknown;
  readonly tools?: unknown;
  readonly truncate?: boolean;
  readonly shift?: boolean;
  readonly think?: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface OllamaChatCall {
  readonly body: OllamaChatBody;
  /** As it came. */
  readonly text: string;
}

export interface OllamaServer {
  readonly host: string;
  readonly port: number;
  /** Chats received, in order. */
  readonly chats: readonly OllamaChatCall[];
  /** Everything asked, e.g. `GET /api/tags`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** What a server says of a model: its architecture decides the name of the key. */
export const shownModel = (more: Readonly<Record<string, unknown>> = {}): unknown => ({
  parameters: 'stop                           "<|eot_id|>"',
  template: '{{ .Prompt }}',
  details: { family: 'llama', parameter_size: '3.2B', quantization_level: 'Q4_K_M' },
  model_info: {
    'general.architecture': 'llama',
    'llama.context_length': 131_072,
    'tokenizer.ggml.model': 'gpt2',
  },
  capabilities: ['completion', 'tools'],
  ...more,
});

export interface OllamaScript {
  chat(call: OllamaChatCall, response: ServerResponse): void;
  /** By name, without `:latest`; a model that is not here is missing. */
  readonly models?: Readonly<Record<string, unknown>>;
  /** Null: a server too old to tell. */
  readonly version?: string | null;
}

export async function startOllamaServer(script: OllamaScript, port = 0): Promise<OllamaServer> {
  const { models = { m: shownModel() }, version = '0.40.1' } = script;
  const chats: OllamaChatCall[] = [];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      switch (request.url) {
        case '/api/chat': {
          const call = { body: JSON.parse(text) as OllamaChatBody, text };
          chats.push(call);
          if (models[call.body.model] === undefined) sendOllamaError(response, 404, missing(call.body.model));
          else script.chat(call, response);
          return;
        }
        case '/api/show': {
          const { model } = JSON.parse(text) as { model: string };
          if (models[model] === undefined) sendOllamaError(response, 404, missing(model));
          else sendJson(response, models[model]);
          return;
        }
        case '/api/version':
          if (version === null) sendJson(response, '404 page not found', 404, 'text/plain');
          else sendJson(response, { version });
          return;
        case '/api/tags':
          sendJson(response, {
            models: Object.keys(models).map((name) => ({
              name: `${name}:latest`,
              model: `${name}:latest`,
              size: 2_019_393_189,
              details: { family: 'llama', parameter_size: '3.2B', quantization_level: 'Q4_K_M' },
            })),
          });
          return;
        default:
          sendJson(response, '404 page not found', 404, 'text/plain');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    host: `http://127.0.0.1:${bound}`,
    port: bound,
    chats,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const missing = (model: string): string => `model "${model}" not found, try pulling it first`;

export function sendJson(response: ServerResponse, body: unknown, status = 200, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function sendOllamaError(
  response: ServerResponse,
  status: number,
  error: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify({ error }));
}

export interface OllamaReply {
  readonly text: string;
  readonly thinking?: string;
  readonly toolCalls?: unknown;
  readonly reason?: string;
  /** Absent counts are left out, as the server leaves out what it did not evaluate. */
  readonly promptTokens?: number;
  readonly tokens?: number;
}

/** A reply, as one object or as lines. */
export function sendReply(response: ServerResponse, { body }: OllamaChatCall, reply: OllamaReply): void {
  const base = { model: body.model, created_at: '2026-01-01T00:00:00Z' };
  const end = {
    done: true,
    done_reason: reply.reason ?? 'stop',
    total_duration: 1_000_000,
    ...(reply.promptTokens === undefined ? {} : { prompt_eval_count: reply.promptTokens }),
    ...(reply.tokens === undefined ? {} : { eval_count: reply.tokens }),
  };
  const message = (content: string, more: object = {}): object => ({ role: 'assistant', content, ...more });
  const extras = {
    ...(reply.thinking === undefined ? {} : { thinking: reply.thinking }),
    ...(reply.toolCalls === undefined ? {} : { tool_calls: reply.toolCalls }),
  };
  if (body.stream !== true) {
    sendJson(response, { ...base, message: message(reply.text, extras), ...end });
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const line = (value: object): void => void response.write(`${JSON.stringify({ ...base, ...value })}\n`);
  const middle = Math.ceil(reply.text.length / 2);
  for (const part of [reply.text.slice(0, middle), reply.text.slice(middle)])
    if (part !== '') line({ message: message(part), done: false });
  if (Object.keys(extras).length > 0) line({ message: message('', extras), done: false });
  line({ message: message(''), ...end });
  response.end();
}

/** Answers as the embedded apprentice does, with its token counts. */
export function sendApprenticeReply(response: ServerResponse, call: OllamaChatCall): void {
  const { messages, options, format } = call.body;
  const answer = answerAsApprentice(messages, {
    temperature: Number(options['temperature'] ?? 0),
    sample: Number(options['seed'] ?? 0),
    maxOutputTokens: Number(options['num_predict']),
    json: format !== undefined,
  });
  sendReply(response, call, {
    text: answer.text,
    reason: answer.truncated ? 'length' : 'stop',
    promptTokens: answer.inputTokens,
    tokens: answer.outputTokens,
  });
}
