/**
 * A storm of refusals: a server that allows 100 calls a second, refuses what is beyond, and 30 % of the rest besides.
 * How much longer 3,000 calls take than its rate alone would, with a hint when to come again and without one.
 */
import { rowsUnderWay } from '../src/engine/evaluation/evaluator.ts';
import { openai } from '../src/engine/models/providers/openai.ts';
import { report } from './support/figures.ts';
import type { Figure } from './support/figures.ts';
import { measure } from './support/measure.ts';
import { inPool } from './support/pool.ts';
import { createStoredRun, openStack } from './support/stack.ts';
import { requestsOf, startServer } from './support/wire.ts';

const CALLS = 3000;
const RATE = 100;
const CONCURRENCY = 64;
const MODEL = 'openai/m';

const figures: Figure[] = [];
for (const [hint, what] of [
  ['hinted', 'with hints'],
  ['silent', 'without a hint'],
] as const) {
  const server = await startServer('storm-server.mjs', String(RATE), hint);
  const run = await createStoredRun();
  let lost = 0;
  try {
    const settings = { baseUrl: `http://127.0.0.1:${server.port}/v1` };
    const stack = await openStack({ provider: openai, settings, model: MODEL, concurrency: CONCURRENCY, run });
    const { wallMs } = await measure(() =>
      inPool(requestsOf(MODEL, CALLS, hint), rowsUnderWay(CONCURRENCY), async (request) => {
        await stack.generate(request).catch(() => lost++);
      }),
    );
    const { answered, refused } = await server.ask();
    figures.push(
      {
        what: `a storm ${what}, over the server's rate`,
        values: [wallMs / ((CALLS / RATE) * 1000)],
        unit: '×',
        bound: { most: 1.5 },
      },
      { what: '  calls lost', values: [lost], unit: 'calls', bound: { most: 0 } },
      { what: '  of its answers, refusals', values: [(100 * refused) / (answered + refused)], unit: '%' },
    );
  } finally {
    await run.remove();
    server.stop();
  }
}
report(figures, [`${CALLS.toLocaleString('en-US')} calls, ${RATE} a second allowed, concurrency ${CONCURRENCY}.`]);
