/** What a reply from the cache takes: asked one after another, and with 64 under way, from a store on disk. */
import { openai } from '../src/engine/models/providers/openai.ts';
import { report } from './support/figures.ts';
import { measure } from './support/measure.ts';
import { inPool } from './support/pool.ts';
import { createStoredRun, openStack } from './support/stack.ts';
import { requestsOf, startServer } from './support/wire.ts';

const REPLIES = 2000;
const ROUNDS = 5;
const CONCURRENCY = 64;
const MODEL = 'openai/m';

const { port, stop } = await startServer('slow-server.mjs');
const run = await createStoredRun();
try {
  const settings = { baseUrl: `http://127.0.0.1:${port}/0/v1` };
  const stack = await openStack({
    provider: openai,
    settings,
    model: MODEL,
    concurrency: CONCURRENCY,
    run,
    useCache: true,
  });
  const requests = requestsOf(MODEL, REPLIES, 'cached');
  await inPool(requests, CONCURRENCY, (request) => stack.generate(request));
  await run.store.flush();
  const ask = async (under: number): Promise<number> => {
    const { wallMs } = await measure(() =>
      inPool(requests, under, async (request) => {
        if (!(await stack.generate(request)).cached) throw new Error('A reply was not in the cache.');
      }),
    );
    return wallMs / REPLIES;
  };
  await ask(1);
  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await ask(1));
    together.push(await ask(CONCURRENCY));
  }
  report([
    { what: 'a cache hit, one after another', values: alone, unit: 'ms', bound: { most: 0.2 } },
    { what: `a cache hit, ${CONCURRENCY} under way`, values: together, unit: 'ms', bound: { most: 0.2 } },
  ]);
} finally {
  await run.remove();
  stop();
}
