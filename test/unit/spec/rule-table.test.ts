import assert from 'node:assert/strict';
import { rules } from '../../../src/engine/spec/rules/table.ts';
import { language, lint, mended } from '../../support/spec-language.ts';

const files = { exists: () => false };

describe('the table of lint rules', () => {
  it('has each id once, in kebab-case, with a full page of docs', () => {
    assert.equal(new Set(rules.map((rule) => rule.id)).size, rules.length);
    for (const rule of rules) {
      assert.match(rule.id, /^[a-z]+(-[a-z]+)*$/);
      assert.match(rule.meaning, /\.$/);
      assert.doesNotMatch(rule.title, /\.$/);
    }
  });

  for (const rule of rules.filter(({ id }) => id !== 'bad-row')) {
    it(`shows a bad file that ${rule.id} reports with its severity, and a good one nothing is said of`, () => {
      const found = lint(rule.bad, { files }).filter((diagnostic) => diagnostic.rule === rule.id);
      const [first] = found;
      assert.ok(first);
      assert.equal(first.severity, rule.severity);
      assert.deepEqual(lint(rule.good, { files }), []);
      if (rule.hasFix) {
        assert.ok(first.fix !== undefined, 'the bad example shows the fix');
        assert.ok(!lint(mended(rule.bad, first), { files }).some((diagnostic) => diagnostic.rule === rule.id));
      } else assert.ok(found.every((diagnostic) => diagnostic.fix === undefined));
    });
  }

  it('marks a row that cannot be used at its place in the file, and leaves rows of other files out', () => {
    const bad = rules.find(({ id }) => id === 'bad-row')?.bad ?? '';
    const message = 'This row has no value for the variable "message".';
    const [found, ...others] = language.rowDiagnostics(bad, [
      { file: 'testData', line: 4, message },
      { file: 'data/train.jsonl', line: 4, message },
    ]);
    assert.deepEqual(others, []);
    assert.equal(found?.message, message);
    assert.equal(bad.slice(found.span.start, found.span.end), '{ text: Where is my order?, expected: shipping }');
  });
});
