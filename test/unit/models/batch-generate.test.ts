import assert from 'node:assert/strict';
import { batchGenerate } from '../../../src/engine/models/batch-generate.ts';
import { createBudget } from '../../../src/engine/models/budget.ts';
import { textOf } from '../../../src/engine/models/language-model.ts';
import { withPaidMeter } from '../../../src/engine/models/paid-meter.ts';
import { PromptOptError } from '../../../src/protocol/errors.ts';
import { heldModel, makeGeneration, makeInfo, makeRequest, scriptedModel, settle } from '../../support/models.ts';

const requests = (count: number) => Array.from({ length: count }, (_, index) => makeRequest(String(index)));

describe('many requests at once', () => {
  it('give their replies in the order they were asked, whenever each came, and count on the way', async () => {
    const model = heldModel();
    const progress: number[] = [];
    const asked = batchGenerate(model, requests(5), { window: 3, onProgress: (done) => progress.push(done) });
    for (const index of [2, 0, 1, 4, 3]) {
      await settle();
      model.held[index]!.answer(makeGeneration(`reply ${index}`));
    }
    const { outcomes, answered } = await asked;
    assert.deepEqual(
      outcomes.map((outcome) => ('generation' in outcome ? textOf(outcome.generation) : '')),
      [0, 1, 2, 3, 4].map((index) => `reply ${index}`),
    );
    assert.equal(answered, 5);
    assert.deepEqual(progress, [1, 2, 3, 4, 5]);
  });

  it('add up what was spent and what was paid, failed attempts included', async () => {
    const priced = scriptedModel((_request, call) => {
      if (call === 1) throw new PromptOptError('bad-request', 'too long');
      return makeGeneration('x', { costUsd: 0.01 });
    });
    const model = withPaidMeter(priced, createBudget({}), null, () => makeInfo());
    const { outcomes, answered, spent, paid } = await batchGenerate(model, requests(3), { window: 1 });
    assert.equal(answered, 2);
    assert.equal('error' in outcomes[1]! && outcomes[1].error.code, 'bad-request');
    assert.equal(spent.usd, 0.02);
    assert.equal(spent.calls, 2);
    assert.equal(paid.usd, 0.02);
    assert.equal(paid.calls, 3);
  });

  it('go on after a failure of one, and end at one that is a failure of all', async () => {
    for (const [code, asked] of [
      ['transient', 4],
      ['unavailable', 2],
      ['budget', 2],
    ] as const) {
      const model = scriptedModel((_request, call) => {
        if (call === 1) throw new PromptOptError(code, 'no');
        return makeGeneration('x');
      });
      const { outcomes } = await batchGenerate(model, requests(4), { window: 1 });
      assert.equal(model.asked.length, asked, code);
      assert.equal(outcomes.length, 4);
      for (const outcome of outcomes.slice(asked)) assert.equal('error' in outcome && outcome.error.code, code);
    }
  });

  it('end when they are cancelled, keeping what was answered', async () => {
    const model = heldModel();
    const controller = new AbortController();
    const asked = batchGenerate(model, requests(4), { window: 2, signal: controller.signal });
    await settle();
    model.held[0]!.answer();
    await settle();
    controller.abort();
    const { outcomes, answered } = await asked;
    assert.equal(answered, 1);
    assert.deepEqual(
      outcomes.slice(1).map((outcome) => 'error' in outcome && outcome.error.code),
      ['stopped', 'stopped', 'stopped'],
    );
  });

  it('may be none', async () => {
    const { outcomes, spent } = await batchGenerate(
      scriptedModel(() => makeGeneration('x')),
      [],
    );
    assert.equal(outcomes.length, 0);
    assert.equal(spent.calls, 0);
  });
});
