import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPrompt } from '../../../src/engine/spec/prompt.ts';
import { expectedReply, readReply } from '../../../src/engine/spec/reply.ts';
import { fill, findPlaceholders, invert, placeholdersOf, renderMessages } from '../../../src/engine/spec/template.ts';

const text = { type: 'text' } as const;
const json = { type: 'json_object' } as const;
const outputs = (...names: string[]) => names.map((name) => ({ name, type: 'string' as const, optional: false }));

describe('templates', () => {
  it('replace literal placeholders only, and never what a value brings', () => {
    assert.equal(fill('{{a}} {{ a }} {{b}} {{c}}', { a: '{{b}}', b: '$&' }), '{{b}} {{ a }} $& {{c}}');
    assert.deepEqual(placeholdersOf('{{a}} {{ b }} {{a}} {{c-d}}'), ['a', 'c-d']);
    assert.deepEqual(findPlaceholders('é{{ x }}')[0], { name: 'x', start: 1, end: 8, spaced: true });
  });

  it('do not read inherited names as values', () => {
    assert.equal(fill('{{constructor}}', {}), '{{constructor}}');
  });

  it('show demonstrations as pairs right before the last user message', () => {
    const prompt = createPrompt(
      [
        { name: 'system', role: 'system', content: 'S' },
        { name: 'user', role: 'user', content: 'Q: {{q}}' },
      ],
      [{ inputs: { q: '1' }, assistant: 'one' }],
    );
    assert.deepEqual(renderMessages(prompt, { q: '2' }), [
      { role: 'system', content: 'S' },
      { role: 'user', content: 'Q: 1' },
      { role: 'assistant', content: 'one' },
      { role: 'user', content: 'Q: 2' },
    ]);
  });

  it('are inverted exactly, or not at all', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const filled = fill('A: {{a}}\nB: {{b}}.', { a, b });
        const found = invert('A: {{a}}\nB: {{b}}.', filled);
        if (found !== null) assert.deepEqual(found, { a, b });
        else assert.ok(filled.split('\nB: ').length > 2);
      }),
    );
    assert.equal(invert('{{a}}{{b}}', 'xy'), null);
    assert.equal(invert('no variable', 'no variable'), null);
  });
});

describe('replies', () => {
  it('with one output are the trimmed text', () => {
    assert.deepEqual(readReply({ outputs: outputs('label'), responseFormat: text }, ' billing\n'), {
      label: 'billing',
    });
    assert.equal(readReply({ outputs: outputs('label'), responseFormat: text }, '  '), null);
  });

  it('with several are JSON, also fenced or with words around it', () => {
    const spec = { outputs: outputs('a', 'b'), responseFormat: json };
    for (const reply of ['{"a":1,"b":"x"}', 'Here:\n```json\n{"a":1,"b":"x"}\n```\nDone', 'Sure: {"a":1,"b":"x"} ok']) {
      assert.deepEqual(readReply(spec, reply), { a: 1, b: 'x' });
    }
    assert.equal(readReply(spec, 'none'), null);
    assert.equal(readReply(spec, '[1]'), null);
  });

  it('with several and no JSON are sections at the beginning of a line', () => {
    const spec = { outputs: outputs('a', 'b'), responseFormat: text };
    assert.deepEqual(readReply(spec, 'pre\n  [[ ## a ## ]] one\nmore\n[[##b##]]\ntwo\n[[ ## completed ## ]]'), {
      a: 'one\nmore',
      b: 'two',
    });
    assert.equal(readReply(spec, 'x [[ ## a ## ]] one\n[[ ## b ## ]]\ntwo'), null);
  });

  it('read back what a demonstration shows', () => {
    for (const responseFormat of [json, text]) {
      const spec = { outputs: outputs('a', 'b'), responseFormat };
      const expected = { b: 'two', a: 'one' };
      assert.deepEqual(readReply(spec, expectedReply(spec, expected)), expected);
    }
  });
});
