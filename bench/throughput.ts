/**
 * How many rows a second the engine can ask and score when the model takes no time: evaluator and stack on a scripted
 * model in this process, without a store and with one on disk that journals every call.
 */
import { createEvaluator } from '../src/engine/evaluation/evaluator.ts';
import { NO_SPEND } from '../src/protocol/events.ts';
import type { ProviderDescriptor } from '../src/engine/models/provider.ts';
import { report } from './support/figures.ts';
import type { Figure } from './support/figures.ts';
import { measure } from './support/measure.ts';
import type { Measured } from './support/measure.ts';
import { createStoredRun, openStack } from './support/stack.ts';
import { triageExamples, triageSpec } from './support/triage.ts';

const CALLS = 10_000;
const CONCURRENCY = 64;
const ROUNDS = 5;
const MODEL = 'scripted/billing';

const scripted: ProviderDescriptor = {
  name: 'scripted',
  title: 'Scripted',
  summary: 'Answers with one label at once.',
  example: MODEL,
  accounting: 'It counts nothing.',
  keyVariable: null,
  baseUrlVariable: null,
  connect: () =>
    Promise.resolve({
      generate: () =>
        Promise.resolve({
          parts: [{ type: 'text', text: 'billing' }],
          toolCalls: [],
          usage: { inputTokens: 320, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
          costUsd: null,
          latencyMs: 0,
          cached: false,
          finishReason: 'stop',
          paid: NO_SPEND,
        }),
      describe: (id) =>
        Promise.resolve({ id, price: null, contextWindow: null, byteLevelTokenizer: true, reasons: false }),
      countTokens: (_id, text) => Promise.resolve(text.length),
      list: () => Promise.resolve([]),
    }),
};

const spec = triageSpec();
const sandbox = {
  matches: (): Promise<boolean> => Promise.reject(new Error('The triage example has no patterns.')),
  evaluate: (): Promise<unknown> => Promise.reject(new Error('The triage example has no code.')),
};

async function evaluate(stored: boolean, round: number): Promise<Measured> {
  const examples = triageExamples(spec, CALLS, `round ${round}`);
  const run = stored ? await createStoredRun() : null;
  try {
    const model = await openStack({ provider: scripted, settings: {}, model: MODEL, concurrency: CONCURRENCY, run });
    const services = { countTokens: (text: string) => Promise.resolve(text.length), sandbox };
    const options = { spec, model, modelName: MODEL, maxOutputTokens: 256, services, window: CONCURRENCY };
    return await measure(async () => {
      await createEvaluator(options).evaluate(spec.prompt, examples);
      await run?.store.flush();
    });
  } finally {
    await run?.remove();
  }
}

const perSecond = (milliseconds: number): number => CALLS / (milliseconds / 1000);

const figures: Figure[] = [];
for (const [stored, least] of [
  [false, 10_000],
  [true, 5_000],
] as const) {
  const rounds: Measured[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const measured = await evaluate(stored, round);
    // The first round only warms up.
    if (round > 0) rounds.push(measured);
  }
  const what = stored ? 'with the store' : 'without a store';
  figures.push(
    { what, values: rounds.map(({ wallMs }) => perSecond(wallMs)), unit: 'calls/s', bound: { least } },
    {
      what: `${what}, by CPU time of the host's thread`,
      values: rounds.map(({ threadMs }) => perSecond(threadMs)),
      unit: 'calls/s',
    },
    {
      what: `${what}, by CPU time of all threads`,
      values: rounds.map(({ processMs }) => perSecond(processMs)),
      unit: 'calls/s',
    },
  );
}
report(figures, [`${CALLS.toLocaleString('en-US')} rows a round, ${CONCURRENCY} in the air.`]);
