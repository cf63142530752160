import assert from 'node:assert/strict';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { BatchOutcome } from '../../src/engine/models/batch-generate.ts';
import { startOpenAiBatchServer } from '../support/openai-batch-server.ts';
import { makeWorkspace } from '../support/workspace.ts';

const APPRENTICE = 'embedded/apprentice';
const PROMPT = 'Answer with one of: red, blue. The sky is blue.';
const textIn = (outcome: BatchOutcome | undefined): string =>
  outcome !== undefined && 'generation' in outcome ? textOf(outcome.generation) : '';

describe('asking models outside runs', function () {
  this.timeout(30_000);

  it('takes texts and conversations, keeps their order, and pays for equal ones once', async () => {
    const workspace = makeWorkspace();
    const engine = workspace.open();
    try {
      const progress: number[] = [];
      const { outcomes, answered, spent, paid } = await engine.batchGenerate(
        APPRENTICE,
        [PROMPT, [textMessage('user', PROMPT)], 'Answer with one of: red, blue. Blood is red.'],
        { onProgress: (done) => progress.push(done) },
      );
      assert.equal(answered, 3);
      assert.equal(textIn(outcomes[0]), textIn(outcomes[1]));
      assert.notEqual(textIn(outcomes[2]), '');
      assert.equal(spent.calls, 3);
      assert.equal(paid.calls, 2);
      assert.deepEqual(progress, [1, 2, 3]);
      const again = await engine.batchGenerate(APPRENTICE, [PROMPT]);
      assert.equal(again.paid.calls, 0, 'the cache of the workspace answers');
      const { rows } = await engine.costs(await engine.store(workspace.spec));
      assert.deepEqual(
        rows.map(({ runId, role, paid: own }) => [runId, role, own.calls]),
        [[null, 'generator', 2]],
      );
    } finally {
      await engine.close();
      workspace.remove();
    }
  });

  it('stops at its limits, telling each prompt that was left', async () => {
    const workspace = makeWorkspace();
    const engine = workspace.open({ concurrency: 1 });
    try {
      const prompts = Array.from({ length: 5 }, (_, index) => `${PROMPT} ${index}`);
      const { outcomes, paid } = await engine.batchGenerate(APPRENTICE, prompts, { limits: { calls: 2 } });
      assert.equal(paid.calls, 2);
      assert.deepEqual(
        outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : 'answered')),
        ['answered', 'answered', 'budget', 'budget', 'budget'],
      );
      await assert.rejects(
        engine.batchGenerate(APPRENTICE, prompts, { limits: { calls: -1 } }),
        (error) => isPromptOptError(error) && error.code === 'usage',
      );
      await assert.rejects(engine.batchGenerate('nobody/nothing', prompts), isPromptOptError);
    } finally {
      await engine.close();
      workspace.remove();
    }
  });

  it('goes by batch at half the price, by an alias too', async () => {
    const server = await startOpenAiBatchServer();
    const workspace = makeWorkspace({
      config: `aliases: { mine: openai/m }\nproviders: { openai: { baseUrl: "${server.baseUrl}", prices: { m: { inputPerMillion: 10, outputPerMillion: 20, batchFactor: 0.5 } } } }\n`,
    });
    const engine = workspace.open({ useCache: false });
    try {
      const single = await engine.batchGenerate('mine', [PROMPT, `${PROMPT} Again.`]);
      const batched = await engine.batchGenerate('mine', [PROMPT, `${PROMPT} Again.`], { batch: true });
      assert.deepEqual(batched.outcomes.map(textIn), single.outcomes.map(textIn));
      assert.ok(Math.abs(batched.paid.usd - single.paid.usd / 2) < 1e-9);
      assert.equal(server.batches.length, 1);
      assert.equal(server.asked(), 2);
    } finally {
      await engine.close();
      await server.close();
      workspace.remove();
    }
  });

  it('judges two answers in both orders', async () => {
    const workspace = makeWorkspace();
    const engine = workspace.open();
    try {
      const comparison = await engine.judgeComparison(
        APPRENTICE,
        'Whatever. I promise.',
        'I am sorry. Thank you for telling us.',
        'The answer is polite, says sorry and does not use "promise".',
        { near: workspace.spec, input: 'My parcel is late.' },
      );
      assert.equal(comparison.winner, 'b');
      assert.equal(comparison.confidence, 1);
      assert.equal(comparison.paid.calls, 2);
      const { rows } = await engine.costs(await engine.store(workspace.spec));
      assert.deepEqual(
        rows.map(({ role, paid }) => [role, paid.calls]),
        [['judge', 2]],
      );
    } finally {
      await engine.close();
      workspace.remove();
    }
  });
});
