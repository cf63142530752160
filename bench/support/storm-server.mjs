/**
 * `node storm-server.mjs RATE HINT`, as a child with a channel: answers chat completions after 20 ms, RATE a second, and
 * refuses what is beyond that, and 30 % of the rest besides, with 429. HINT `hinted` tells when there is room again.
 * Sends its port; told anything, it answers with how often it answered and refused.
 */
import { createServer } from 'node:http';

const [rate, hint] = [Number(process.argv[2]), process.argv[3]];
const BURST = rate / 10;
const body = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'billing', refusal: null } }],
  usage: { prompt_tokens: 320, completion_tokens: 2, total_tokens: 322 },
});
const refusal = JSON.stringify({ error: { message: 'Slow down.', type: 'requests', code: 'rate_limit_exceeded' } });

const count = { answered: 0, refused: 0 };
let level = BURST;
let at = performance.now();
/** The same refusals in every run. */
let state = 7;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.on('end', () => {
    setTimeout(() => {
      const now = performance.now();
      level = Math.min(BURST, level + ((now - at) * rate) / 1000);
      at = now;
      const allowed = level >= 1 && random() >= 0.3;
      if (allowed) level--;
      count[allowed ? 'answered' : 'refused']++;
      response.writeHead(allowed ? 200 : 429, {
        'content-type': 'application/json',
        ...(allowed || hint !== 'hinted'
          ? {}
          : { 'retry-after-ms': String(Math.ceil((Math.max(0, 1 - level) * 1000) / rate)) }),
      });
      response.end(allowed ? body : refusal);
    }, 20);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('message', () => process.send?.(count));
process.on('disconnect', () => process.exit());
