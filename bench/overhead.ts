/**
 * What the engine's stack costs on top of the official SDK: the same 2,000 calls to the same server, by the bare SDK and
 * through the stack with its store on disk, by turns. The same number of calls is in the air; the stack has as many rows
 * under way as an evaluation has. The figure is the ratio within each pair.
 */
import { OpenAI } from 'openai';
import type { GenerationRequest } from '../src/engine/models/language-model.ts';
import { openai } from '../src/engine/models/providers/openai.ts';
import { toChatParams } from '../src/engine/models/providers/openai/chat.ts';
import { rowsUnderWay } from '../src/engine/evaluation/evaluator.ts';
import { report } from './support/figures.ts';
import type { Figure } from './support/figures.ts';
import { measure } from './support/measure.ts';
import type { Measured } from './support/measure.ts';
import { inPool } from './support/pool.ts';
import { createStoredRun, openStack } from './support/stack.ts';
import { requestsOf, startServer } from './support/wire.ts';

const CALLS = 2000;
const MODEL = 'openai/m';

interface Setting {
  /** Milliseconds the server takes. */
  readonly latency: number;
  readonly concurrency: number;
  readonly pairs: number;
  readonly bound: number;
}

const SETTINGS: readonly Setting[] = [
  { latency: 50, concurrency: 32, pairs: 5, bound: 1.05 },
  { latency: 5, concurrency: 64, pairs: 11, bound: 1.25 },
];

async function bare(baseURL: string, concurrency: number, requests: readonly GenerationRequest[]): Promise<Measured> {
  const client = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 });
  const bodies = requests.map((request) => ({
    ...toChatParams({ ...request, model: 'm' }, {}, 'openai'),
    stream: false as const,
  }));
  return measure(() => inPool(bodies, concurrency, (body) => client.chat.completions.create(body)));
}

async function stacked(
  baseUrl: string,
  concurrency: number,
  requests: readonly GenerationRequest[],
): Promise<Measured> {
  const run = await createStoredRun();
  try {
    const model = await openStack({ provider: openai, settings: { baseUrl }, model: MODEL, concurrency, run });
    return await measure(async () => {
      await inPool(requests, rowsUnderWay(concurrency), (request) => model.generate(request));
      await run.store.flush();
    });
  } finally {
    await run.remove();
  }
}

const { port, stop } = await startServer('slow-server.mjs');

const figures: Figure[] = [];
for (const { latency, concurrency, pairs, bound } of SETTINGS) {
  const baseUrl = `http://127.0.0.1:${port}/${latency}/v1`;
  const sdk: Measured[] = [];
  const stack: Measured[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const alone = await bare(baseUrl, concurrency, requestsOf(MODEL, CALLS, `sdk ${latency} ${pair}`));
    const whole = await stacked(baseUrl, concurrency, requestsOf(MODEL, CALLS, `stack ${latency} ${pair}`));
    // The first pair only warms up.
    if (pair === 0) continue;
    sdk.push(alone);
    stack.push(whole);
  }
  const ratios = (of: (measured: Measured) => number): number[] =>
    stack.map((measured, pair) => of(measured) / of(sdk[pair] ?? measured));
  const ideal = (CALLS / concurrency) * latency;
  const setting = `${latency} ms, concurrency ${concurrency}`;
  figures.push(
    { what: `bare SDK over the ideal, ${setting}`, values: sdk.map(({ wallMs }) => wallMs / ideal), unit: '×' },
    {
      what: `engine over bare SDK, ${setting}`,
      values: ratios(({ wallMs }) => wallMs),
      unit: '×',
      bound: { most: bound },
    },
    { what: "  the same by CPU time of the host's thread", values: ratios(({ threadMs }) => threadMs), unit: '×' },
    { what: '  the same by CPU time of all threads', values: ratios(({ processMs }) => processMs), unit: '×' },
  );
}
stop();
report(figures, [
  `${CALLS.toLocaleString('en-US')} calls a side, about 3 kB each, by turns against one server in a process of its own.`,
]);
