/** Whether memory stays flat over 100,000 calls: a server's answers through the whole stack with its store on disk. */
import { rowsUnderWay } from '../src/engine/evaluation/evaluator.ts';
import { openai } from '../src/engine/models/providers/openai.ts';
import { report } from './support/figures.ts';
import { inPool } from './support/pool.ts';
import { createStoredRun, openStack } from './support/stack.ts';
import { requestsOf, startServer } from './support/wire.ts';

const LEG = 10_000;
const LEGS = 10;
/** By then everything is loaded and every buffer has its size. */
const SETTLED_AFTER = 2;
const CONCURRENCY = 64;
const MODEL = 'openai/m';

const { port, stop } = await startServer('slow-server.mjs');
const run = await createStoredRun();
const resident: number[] = [];
const heap: number[] = [];
try {
  const settings = { baseUrl: `http://127.0.0.1:${port}/0/v1` };
  const stack = await openStack({ provider: openai, settings, model: MODEL, concurrency: CONCURRENCY, run });
  for (let leg = 0; leg < LEGS; leg++) {
    const requests = requestsOf(MODEL, LEG, `leg ${leg}`);
    await inPool(requests, rowsUnderWay(CONCURRENCY), (request) => stack.generate(request));
    await run.store.flush();
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    resident.push(rss / 2 ** 20);
    heap.push(heapUsed / 2 ** 20);
  }
} finally {
  await run.remove();
  stop();
}
const grew = (values: readonly number[]): number => (values.at(-1) ?? NaN) / (values[SETTLED_AFTER - 1] ?? NaN);
report(
  [
    {
      what: 'resident after 100,000 calls over after 20,000',
      values: [grew(resident)],
      unit: '×',
      bound: { most: 1.1 },
    },
    { what: '  resident at the end of each 10,000', values: resident, unit: 'MB' },
    { what: '  heap in use at the end of each 10,000', values: heap, unit: 'MB' },
  ],
  ['One run of one process; its store is on disk.'],
);
