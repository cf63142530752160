/**
 * `node slow-server.mjs`, as a child with a channel: answers chat completions, Anthropic's messages and Ollama's chat,
 * `/LATENCY/…`, after LATENCY milliseconds. Sends its port.
 */
import { createServer } from 'node:http';

const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'billing', refusal: null } }],
  usage: { prompt_tokens: 320, completion_tokens: 2, total_tokens: 322 },
};

/** By the end of the path. */
const ANSWERS = {
  completions: COMPLETION,
  messages: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'billing' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 320, output_tokens: 2 },
  },
  chat: {
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: 'billing' },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 320,
    eval_count: 2,
  },
  show: {
    capabilities: ['completion'],
    details: { family: 'llama' },
    model_info: {
      'general.architecture': 'llama',
      'llama.context_length': 8192,
      'tokenizer.ggml.model': 'gpt2',
    },
  },
  version: { version: '0.40.1' },
};
const bodies = Object.fromEntries(Object.entries(ANSWERS).map(([name, answer]) => [name, JSON.stringify(answer)]));

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const [, latency, name] = /^\/(\d+)\/.*?(\w+)(?:\?.*)?$/.exec(request.url ?? '') ?? [];
  const body = bodies[name];
  request.resume();
  request.on('end', () => {
    setTimeout(() => {
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body ?? ''),
      });
      response.end(body);
    }, Number(latency));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());
