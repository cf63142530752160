import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { constraints } from '../../src/engine/evaluation/constraints/table.ts';
import { metrics } from '../../src/engine/evaluation/metrics/table.ts';
import type { ScoredReply } from '../../src/engine/evaluation/metrics/metric.ts';
import { createWorkerSandbox } from '../../src/engine/evaluation/worker-sandbox.ts';
import type { WorkerSandbox } from '../../src/engine/evaluation/worker-sandbox.ts';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import { readReply } from '../../src/engine/spec/reply.ts';
import { makeSpec } from '../support/task.ts';
import { workers } from '../support/workspace.ts';

const MEGABYTE = 1_000_000;
const ODD_TEXTS: Readonly<Record<string, string>> = {
  empty: '',
  blank: ' \n\t ',
  NUL: 'a\u0000b',
  'lone surrogate': 'x\ud800y',
  unicode: 'Ünïcödé 𝄞 👩‍👩‍👧 עברית\u202e',
  'control token': '<|endoftext|>',
  placeholder: '{{message}} {{__proto__}}',
  'open JSON': '{"a": [1, {"b":',
  'a megabyte of a letter': 'a'.repeat(MEGABYTE),
  'a megabyte of words': 'word '.repeat(MEGABYTE / 5),
  'a megabyte of digits': '1 '.repeat(MEGABYTE / 2),
  'a megabyte of braces': '{'.repeat(MEGABYTE),
  'a megabyte of ats': 'a@'.repeat(MEGABYTE / 2),
  'a megabyte of full stops': '. '.repeat(MEGABYTE / 2),
};

describe('every constraint kind', function () {
  this.timeout(60_000);
  let sandbox: WorkerSandbox;
  before(() => {
    sandbox = createWorkerSandbox({
      workerPath: workers.sandbox,
      after(milliseconds, action) {
        const timer = setTimeout(action, milliseconds);
        return () => {
          clearTimeout(timer);
        };
      },
    });
  });
  after(() => sandbox.close());

  for (const kind of constraints) {
    it(`${kind.key}: its example is valid and said in a sentence, and no odd reply makes it throw or hang`, async () => {
      const config: unknown = kind.schema.parse(parse(kind.example));
      const sentence = kind.describe(config);
      assert.ok(sentence.trim().length > 3, sentence);
      for (const [name, text] of Object.entries(ODD_TEXTS)) {
        const started = performance.now();
        let result: string | null;
        try {
          result = await kind.check(
            config,
            { text, inputs: { message: 'the input', order_id: 'A1' }, caseSensitive: false },
            { countTokens: (asked) => Promise.resolve(asked.length), sandbox },
          );
        } catch (error) {
          // A kind this version cannot check says so; a pattern or expression that overruns fails its constraint.
          assert.ok(
            isPromptOptError(error) && (error.code === 'spec' || error.code === 'data'),
            `${name}: ${String(error)}`,
          );
          assert.ok(error.code === 'data' || error.message.includes('needs a judge'), error.message);
          continue;
        }
        assert.ok(
          result === null || (result.length > 3 && result.length < 1000),
          `${name}: ${String(result).slice(0, 100)}`,
        );
        const took = performance.now() - started;
        assert.ok(took < 5000, `${name} took ${took} ms`);
      }
    });

    it(`${kind.key}: refuses a configuration that is none`, () => {
      for (const wrong of [undefined, Symbol('x'), () => 1]) assert.equal(kind.schema.safeParse(wrong).success, false);
    });
  }

  it('has a name of its own', () => {
    assert.equal(new Set(constraints.map(({ key }) => key)).size, constraints.length);
  });
});

describe('every metric', function () {
  this.timeout(60_000);
  const spec = makeSpec({ outputs: [{ name: 'label', type: 'string', optional: false }] });
  const scored = (reply: string, expected: ScoredReply['expected']): ScoredReply => ({
    spec,
    reply,
    outputs: readReply(spec, reply),
    expected,
    constraints: { overallScore: 0.5, constraintResults: [], mustFailed: false },
  });
  const objects: readonly ScoredReply['expected'][] = [{ label: 'a' }, { label: '' }, {}, { other: 1, label: null }];

  for (const metric of metrics) {
    it(`${metric.key}: is within 0 and 1 for any reply and any expectation, with feedback when it is not full`, () => {
      const config = metric.schema.parse({});
      for (const [name, reply] of Object.entries(ODD_TEXTS)) {
        for (const expected of [null, 'a', '', reply.slice(0, 1000), '{"a": 1}', ...objects]) {
          const score = metric.score(config, scored(reply, expected));
          if (score === null) continue;
          assert.ok(score.score >= 0 && score.score <= 1, `${name}: ${score.score}`);
          if (score.score === 0 && metric.key !== 'constraints') assert.ok(score.feedback.length > 0, name);
          for (const sentence of score.feedback)
            assert.ok(sentence.length < 5000, `${name}: feedback of ${sentence.length}`);
        }
      }
    });

    it(`${metric.key}: is 1 for the expected reply itself, and does not mind which of two texts is the reply`, () => {
      const config = metric.schema.parse({});
      const texts = ['a', 'the quick brown fox', 'Ünïcödé 𝄞', '{"a": 1, "b": "two"}', '{"b": "two"}'];
      for (const one of texts) {
        const own = metric.score(config, scored(one, one));
        if (own !== null && metric.key !== 'constraints') assert.equal(own.score, 1, one);
        // JSON fields are counted over the expected ones: it is a recall and has a direction.
        if (metric.key === 'json_match') continue;
        for (const other of texts)
          assert.equal(
            metric.score(config, scored(one, other))?.score,
            metric.score(config, scored(other, one))?.score,
          );
      }
    });
  }
});
