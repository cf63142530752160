import assert from 'node:assert/strict';
import { bootstrapFewShot } from '../../../src/engine/optimizers/dspy/bootstrap-few-shot.ts';
import { createPrompt } from '../../../src/engine/spec/prompt.ts';
import type { GenerationRequest } from '../../../src/engine/models/language-model.ts';
import { search, textOfRequest } from '../../support/optimizer-run.ts';
import { makeExample, makeSpec } from '../../support/task.ts';

const train = Array.from({ length: 30 }, (_, index) => makeExample(`train ${index}`, index % 2 === 0 ? 'a' : 'b'));
const validation = Array.from({ length: 6 }, (_, index) => makeExample(`validation ${index}`));
const task = { spec: makeSpec(), train, validation };

/** The question a request ends with. */
const questionOf = (request: GenerationRequest): string => {
  const part = request.messages.at(-1)?.content[0];
  return part?.type === 'text' ? part.text : '';
};
/** Knows the answers of these training rows, and says "wrong" otherwise. */
const knowing =
  (known: readonly number[]) =>
  (request: GenerationRequest): string => {
    const index = Number(/^train (\d+)$/.exec(questionOf(request))?.[1] ?? -1);
    return known.includes(index) ? (train[index]?.expected as string) : 'wrong';
  };
const demonstrationsOf = async (...[answer, config]: [Parameters<typeof search>[1]['answer'], unknown?]) => {
  const outcome = await search(bootstrapFewShot, { task, answer, ...(config === undefined ? {} : { config }) });
  assert.equal(outcome.error, null);
  return { outcome, demonstrations: outcome.state.candidates[1]?.prompt.demonstrations ?? [] };
};

describe('BootstrapFewShot', () => {
  it('has the defaults of DSPy: 4 bootstrapped, 16 in all, one round', () => {
    assert.deepEqual(bootstrapFewShot.configSchema.parse({}), {
      max_bootstrapped_demos: 4,
      max_labeled_demos: 16,
      max_rounds: 1,
      metric_threshold: 1,
    });
  });

  it('takes the first successes in row order, verified by the metric, and fills up with labelled rows', async () => {
    const { demonstrations } = await demonstrationsOf(knowing([3, 1, 5, 7, 12, 20]));
    assert.equal(demonstrations.length, 16);
    assert.deepEqual(
      demonstrations.slice(0, 4).map(({ rowId }) => rowId),
      ['row-train 1', 'row-train 3', 'row-train 5', 'row-train 7'],
    );
    assert.equal(new Set(demonstrations.map(({ rowId }) => rowId)).size, 16, 'no row stands twice');
    for (const { rowId, assistant } of demonstrations)
      assert.equal(assistant, train.find(({ id }) => id === rowId)?.expected);
  });

  it('never shows an answer the metric found wrong', async () => {
    const { demonstrations } = await demonstrationsOf(() => 'wrong');
    assert.equal(demonstrations.length, 16);
    assert.ok(demonstrations.every(({ assistant }) => assistant !== 'wrong'));
  });

  it('stops looking once it has enough, a window at a time', async () => {
    const { outcome } = await demonstrationsOf(knowing(train.map((_, index) => index)));
    const rows = outcome.asked.filter((request) => questionOf(request).startsWith('train'));
    assert.equal(rows.length, 8, 'one window gave four successes');
  });

  it('does not give a row its own answer while its teacher answers it', async () => {
    const { outcome } = await demonstrationsOf(knowing([]));
    for (const request of outcome.asked) {
      const question = questionOf(request);
      if (!question.startsWith('train')) continue;
      const shown = request.messages
        .slice(0, -1)
        .map(({ content }) => (content[0]?.type === 'text' ? content[0].text : ''));
      assert.ok(!shown.includes(question), `${question} stands in its own demonstrations`);
    }
    assert.ok(
      outcome.asked.some((request) => questionOf(request).startsWith('train') && request.messages.length > 10),
      'the teacher shows labelled rows',
    );
  });

  it('tries a row again at temperature 1 with the round as its sample, only where it failed', async () => {
    const { outcome, demonstrations } = await demonstrationsOf(
      (request) => (request.sample === 2 ? knowing([2])(request) : 'wrong'),
      { max_rounds: 3 },
    );
    assert.equal(demonstrations[0]?.rowId, 'row-train 2');
    const again = outcome.asked.filter(({ sample }) => sample > 0);
    assert.ok(again.length > 0 && again.every(({ temperature }) => temperature === 1));
    assert.ok(outcome.asked.filter(({ sample }) => sample === 0).every(({ temperature }) => temperature === 0));
    assert.equal(outcome.asked.filter((request) => questionOf(request) === 'train 2').length, 3);
  });

  it('keeps demonstrations of the file in front of the teacher and refuses rows the format cannot hold', async () => {
    const prompt = createPrompt(task.spec.prompt.components, [{ inputs: { message: 'own' }, assistant: 'a' }]);
    const held = makeExample('says {{message}}', 'a');
    const outcome = await search(bootstrapFewShot, {
      task: { spec: makeSpec({ prompt }), train: [held, ...train], validation },
      answer: () => 'wrong',
      config: { max_labeled_demos: 31 },
    });
    assert.ok(
      outcome.asked
        .filter((request) => questionOf(request).startsWith('train'))
        .every((request) => textOfRequest(request).includes('own')),
    );
    assert.ok(!(outcome.state.candidates[1]?.prompt.demonstrations ?? []).some(({ rowId }) => rowId === held.id));
  });

  it('spends nothing on a search whose result it could not measure', async () => {
    const outcome = await search(bootstrapFewShot, { task, answer: knowing([0, 1, 2, 3]), limits: { calls: 11 } });
    assert.equal(outcome.error, null);
    assert.equal(outcome.asked.length, 6, 'the baseline only');
    assert.equal(outcome.state.candidates.length, 1);
    assert.equal(outcome.state.shortfall?.limit, 'calls');
    assert.equal(outcome.state.shortfall.by, 1);
  });

  it('says when there is nothing to take demonstrations from', async () => {
    const outcome = await search(bootstrapFewShot, { task: { ...task, train: [] }, answer: () => 'a' });
    assert.ok(outcome.events.some(({ type }) => type === 'warning'));
    assert.equal(outcome.state.candidates.length, 1);
  });
});
