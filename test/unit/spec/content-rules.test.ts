import assert from 'node:assert/strict';
import { lint } from '../../support/spec-language.ts';

const MESSAGES = 'messages:\n  - { role: user, content: "Message: {{message}}" }\n';

const rulesOf = (text: string): string[] => lint(text).map(({ rule }) => rule);

describe('rules about what a file asks for', () => {
  for (const [pattern, isUnsafe] of [
    ['(a+)+$', true],
    ['^(\\w*\\s*)*$', true],
    ['(?:[a-z]+)*', true],
    ['(a|a)*b', true],
    ['(x+){2,}', true],
    ['^\\w+(, \\w+)*$', false],
    ['(?:ab)+', false],
    ['^[A-Z]{2}-\\d{5}$', false],
    ['(a+b)+', false],
    ['(yes|no)+', false],
    ['\\(a+\\)+', false],
  ] as const) {
    it(`finds ${pattern} ${isUnsafe ? 'unsafe' : 'safe'}`, () => {
      const file = `${MESSAGES}constraints:\n  - { name: x, regex: ${JSON.stringify(pattern)} }\n`;
      assert.deepEqual(rulesOf(file), isUnsafe ? ['unsafe-regex'] : []);
    });
  }

  it('says of a broken pattern why it is broken', () => {
    const [found] = lint(`${MESSAGES}constraints:\n  - { name: x, regex: "(a" }\n`);
    assert.equal(found?.rule, 'unsafe-regex');
    assert.match(found.message, /broken \(.*group/i);
  });

  for (const [what, one, two, clashes] of [
    ['more words than characters allow', 'minWords: 50', 'maxChars: 60', true],
    ['a text that must and must not be there', 'contains: [refund]', 'notContains: [fund]', true],
    ['two beginnings', 'startsWith: Hello', 'startsWith: Dear', true],
    ['one beginning longer than the other', 'startsWith: Hello', 'startsWith: "Hello Anna"', false],
    ['two beginnings that are filled in', 'startsWith: "{{message}}"', 'startsWith: Hello', false],
    ['a word that is only part of another text', 'contains: [fund]', 'notContains: [refund]', false],
    ['limits with room between', 'minWords: 10', 'maxWords: 10', false],
    ['two outputs', 'minWords: 10, on: a', 'maxWords: 5, on: b', false],
  ] as const) {
    it(`${clashes ? 'reports' : 'lets be'} ${what}`, () => {
      const outputs = one.includes('on: a') ? 'outputs: { a: { type: string }, b: { type: string } }\n' : '';
      const file = `${outputs}${MESSAGES}constraints:\n  - { name: one, ${one} }\n  - { name: two, ${two} }\n`;
      assert.deepEqual(rulesOf(file), clashes ? ['contradictory-constraints'] : []);
    });
  }

  it('finds a key in a row, and marks the key alone', () => {
    const key = `sk-ant-${'a1B2'.repeat(8)}`;
    const file = `${MESSAGES}testData:\n  - { message: "my key is ${key} ok", expected: x }\n`;
    const [found] = lint(file);
    assert.equal(found?.rule, 'secret-in-prompt');
    assert.equal(file.slice(found.span.start, found.span.end), key);
    assert.ok(!found.message.includes(key), 'the key is not said again');
  });

  it('tells equal rows from rows that contradict each other, and lets rows without inputs be', () => {
    const rows = (expected: string): string =>
      `${MESSAGES}testData:\n  - { message: Hi there, expected: a }\n  - { message: "hi  THERE", expected: ${expected} }\n`;
    assert.match(lint(rows('a'))[0]?.message ?? '', /again/);
    assert.match(lint(rows('b'))[0]?.message ?? '', /expects something else/);
    assert.deepEqual(rulesOf(`${MESSAGES}testData:\n  - { expected: a }\n  - { expected: a }\n`), []);
  });

  it('looks at each output of an expected map', () => {
    const file = `outputs:\n  team: { type: string, enum: [billing, shipping] }\n  note: { type: string }\n${MESSAGES}testData:\n  - { message: Hi, expected: { team: legal, note: legal } }\n`;
    const found = lint(file).filter(({ rule }) => rule === 'expected-not-in-enum');
    assert.equal(found.length, 1);
    assert.match(found[0]?.message ?? '', /"legal" is no value of "team"/);
  });

  it('counts weights of metrics too, and lets a must without weight be', () => {
    assert.deepEqual(rulesOf(`${MESSAGES}metrics: { accuracy: 0 }\n`), ['weights-sum-zero']);
    assert.deepEqual(rulesOf(`${MESSAGES}constraints:\n  - { name: x, maxWords: 5, weight: 0, severity: must }\n`), []);
  });
});
