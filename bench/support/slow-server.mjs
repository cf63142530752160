/** `node slow-server.mjs`, as a child with a channel: answers chat completions, `/LATENCY/v1/…`, after LATENCY milliseconds. Sends its port. */
import { createServer } from 'node:http';

const body = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'billing', refusal: null } }],
  usage: { prompt_tokens: 320, completion_tokens: 2, total_tokens: 322 },
});
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const latency = Number(/^\/(\d+)\//.exec(request.url ?? '')?.[1]);
  request.resume();
  request.on('end', () => {
    setTimeout(() => {
      response.writeHead(200, headers);
      response.end(body);
    }, latency);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());
