/** OpenAI's Responses API in every mode. */
import type { ServerResponse } from 'node:http';
import { answerAsApprentice } from '../../../src/engine/models/providers/embedded/apprentice.ts';
import { openai as provider } from '../../../src/engine/models/providers/openai.ts';
import { send } from '../http-answers.ts';
import { startOpenAiServer } from '../openai-server.ts';
import type { ReceivedCall } from '../openai-server.ts';
import { PLANTED_KEY, answerChat } from './chat-completions.ts';
import type { ProviderHarness, ProviderServer, ServerMode } from './harness.ts';

interface ResponsesBody {
  readonly input: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: unknown }[];
  readonly max_output_tokens: number;
  readonly temperature?: number;
  readonly stream?: boolean;
  readonly text?: { readonly format?: { readonly type: string } };
}

const USAGE = { input_tokens: 20, output_tokens: 3, total_tokens: 23 };

/** A response as the server words it: some thinking first, then the message. */
export const responseOf = (
  text: string,
  more: { readonly usage?: unknown; readonly incomplete?: string; readonly refusal?: string } = {},
): Readonly<Record<string, unknown>> => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'm',
  status: more.incomplete === undefined ? 'completed' : 'incomplete',
  incomplete_details: more.incomplete === undefined ? null : { reason: more.incomplete },
  error: null,
  output: [
    { id: 'rs_1', type: 'reasoning', summary: [] },
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content:
        more.refusal === undefined
          ? [{ type: 'output_text', text, annotations: [] }]
          : [{ type: 'refusal', refusal: more.refusal }],
    },
  ],
  ...('usage' in more ? (more.usage === null ? {} : { usage: more.usage }) : { usage: USAGE }),
});

/** One event of a stream. */
export const eventOf = (type: string, more: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 1, ...more })}\n\n`;

/** The text in two pieces, then the whole. */
function sendEvents(response: ServerResponse, text: string, whole: Readonly<Record<string, unknown>>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(eventOf('response.created', { response: { ...whole, status: 'in_progress', output: [] } }));
  const middle = Math.ceil(text.length / 2);
  for (const delta of [text.slice(0, middle), text.slice(middle)])
    response.write(
      eventOf('response.output_text.delta', { item_id: 'msg_1', output_index: 1, content_index: 0, delta }),
    );
  response.end(
    eventOf(whole['status'] === 'completed' ? 'response.completed' : 'response.incomplete', { response: whole }),
  );
}

function answerResponses(mode: ServerMode, call: ReceivedCall, response: ServerResponse): void {
  const body = call.body as unknown as ResponsesBody;
  const reply = (text: string, more: Parameters<typeof responseOf>[1] = {}): void => {
    if (body.stream === true) sendEvents(response, text, responseOf(text, more));
    else send(response, responseOf(text, more));
  };
  switch (mode) {
    case 'answer': {
      const answer = answerAsApprentice(
        body.input.map(({ role, content }) => ({ role, content: String(content) })),
        {
          temperature: body.temperature ?? 0,
          sample: 0,
          maxOutputTokens: body.max_output_tokens,
          json: body.text?.format !== undefined && body.text.format.type !== 'text',
        },
      );
      const { inputTokens, outputTokens } = answer;
      reply(answer.text, {
        usage: { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
        ...(answer.truncated ? { incomplete: 'max_output_tokens' } : {}),
      });
      return;
    }
    case 'content-filter':
      reply('', { incomplete: 'content_filter' });
      return;
    case 'empty':
      reply('');
      return;
    case 'cut':
      reply('half a', { incomplete: 'max_output_tokens' });
      return;
    case 'no-usage':
      reply('hello there', { usage: null });
      return;
    case 'half':
      if (body.stream !== true) break;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventOf('response.output_text.delta', { delta: 'hel' }), () => response.socket?.destroy());
      return;
    default:
  }
  // Refusals and broken bodies are the same in both protocols.
  answerChat(mode, call, response);
}

async function start(): Promise<ProviderServer> {
  let mode: ServerMode = 'answer';
  const server = await startOpenAiServer((call, response) => {
    if (call.method === 'GET') send(response, { object: 'list', data: [{ id: 'gpt-4o', object: 'model' }] });
    else if (call.path === '/v1/responses') answerResponses(mode, call, response);
    else send(response, { error: { message: 'Not here.' } }, 404);
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

export const openaiResponses: ProviderHarness = {
  provider,
  model: 'gpt-4o',
  extra: { api: 'responses' },
  without: {},
  start,
};
