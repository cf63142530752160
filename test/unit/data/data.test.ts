import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Example } from '../../../src/engine/data/example.ts';
import { inputHash } from '../../../src/engine/data/examples.ts';
import { loadTaskData } from '../../../src/engine/data/load-task-data.ts';
import { readRows } from '../../../src/engine/data/rows.ts';
import { splitOneSet, splitsAsGiven } from '../../../src/engine/data/splits.ts';
import { createPrompt } from '../../../src/engine/spec/prompt.ts';
import type { TaskSpec } from '../../../src/engine/spec/task-spec.ts';

const spec = (more: Partial<TaskSpec> = {}): TaskSpec => ({
  name: 'test',
  description: '',
  signature: null,
  inputs: [{ name: 'message', type: 'string', optional: false }],
  outputs: [{ name: 'label', type: 'string', optional: false }],
  prompt: createPrompt([{ name: 'user', role: 'user', content: '{{message}}' }]),
  responseFormat: { type: 'text' },
  modelParameters: { temperature: 0, extra: {} },
  constraints: [],
  metrics: [],
  evaluators: [],
  testData: [],
  data: null,
  models: { target: null, proposer: null, judges: [] },
  optimize: { strategy: 'auto', config: {}, budget: {}, seed: 7, frozen: [] },
  business: null,
  github: false,
  ...more,
});

const example = (text: string, expected = 'a'): Example => ({
  id: `${text}/${expected}`,
  inputs: { message: text },
  expected,
  source: { file: 'x', line: 1 },
});

describe('data files', () => {
  it('name every bad row with its line and keep the good ones', () => {
    const read = readRows('{"message":"a"}\n\n{broken\n[1]\n{"message":"b"}\n', 'rows.jsonl');
    assert.deepEqual(
      read.rows.map((row) => row.source.line),
      [1, 5],
    );
    assert.deepEqual(
      read.problems.map((problem) => problem.line),
      [3, 4],
    );
  });

  it('read CSV with quotes, line breaks inside cells, a BOM and CRLF', () => {
    const read = readRows('\uFEFFmessage,expected\r\n"a, ""b""\r\nc",x\r\nshort\r\n', 'rows.csv');
    assert.deepEqual(
      read.rows.map((row) => row.values),
      [{ message: 'a, "b"\r\nc', expected: 'x' }],
    );
    assert.equal(read.problems.length, 1);
    assert.match(read.problems[0]!.message, /1 cells; the header has 2/);
  });

  it('read JSON and YAML lists with line numbers', () => {
    assert.deepEqual(
      readRows('- message: a\n- message: b\n', 'r.yaml').rows.map((row) => row.source.line),
      [1, 2],
    );
    assert.deepEqual(
      readRows('[\n {"message": "a"},\n {"message": "b"}\n]', 'r.json').rows.map((row) => row.source.line),
      [2, 3],
    );
  });

  it('say what is wrong with an empty file, another encoding and an unknown format', () => {
    for (const [text, file, says] of [
      ['', 'a.jsonl', /empty/],
      ['a\u0000b', 'a.csv', /UTF-8/],
      ['x', 'a.xlsx', /Data files are/],
    ] as const) {
      assert.match(readRows(text, file).problems[0]!.message, says);
    }
  });
});

describe('examples', () => {
  it('need a value for every variable, and say which is missing', async () => {
    const loaded = await loadTaskData(
      spec({ testData: [{ values: { other: 1 }, source: { file: 's', line: 9 } }] }),
      '/s',
      () => Promise.reject(new Error('no file')),
    );
    assert.deepEqual(loaded.problems, [
      { file: 's', line: 9, message: 'This row has no value for the variable "message".' },
    ]);
  });

  it('report a data file that is not there instead of throwing', async () => {
    const loaded = await loadTaskData(spec({ data: { file: 'gone.jsonl' } }), '/dir/s.prompt.yaml', () =>
      Promise.reject(new Error('ENOENT')),
    );
    assert.match(loaded.problems[0]!.message, /gone\.jsonl/);
  });
});

describe('splits', () => {
  const rows = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 60, maxLength: 120 });

  it('share no input, lose no row, and do not depend on the order of rows', () => {
    fc.assert(
      fc.property(rows, fc.integer(), (texts, seed) => {
        const examples = texts.map((text, index) => example(text, index % 3 === 0 ? 'a' : 'b'));
        const shares = { train: 0.4, validation: 0.4, test: 0.2, seed };
        const splits = splitOneSet(examples, shares);
        const hashes = [...splits.train, ...splits.validation, ...splits.test].map((row) => inputHash(row.inputs));
        assert.equal(new Set(hashes).size, texts.length);
        assert.equal(hashes.length, texts.length);
        assert.ok(Math.abs(splits.test.length - 0.2 * texts.length) <= 1);
        assert.ok(Math.abs(splits.train.length - 0.4 * texts.length) <= 1);
        const again = splitOneSet([...examples].reverse(), shares);
        assert.deepEqual(
          again.test.map((row) => row.id),
          splits.test.map((row) => row.id),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('keep each label in proportion', () => {
    const examples = Array.from({ length: 200 }, (_, index) => example(`m${index}`, index < 50 ? 'rare' : 'common'));
    const { test } = splitOneSet(examples);
    assert.equal(test.length, 40);
    assert.equal(test.filter((row) => row.expected === 'rare').length, 10);
  });

  it('have no test split below 60 rows and say so', () => {
    const splits = splitOneSet(Array.from({ length: 59 }, (_, index) => example(`m${index}`)));
    assert.equal(splits.test.length, 0);
    assert.match(splits.notes.join(' '), /cross-fitted/);
  });

  it('take a row of test out of the files an optimizer sees', () => {
    const splits = splitsAsGiven({
      train: [example('x'), example('y')],
      validation: [example('z')],
      test: [example('x', 'other')],
    });
    assert.deepEqual(
      splits.train.map((row) => row.inputs['message']),
      ['y'],
    );
    assert.match(splits.notes[0]!, /1 row with an input already seen was left out/);
  });
});
