import assert from 'node:assert/strict';
import fc from 'fast-check';
import { optimizers } from '../../src/engine/optimizers/table.ts';
import type { OptimizationTask, OptimizerDescriptor } from '../../src/engine/optimizers/optimizer.ts';
import type { GenerationRequest } from '../../src/engine/models/language-model.ts';
import { describeError, isPromptOptError, PromptOptError } from '../../src/protocol/errors.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';
import { search, textOfRequest } from '../support/optimizer-run.ts';
import type { SearchOutcome } from '../support/optimizer-run.ts';
import { makeExample, makeSpec } from '../support/task.ts';

const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => makeExample(`${prefix} ${index}`, index % 2 === 0 ? 'a' : 'b'));

const makeTask = (train = 20, validation = 16): OptimizationTask => ({
  spec: makeSpec(),
  train: rows('train', train),
  validation: rows('validation', validation),
});

/**
 * A model whose answers are a function of the request alone: right more often with demonstrations and with each
 * further lesson in its instruction; as proposer it adds a lesson.
 */
function answer(request: GenerationRequest): string {
  const text = textOfRequest(request);
  const random = createRandom(1, text, request.sample);
  if (request.role === 'proposer') return `\`\`\`\nSort it. Lesson ${random.integer(1000)}.\n\`\`\``;
  const question = /(\d+)$/.exec(text)?.[1] ?? '0';
  const right = Number(question) % 2 === 0 ? 'a' : 'b';
  const help = 0.4 + 0.1 * Math.min(2, request.messages.length - 2) + (text.includes('Lesson') ? 0.2 : 0);
  return random.next() < help ? right : right === 'a' ? 'b' : 'a';
}

/** What a search found, as far as it must not depend on chance. */
const foundBy = ({ state, budget }: SearchOutcome): unknown => ({
  candidates: state.candidates.map(({ prompt, parents, origin, note }) => [prompt.hash, parents, origin, note]),
  offered: state.offered.map(({ candidate, evaluation }) => [candidate.prompt.hash, evaluation.estimate.mean]),
  incumbent: state.incumbent?.candidate.prompt.hash,
  spent: budget.spent(),
});

const callsOf = (block: Readonly<Record<string, number | undefined>>): number =>
  Object.values(block).reduce<number>((sum, count) => sum + (count ?? 0), 0);

