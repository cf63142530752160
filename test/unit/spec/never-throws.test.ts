import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { language } from '../../support/spec-language.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = resolve(root, 'test/fixtures/github-models');
const seeds = [
  ...readdirSync(folder).map((name) => readFileSync(resolve(folder, name), 'utf8')),
  ...['support-triage', 'order-email', 'customer-reply'].map((name) =>
    readFileSync(resolve(root, `examples/${name}/${name}.prompt.yaml`), 'utf8'),
  ),
];

/** Every diagnostic is in order, inside the file, and a sentence. */
function check(text: string): void {
  const { diagnostics } = language.read(text, { path: '/tasks/x.prompt.yaml', files: { exists: () => true } });
  let last = 0;
  for (const { span, range, message, fix, disable } of diagnostics) {
    assert.ok(span.start >= last && span.start <= span.end && span.end <= text.length);
    last = span.start;
    assert.ok(range.start.line < range.end.line || range.start.character <= range.end.character);
    assert.match(message, /[.?]$/);
    for (const edit of [...(fix?.edits ?? []), ...(disable === undefined ? [] : [disable])])
      assert.ok(edit.span.start <= edit.span.end && edit.span.end <= text.length);
  }
}

describe('reading never throws, and every diagnostic has its place', () => {
  const junk = fc.constantFrom(
    '\t',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a ',
    '!!x ',
    '\n',
    '\r\n',
    '#',
    '%',
    '@',
    '\u0000',
    '\uFEFF',
    '? ',
    '<<: ',
    '---\n',
    '...\n',
    'null',
    '5',
  );

  it('of files with pieces taken out and put in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(40), junk), { minLength: 1, maxLength: 4 }),
        (seed, edits) => {
          check(edits.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), seed));
        },
      ),
      { numRuns: 120 },
    );
  });

  it('of files whose values are of any kind', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const keys = [
      'name',
      'model',
      'modelParameters',
      'responseFormat',
      'jsonSchema',
      'messages',
      'testData',
      'evaluators',
      'signature',
      'inputs',
      'outputs',
      'constraints',
      'metrics',
      'data',
      'models',
      'optimize',
      'business',
      'variables',
      'provider',
    ];
    const list = fc.array(
      fc.oneof(
        value,
        fc.dictionary(
          fc.constantFrom('role', 'content', 'name', 'string', 'llm', 'uses', 'maxWords', 'contains', 'on', 'expected'),
          value,
        ),
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, list)), (tree) => {
        check(JSON.stringify(tree, null, 1));
      }),
      { numRuns: 120 },
    );
  });
});
