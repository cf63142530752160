import assert from 'node:assert/strict';
import { createEvaluator } from '../../../src/engine/evaluation/evaluator.ts';
import { tokenF1 } from '../../../src/engine/evaluation/metrics/token-f1.ts';
import { scoreReply } from '../../../src/engine/evaluation/scoring.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import { PromptOptError } from '../../../src/protocol/errors.ts';
import type { LanguageModel } from '../../../src/engine/models/language-model.ts';
import { makeConstraint, makeExample, makeSpec } from '../../support/task.ts';

const services = {
  countTokens: (text: string) => Promise.resolve(text.length),
  sandbox: {
    matches: () => Promise.reject(new Error('unexpected')),
    evaluate: () => Promise.reject(new Error('unexpected')),
  },
};

const answering = (answer: (message: string) => Promise<string> | string): LanguageModel => ({
  async generate(request) {
    const last = request.messages.at(-1)!.content[0]!;
    const text = await answer(last.type === 'text' ? last.text : '');
    return {
      parts: [{ type: 'text', text }],
      toolCalls: [],
      usage: { inputTokens: 10, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
      costUsd: 0.001,
      latencyMs: 5,
      cached: false,
      finishReason: 'stop',
      paid: NO_SPEND,
    };
  },
});

describe('scores', () => {
  it('are accuracy for labels, with feedback a proposer can read', async () => {
    const score = await scoreReply(makeSpec(), makeExample('m', 'a'), ' B ', services);
    assert.equal(score.score, 0);
    assert.equal(score.feedback, 'Expected "a", got "B".');
    assert.equal((await scoreReply(makeSpec(), makeExample('m', 'a'), 'A\n', services)).score, 1);
  });

  it('weigh constraints at 0.3 beside the default metric, and a failed must makes 0', async () => {
    const spec = makeSpec({ constraints: [makeConstraint('maxWords', 1)] });
    assert.ok(Math.abs((await scoreReply(spec, makeExample('m', 'a a'), 'a a', services)).score - 1 / 1.3) < 1e-12);
    const must = makeSpec({ constraints: [makeConstraint('maxWords', 1, { severity: 'must' })] });
    assert.equal((await scoreReply(must, makeExample('m', 'a a'), 'a a', services)).score, 0);
  });

  it('are the share of right fields for JSON, and 0 with feedback for what cannot be read', async () => {
    const spec = makeSpec({
      outputs: ['x', 'y'].map((name) => ({ name, type: 'string' as const, optional: false })),
      responseFormat: { type: 'json_object' },
    });
    const example = makeExample('m', { x: 1, y: 'Two' });
    const half = await scoreReply(spec, example, '{"x": 1, "y": "three"}', services);
    assert.equal(half.score, 0.5);
    assert.equal(half.feedback, 'Field "y": expected "Two", got "three".');
    const none = await scoreReply(spec, example, 'Sure thing.', services);
    assert.equal(none.score, 0);
    assert.equal(none.outputs, null);
    assert.match(none.feedback, /could not be read[\s\S]*Field "x": expected 1, got nothing\./);
  });

  it('keep the case rules of GitHub Models: equals minds case, contains does not, values take variables', async () => {
    const evaluator = (test: 'equals' | 'contains', value: string) => ({
      name: test,
      kind: 'string' as const,
      test,
      value,
    });
    const spec = makeSpec({ evaluators: [evaluator('equals', '{{expected}}'), evaluator('contains', '{{message}}')] });
    const score = await scoreReply(spec, makeExample('HI', 'Hi'), 'hi', services);
    assert.deepEqual(score.metrics, { equals: 0, contains: 1 });
    assert.equal(score.score, 0.5);
  });

  it('give one clear error for what needs a judge', async () => {
    const spec = makeSpec({ evaluators: [{ name: 'quality', kind: 'llm', config: {} }] });
    await assert.rejects(scoreReply(spec, makeExample('m'), 'x', services), /needs a judge/);
  });

  it('measure token overlap as SQuAD does', () => {
    assert.equal(tokenF1('the cat sat', 'a cat sat down'), 0.8);
    assert.equal(tokenF1('', ''), 1);
    assert.equal(tokenF1('x', ''), 0);
  });
});

describe('the evaluator', () => {
  const examples = Array.from({ length: 200 }, (_, index) => makeExample(`${index}`, 'a'));
  const evaluator = (model: LanguageModel, window = 8) =>
    createEvaluator({ spec: makeSpec(), model, modelName: 'test/x', maxOutputTokens: 10, services, window });

  it('asks in input order, answers in input order, and never has more than its window under way', async () => {
    const asked: string[] = [];
    let [out, most] = [0, 0];
    const model = answering(async (message) => {
      asked.push(message);
      most = Math.max(most, ++out);
      await new Promise((resolve) => setTimeout(resolve, Number(message) % 3));
      out--;
      return message;
    });
    const evaluation = await evaluator(model).evaluate(makeSpec().prompt, examples);
    assert.deepEqual(
      asked,
      examples.map((example) => example.inputs['message']),
    );
    assert.deepEqual(
      evaluation.rows.map((row) => row.reply),
      asked,
    );
    assert.equal(most, 8);
    assert.ok(Math.abs(evaluation.costUsd! - 0.2) < 1e-9);
  });

  it('ends with the failure of one call, stops asking, and waits for what is in the air', async () => {
    let [asked, answered] = [0, 0];
    const model = answering(async (message) => {
      asked++;
      if (message === '5') throw new PromptOptError('unavailable', 'The key was refused.');
      await new Promise((resolve) => setTimeout(resolve, 5));
      answered++;
      return 'a';
    });
    await assert.rejects(evaluator(model).evaluate(makeSpec().prompt, examples), /key was refused/);
    assert.ok(asked < 20);
    assert.equal(answered, asked - 1);
  });
});
