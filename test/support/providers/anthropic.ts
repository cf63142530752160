/** A server of Anthropic's messages in every mode. */
import type { ServerResponse } from 'node:http';
import { anthropic as provider } from '../../../src/engine/models/providers/anthropic.ts';
import { breakOff, send } from '../http-answers.ts';
import {
  apprenticeMessage,
  eventsOf,
  message,
  refusalOf,
  sendError,
  sendMessage,
  sseEvent,
  startAnthropicServer,
} from '../anthropic-server.ts';
import type { ReceivedCall, SentError, SentMessage } from '../anthropic-server.ts';
import type { ProviderHarness, ProviderServer, ServerMode } from './harness.ts';

const PLANTED_KEY = 'planted-key-anthropic-0123456789abcdef';
const MODEL = 'claude-haiku-4-5';

/** One answer. Errors quote key and prompt, as real ones sometimes do. */
export function answerMessages(mode: ServerMode, call: ReceivedCall, response: ServerResponse): void {
  const streamed = call.body.stream === true;
  const reply = (whole: SentMessage): void => {
    sendMessage(call, response, whole);
  };
  const refuse = (status: number, type: string, { message: says = '', ...more }: SentError = {}): void => {
    const quoted = `${says} ${String(call.headers.authorization)} ${String(call.headers['x-api-key'])} ${call.text}`;
    sendError(response, status, type, { message: quoted, ...more });
  };
  const wrong = call.method === 'POST' ? refusalOf(call) : null;
  if (wrong !== null) {
    refuse(400, 'invalid_request_error', { message: wrong });
    return;
  }
  const half = '{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","te';
  switch (mode) {
    case 'answer':
      reply(apprenticeMessage(call));
      return;
    case 'hold':
      return;
    case 'wrong-key':
      refuse(401, 'authentication_error', { message: 'invalid x-api-key' });
      return;
    case 'no-quota':
      refuse(400, 'invalid_request_error', {
        message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
      });
      return;
    case 'rate-limit':
      refuse(429, 'rate_limit_error', { headers: { 'retry-after': '0.05' } });
      return;
    case 'overloaded':
      refuse(529, 'overloaded_error', { message: 'Overloaded' });
      return;
    case 'unknown-model':
      refuse(404, 'not_found_error', { message: `model: ${call.body.model}` });
      return;
    case 'too-long':
      refuse(400, 'invalid_request_error', { message: 'prompt is too long: 205000 tokens > 200000 maximum' });
      return;
    case 'content-filter':
      reply(message('', { stop: 'refusal' }));
      return;
    case 'empty':
      reply(message(''));
      return;
    case 'cut':
      reply(message('half a', { stop: 'max_tokens' }));
      return;
    case 'truncated-json':
      if (!streamed) send(response, half);
      else {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`event: message_start\ndata: ${half}\n\n`);
      }
      return;
    case 'half':
      if (!streamed) breakOff(response, 'application/json', half);
      else breakOff(response, 'text/event-stream', eventsOf(message('hello there')).slice(0, 4).map(sseEvent).join(''));
      return;
    case 'html':
      send(response, '<html><body>Sign in to the proxy.</body></html>', 200, { 'content-type': 'text/html' });
      return;
    case 'no-usage':
      reply(message('hello there', { usage: null }));
      return;
  }
}

async function start(): Promise<ProviderServer> {
  let mode: ServerMode = 'answer';
  const server = await startAnthropicServer((call, response) => {
    if (call.method === 'GET' && mode === 'answer')
      send(response, {
        data: [{ type: 'model', id: MODEL, display_name: 'Claude Haiku 4.5', created_at: '2025-10-01T00:00:00Z' }],
        first_id: MODEL,
        last_id: MODEL,
        has_more: false,
      });
    else answerMessages(mode, call, response);
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

export const anthropic: ProviderHarness = { provider, model: MODEL, without: {}, start };