function contractOf(optimizer: OptimizerDescriptor): void {
  it('describes itself, and its defaults are a valid configuration', () => {
    for (const text of [
      optimizer.title,
      optimizer.summary,
      optimizer.whenToChoose,
      optimizer.source,
      optimizer.costFormula,
      optimizer.version,
    ])
      assert.notEqual(text.trim(), '');
    assert.match(optimizer.name, /^[a-z][a-z0-9-]*$/);
    assert.doesNotThrow(() => optimizer.configSchema.parse({}));
    assert.throws(() => optimizer.configSchema.parse({ no_such_option: 1 }));
  });

  it('finds the same with one seed, and something else with another', async () => {
    const [one, two, other] = [
      await search(optimizer, { task: makeTask(), answer }),
      await search(optimizer, { task: makeTask(), answer }),
      await search(optimizer, { task: makeTask(), answer, seed: 8 }),
    ];
    assert.equal(one.error, null);
    assert.deepEqual(foundBy(two), foundBy(one));
    assert.deepEqual(
      two.events.map(({ path, ordinal }) => `${path}#${ordinal}`),
      one.events.map(({ path, ordinal }) => `${path}#${ordinal}`),
    );
    assert.notDeepEqual(foundBy(other), foundBy(one));
  });

  it('does not depend on the order replies arrive in, also at the end of its budget', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom({}, { calls: 50 }, { usd: 0.9 }, { tokens: 1500 }),
        async (seed, limits) => {
          const random = createRandom(seed, 'arrival');
          const late = async (request: GenerationRequest): Promise<string> => {
            const turns = random.integer(5);
            for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
            return answer(request);
          };
          const config = optimizer.name === 'gepa' ? { max_iterations: 10 } : {};
          const [prompt, delayed] = [
            await search(optimizer, { task: makeTask(), answer, limits, config }),
            await search(optimizer, { task: makeTask(), answer: late, limits, config }),
          ];
          assert.deepEqual(foundBy(delayed), foundBy(prompt));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('never passes its budget, and lets its end through', async () => {
    for (const calls of [1, 10, 16, 17, 30, 60, 100]) {
      const outcome = await search(optimizer, { task: makeTask(), answer, limits: { calls }, window: 64 });
      assert.ok(outcome.asked.length <= calls, `${outcome.asked.length} of ${calls}`);
      if (outcome.error !== null)
        assert.ok(isPromptOptError(outcome.error) && outcome.error.code === 'budget', describeError(outcome.error));
      if (calls >= 16) assert.notEqual(outcome.state.incumbent, null, 'the baseline is offered first');
    }
  });

  it('ends cleanly on a stop at any call, asking nothing more', async () => {
    for (const admission of [0, 5, 16, 25, 45]) {
      const outcome = await search(optimizer, {
        task: makeTask(),
        answer,
        prepare: (budget) => {
          budget.stopAt(admission, new PromptOptError('stopped', 'enough'));
        },
      });
      assert.ok(outcome.asked.length <= admission);
      if (outcome.error !== null) assert.match(describeError(outcome.error), /enough/);
    }
  });

  it('makes no more calls than its forecast at worst, whatever the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 99 }),
        async (train, validation, seed) => {
          const task = makeTask(train, validation);
          const config: unknown = optimizer.configSchema.parse({});
          const figures = {
            trainRows: train,
            validationRows: validation,
            components: task.spec.prompt.components.length,
            callLimit: Infinity,
          };
          const forecast = optimizer.forecast(figures, config);
          const outcome = await search(optimizer, { task, answer, seed });
          assert.equal(outcome.error, null);
          const [low, likely, worst] = [callsOf(forecast.low), callsOf(forecast.likely), callsOf(forecast.worst)];
          assert.ok(outcome.asked.length <= worst, `${outcome.asked.length} calls, ${worst} forecast at worst`);
          assert.ok(low <= likely && likely <= worst, `${low} ≤ ${likely} ≤ ${worst}`);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('shows no validation row in a prompt it proposes, and asks about nothing but train and validation', async () => {
    const { state, asked } = await search(optimizer, { task: makeTask(), answer });
    for (const { prompt } of state.candidates) assert.ok(!JSON.stringify(prompt).includes('validation '));
    for (const request of asked)
      if (request.role === 'proposer')
        assert.ok(!textOfRequest(request).includes('validation '), 'a proposer learns from training rows');
  });

  it('offers the original first, and the best of what it found stays the incumbent', async () => {
    const { state } = await search(optimizer, { task: makeTask(), answer });
    assert.equal(state.candidates[0]?.origin, 'original');
    assert.equal(state.offered[0]?.candidate.origin, 'original');
    const best = Math.max(...state.offered.map(({ evaluation }) => evaluation.estimate.mean));
    assert.equal(state.incumbent?.evaluation.estimate.mean, best);
    const known = new Set(state.candidates.map(({ prompt }) => prompt.hash));
    for (const { parents } of state.candidates)
      for (const parent of parents) assert.ok(known.has(parent), 'a parent is a known candidate');
  });

  it('survives a proposer that says nothing of use and a model that never is right', async () => {
    for (const nonsense of ['', '```', 'Sort it.', '{{invented}} {{message}}', '\u0000'.repeat(10)]) {
      const outcome = await search(optimizer, {
        task: makeTask(8, 8),
        answer: ({ role }) => (role === 'proposer' ? nonsense : 'neither'),
      });
      assert.equal(outcome.error, null);
      assert.notEqual(outcome.state.incumbent, null);
    }
  });
}

for (const optimizer of optimizers)
  describe(`the optimizer ${optimizer.name}`, () => {
    contractOf(optimizer);
  });
