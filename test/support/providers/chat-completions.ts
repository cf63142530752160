/** A server of chat completions in every mode, for each provider that speaks them. */
import type { ServerResponse } from 'node:http';
import { breakOff, send } from '../http-answers.ts';
import { apprenticeCompletion, completion, sendError, sendStreamed, startOpenAiServer } from '../openai-server.ts';
import type { ReceivedCall } from '../openai-server.ts';
import type { ProviderServer, ServerMode } from './harness.ts';

export const PLANTED_KEY = 'planted-key-0123456789abcdef';

/** One answer to a chat completion. Errors quote key and prompt, as real ones sometimes do. */
export function answerChat(mode: ServerMode, call: ReceivedCall, response: ServerResponse): void {
  const reply = (body: unknown): void => {
    if (call.body.stream === true) sendStreamed(response, body);
    else send(response, body);
  };
  const refuse = (status: number, code: string, headers: Record<string, string> = {}): void => {
    sendError(response, status, code, headers, `${call.headers.authorization ?? ''} ${call.text}`);
  };
  const half = '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"con';
  switch (mode) {
    case 'answer':
      reply(apprenticeCompletion(call));
      return;
    case 'hold':
      return;
    case 'wrong-key':
      refuse(401, 'invalid_api_key');
      return;
    case 'no-quota':
      refuse(429, 'insufficient_quota');
      return;
    case 'rate-limit':
      refuse(429, 'rate_limit_exceeded', { 'retry-after-ms': '50' });
      return;
    case 'overloaded':
      refuse(503, 'overloaded');
      return;
    case 'unknown-model':
      refuse(404, 'model_not_found');
      return;
    case 'too-long':
      refuse(400, 'context_length_exceeded');
      return;
    case 'content-filter':
      reply(completion('', { finish: 'content_filter' }));
      return;
    case 'empty':
      reply(completion(''));
      return;
    case 'cut':
      reply(completion('half a', { finish: 'length' }));
      return;
    case 'truncated-json':
      if (call.body.stream !== true) send(response, half);
      else {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`data: ${half}\n\n`);
      }
      return;
    case 'half':
      if (call.body.stream !== true) breakOff(response, 'application/json', half);
      else
        breakOff(
          response,
          'text/event-stream',
          `data: {"id":"c","choices":[{"index":0,"delta":{"content":"hel"},"finish_reason":null}]}\n\n`,
        );
      return;
    case 'html':
      send(response, '<html><body>Sign in to the proxy.</body></html>', 200, { 'content-type': 'text/html' });
      return;
    case 'no-usage':
      reply(completion('hello there', { usage: null }));
      return;
  }
}

/** @param models what it lists. */
export async function startChatServer(models: readonly string[]): Promise<ProviderServer> {
  let mode: ServerMode = 'answer';
  const server = await startOpenAiServer((call, response) => {
    if (call.method === 'GET' && mode === 'answer')
      send(response, {
        object: 'list',
        data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'x' })),
      });
    else answerChat(mode, call, response);
  });
  return {
    settings: { apiKey: PLANTED_KEY, baseUrl: server.baseUrl },
    get received() {
      return server.calls.map(({ text }) => text);
    },
    mode(next) {
      mode = next;
    },
    close: () => server.close(),
  };
}
