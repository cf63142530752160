import type { ServerResponse } from 'node:http';
import { ollama as provider } from '../../../src/engine/models/providers/ollama.ts';
import {
  sendApprenticeReply,
  sendJson,
  sendOllamaError,
  sendReply,
  shownModel,
  startOllamaServer,
} from '../ollama-server.ts';
import type { OllamaChatCall } from '../ollama-server.ts';
import type { ProviderHarness, ProviderServer, ServerMode } from './harness.ts';

function answerChat(mode: ServerMode, call: OllamaChatCall, response: ServerResponse): void {
  const streamed = call.body.stream === true;
  const type = streamed ? 'application/x-ndjson' : 'application/json';
  // Errors quote the prompt, as real ones sometimes do.
  const refuse = (status: number, error: string, headers: Record<string, string> = {}): void => {
    sendOllamaError(response, status, `${error}: ${call.text}`, headers);
  };
  switch (mode) {
    case 'answer':
      sendApprenticeReply(response, call);
      return;
    case 'hold':
      return;
    case 'wrong-key':
      refuse(401, 'unauthorized');
      return;
    case 'no-quota':
      refuse(402, 'this model needs a subscription');
      return;
    case 'rate-limit':
      refuse(429, 'too many requests', { 'retry-after': '0.05' });
      return;
    case 'overloaded':
      refuse(503, 'server busy, please try again. maximum pending requests exceeded');
      return;
    case 'unknown-model':
      refuse(404, 'model "m" not found, try pulling it first');
      return;
    case 'too-long':
      refuse(400, 'the input length exceeds the context length');
      return;
    case 'content-filter':
      throw new Error('Ollama filters nothing.');
    case 'empty':
      sendReply(response, call, { text: '', promptTokens: 9, tokens: 1 });
      return;
    case 'cut':
      sendReply(response, call, { text: 'half a', reason: 'length', promptTokens: 9, tokens: 20 });
      return;
    case 'truncated-json':
      sendJson(response, '{"model":"m","message":{"role":"assistant","content":"hel', 200, type);
      return;
    case 'half':
      response.writeHead(200, { 'content-type': type, ...(streamed ? {} : { 'content-length': '5000' }) });
      response.write(
        `{"model":"m","message":{"role":"assistant","content":"hel"},"done":false}${streamed ? '\n' : ''}`,
        () => response.socket?.destroy(),
      );
      return;
    case 'html':
      sendJson(response, '<html><body>Sign in to the proxy.</body></html>', 200, 'text/html');
      return;
    case 'no-usage':
      sendReply(response, call, { text: 'hello there' });
      return;
  }
}

async function start(): Promise<ProviderServer> {
  let mode: ServerMode = 'answer';
  const server = await startOllamaServer({
    models: { m: shownModel({ capabilities: ['completion', 'vision'] }) },
    chat(call, response) {
      answerChat(mode, call, response);
    },
  });
  return {
    settings: { baseUrl: server.host },
    get received() {
      return server.chats.map(({ text }) => text);
    },
    mode(next) {
      mode = next;
    },
    close: () => server.close(),
  };
}

export const ollama: ProviderHarness = {
  provider,
  model: 'm',
  without: { 'content-filter': 'a local model has no filter beside it' },
  start,
};
