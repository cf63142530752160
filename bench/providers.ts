/**
 * What the engine's stack costs on top of each provider's own SDK: the same 10,000 calls to the same server of 20 ms, 64
 * in the air, by the bare SDK and through the stack with its store on disk, by turns.
 */
import { rowsUnderWay } from '../src/engine/evaluation/evaluator.ts';
import { report } from './support/figures.ts';
import type { Figure } from './support/figures.ts';
import { measure } from './support/measure.ts';
import type { Measured } from './support/measure.ts';
import { inPool } from './support/pool.ts';
import { createStoredRun, openStack } from './support/stack.ts';
import { requestsOf, startServer, wires } from './support/wire.ts';
import type { Wire } from './support/wire.ts';

const CALLS = 10_000;
const WARM_UP = 1000;
const LATENCY = 20;
const CONCURRENCY = 64;
const PAIRS = 3;
const BOUND = 1.15;

const { port, stop } = await startServer('slow-server.mjs');

async function bare(wire: Wire, calls: number, label: string): Promise<Measured> {
  const asks = wire.bare(wire.baseUrl(port, LATENCY), requestsOf('m', calls, label));
  return measure(() => inPool(asks, CONCURRENCY, (ask) => ask()));
}

async function stacked({ provider, baseUrl }: Wire, calls: number, label: string): Promise<Measured> {
  const model = `${provider.name}/m`;
  const requests = requestsOf(model, calls, label);
  const run = await createStoredRun();
  try {
    const settings = { baseUrl: baseUrl(port, LATENCY) };
    const stack = await openStack({ provider, settings, model, concurrency: CONCURRENCY, run });
    return await measure(async () => {
      await inPool(requests, rowsUnderWay(CONCURRENCY), (request) => stack.generate(request));
      await run.store.flush();
    });
  } finally {
    await run.remove();
  }
}

const figures: Figure[] = [];
for (const wire of wires) {
  const pairs: { readonly alone: Measured; readonly whole: Measured }[] = [];
  await bare(wire, WARM_UP, 'warm sdk');
  await stacked(wire, WARM_UP, 'warm stack');
  for (let pair = 0; pair < PAIRS; pair++) {
    const alone = await bare(wire, CALLS, `sdk ${pair}`);
    pairs.push({ alone, whole: await stacked(wire, CALLS, `stack ${pair}`) });
  }
  const ratios = (of: (measured: Measured) => number): number[] =>
    pairs.map(({ alone, whole }) => of(whole) / of(alone));
  const { title } = wire.provider;
  figures.push(
    {
      what: `engine over the bare SDK of ${title}`,
      values: ratios(({ wallMs }) => wallMs),
      unit: '×',
      bound: { most: BOUND },
    },
    { what: "  the same by CPU time of the host's thread", values: ratios(({ threadMs }) => threadMs), unit: '×' },
    {
      what: `  bare SDK over the ideal`,
      values: pairs.map(({ alone }) => alone.wallMs / ((CALLS / CONCURRENCY) * LATENCY)),
      unit: '×',
    },
  );
}
stop();
report(figures, [`${CALLS.toLocaleString('en-US')} calls a side, ${LATENCY} ms, concurrency ${CONCURRENCY}.`]);
