import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { createPrompt, withComponents, withDemonstrations } from '../../../src/engine/spec/prompt.ts';
import type { Demonstration, Prompt } from '../../../src/engine/spec/prompt.ts';
import { writePrompt } from '../../../src/engine/spec/write-back.ts';
import { isPromptOptError } from '../../../src/protocol/errors.ts';
import { language } from '../../support/spec-language.ts';

const root = resolve(import.meta.dirname, '../../..');

const promptOf = (text: string): Prompt => {
  const { spec } = language.read(text, { path: 'x' });
  assert.ok(spec);
  return spec.prompt;
};

/** Writes `next` into the text and checks that reading it back gives just that prompt. */
function write(text: string, next: Prompt): string {
  const written = writePrompt(text, promptOf(text), next).text;
  assert.equal(promptOf(written).hash, next.hash, written);
  return written;
}

const change = (text: string, texts: Record<string, string>): string =>
  write(text, withComponents(promptOf(text), texts));

const demonstration = (message: string, assistant: string): Demonstration => ({ inputs: { message }, assistant });

const file = `# The desk's prompt
name: triage   # short
model: openai/gpt-4o

messages:
  # who it is
  - role: system
    content: You sort.   # to be better
  # what is asked
  - role: user
    content: 'Message: {{message}}'

testData:   
  - {message: hi,   expected: "a"}
`;

describe('writing a prompt back', () => {
  it('gives the same bytes when nothing has changed', () => {
    assert.deepEqual(writePrompt(file, promptOf(file), promptOf(file)), { text: file, unchanged: true });
  });

  it('changes only the text that changed, its comment and style kept', () => {
    assert.equal(change(file, { system: 'You sort well.' }), file.replace('You sort.', 'You sort well.'));
    assert.equal(
      change(file, { user: "It's: {{message}}" }),
      file.replace("'Message: {{message}}'", "'It''s: {{message}}'"),
    );
  });

  it('turns one line into a block when the text has many, and keeps the comment', () => {
    assert.equal(
      change(file, { system: 'You sort:\n- a\n- b' }),
      file.replace(
        'content: You sort.   # to be better',
        'content: |-   # to be better\n      You sort:\n      - a\n      - b',
      ),
    );
  });

  it('quotes what YAML would read as something else', () => {
    for (const [text, written] of [
      ['yes', "'yes'"],
      ['12', "'12'"],
      ['a: b', "'a: b'"],
      ['a #b', "'a #b'"],
      [' lead', "' lead'"],
      ['{{message}}', "'{{message}}'"],
      ['it\u0007s', '"it\\u0007s"'],
    ] as const)
      assert.ok(change(file, { system: text }).includes(`content: ${written}   # to be better\n`), text);
  });

  it('keeps literal and folded blocks, their indentation and what follows them', () => {
    const block =
      'messages:\n- content: |  # kept\n     One.\n     Two.\n\n  role: system\n- role: user\n  content: >-\n    Message:\n    {{message}}\n\n\nname: x\n';
    assert.equal(change(block, { system: 'One.\nThree.\n' }), block.replace('Two.', 'Three.'));
    assert.equal(
      change(block, { system: 'One' }),
      block.replace('|  # kept\n     One.\n     Two.', '|-  # kept\n     One'),
    );
    assert.equal(
      change(block, { user: 'My message:\n{{message}}' }),
      block.replace('Message:\n    {{message}}', 'My message:\n\n    {{message}}'),
    );
  });

  it('keeps escapes between double quotes on their line', () => {
    const quoted = 'messages:\n  - { role: system, content: "a\\nb" }\n  - { role: user, content: "{{message}}" }\n';
    assert.equal(change(quoted, { system: 'a\nc "d"' }), quoted.replace('a\\nb', 'a\\nc \\"d\\"'));
  });

  it('puts demonstrations in right before the last user message, above its comment', () => {
    const next = withDemonstrations(promptOf(file), [
      demonstration('Where is it?', 'shipping'),
      demonstration('No.\nReally.', 'a: b'),
    ]);
    const shown = `  - role: user
    content: 'Message: Where is it?'
  - role: assistant
    content: 'shipping'
  - role: user
    content: |-
      Message: No.
      Really.
  - role: assistant
    content: 'a: b'
`;
    assert.equal(write(file, next), file.replace('  # what is asked', `${shown}  # what is asked`));
  });

  it('takes them out again, byte for byte', () => {
    const original = promptOf(file);
    const shown = write(
      file,
      withDemonstrations(original, [demonstration('Where?', 'a'), demonstration('When?', 'b')]),
    );
    assert.equal(write(shown, original), file);
    const fewer = withDemonstrations(original, [demonstration('When?', 'b')]);
    assert.equal(write(shown, fewer), write(file, fewer));
  });

  it('refills them when the message they are made from changes', () => {
    const original = promptOf(file);
    const shown = write(file, withDemonstrations(original, [demonstration('Where?', 'a')]));
    assert.equal(change(shown, { user: 'Mail: {{message}}' }), shown.replaceAll('Message: ', 'Mail: '));
  });

  it('sets them apart by blank lines where messages are', () => {
    const apart = 'messages:\n  - role: system\n    content: S\n\n  - role: user\n    content: Q {{message}}\n';
    assert.equal(
      write(apart, withDemonstrations(promptOf(apart), [demonstration('1', 'one')])),
      apart.replace(
        '  - role: user',
        '  - role: user\n    content: Q 1\n\n  - role: assistant\n    content: one\n\n  - role: user',
      ),
    );
  });

  it('writes in braces and brackets where the file does', () => {
    const flow =
      '{ "name": "x", "messages": [\n  {"role": "system", "content": "S"},\n  {"role": "user", "content": "{{message}}"}\n] }\n';
    const next = withDemonstrations(withComponents(promptOf(flow), { system: 'T\nU' }), [
      demonstration('1 "x"', 'one'),
    ]);
    const written = write(flow, next);
    assert.deepEqual(
      (JSON.parse(written) as { messages: { content: string }[] }).messages.map(({ content }) => content),
      ['T\nU', '1 "x"', 'one', '{{message}}'],
    );
    assert.equal(write(written, promptOf(flow)), flow);
    const braces = 'messages:\n  - { role: user, content: "{{message}}" } # why\n';
    assert.equal(
      write(braces, withDemonstrations(promptOf(braces), [demonstration('1', 'one')])),
      'messages:\n  - { role: user, content: "1" }\n  - { role: assistant, content: "one" }\n  - { role: user, content: "{{message}}" } # why\n',
    );
  });

  it('keeps CRLF line ends and a BOM', () => {
    const windows = `\uFEFF${file.replaceAll('\n', '\r\n')}`;
    const next = withDemonstrations(withComponents(promptOf(windows), { system: 'One\ntwo' }), [
      demonstration('a\nb', 'c'),
    ]);
    const written = write(windows, next);
    assert.ok(written.startsWith('\uFEFF#'));
    assert.doesNotMatch(written, /[^\r]\n/);
    assert.equal(written, `\uFEFF${write(file, next).replaceAll('\n', '\r\n')}`);
  });

  it('adds `messages` to a file that has only a signature', () => {
    const bare = 'signature: message -> label\ndescription: Sort it.\n# the end';
    const next = withDemonstrations(withComponents(promptOf(bare), { system: 'Sort: well' }), [
      demonstration('hi', 'a'),
    ]);
    const written = write(bare, next);
    assert.ok(written.startsWith(`${bare}\nmessages:\n  - role: system\n    content: 'Sort: well'\n`));
    assert.deepEqual(language.read(written, { path: 'x' }).diagnostics, []);
  });

  it('finds a place for them in files of odd shapes', () => {
    const shapes = [
      'signature: message -> label\ndescription: |+\n  text\n\n',
      'signature: message -> label\n...\n',
      '---\nsignature: message -> label\n',
      'signature: message -> label\nmessages: []\nname: x\n',
      'signature: message -> label\nmessages:\nname: x # c\n',
      '{signature: message -> label}',
      '  signature: message -> label\n  name: x\n',
      'm: &m\n  - {role: user, content: "{{message}}"}\nmessages: *m\nname: y\n',
      '\uFEFFsignature: message -> label\r\n',
      'name: x\nmessages:\n  - role: user\n    content: "{{message}}"',
      'messages:\n  -\n    content: "{{message}}"\n    role: user\n',
    ];
    const components = [
      { name: 'system', role: 'system', content: 'S: x\n' },
      { name: 'user', role: 'user', content: '{{message}}' },
    ] as const;
    for (const shape of shapes) write(shape, createPrompt(components, [demonstration('hi #1', 'a')]));
  });

  it('adds and takes out messages of other roles', () => {
    const original = promptOf(file);
    const next = createPrompt(original.components.filter(({ role }) => role === 'user'));
    const without = write(file, next);
    assert.ok(!without.includes('You sort'));
    const back = write(without, original);
    assert.ok(back.includes('content: You sort.') || back.includes("content: 'You sort.'"));
  });

  it('writes shared text out where a change would reach other messages', () => {
    const shared =
      'messages:\n  - role: system\n    content: &a Sort.\n  - role: assistant\n    content: *a\n  - role: user\n    content: "{{message}}"\nname: x # kept\n';
    const written = change(shared, { system: 'Sort well.' });
    assert.ok(written.endsWith('name: x # kept\n'));
    const elsewhere =
      'messages:\n  - role: system\n    content: &a Sort.\n  - role: user\n    content: "{{message}}"\ndescription: *a\n';
    assert.throws(
      () => change(elsewhere, { system: 'Sort well.' }),
      (error) => isPromptOptError(error) && error.code === 'spec' && error.details.remedy !== undefined,
    );
  });

  it('refuses a demonstration that holds a placeholder of a variable, and takes other braces as text', () => {
    const declared = `inputs: { message: {} }\n${file}`;
    for (const bad of [demonstration('see {{message}}', 'a'), demonstration('see', '{{message}}')])
      assert.throws(
        () => writePrompt(declared, promptOf(declared), withDemonstrations(promptOf(declared), [bad])),
        (error) => isPromptOptError(error) && error.code === 'spec',
      );
    write(
      declared,
      withDemonstrations(promptOf(declared), [demonstration('see {{ message }} and {{other}}', '{{x}}')]),
    );
  });

  it('leaves a file that cannot be read alone', () => {
    assert.throws(
      () => writePrompt('- a\n', promptOf(file), withComponents(promptOf(file), { system: 'x' })),
      (error) => isPromptOptError(error),
    );
  });
});

/** Texts that YAML could spoil. */
const oddText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'word ',
        ' ',
        '\n',
        '\n\n',
        '\t',
        ': ',
        ' #',
        "'",
        '"',
        '\\',
        '- ',
        '? ',
        '|',
        '>',
        '%',
        '@',
        '`',
        '{',
        '}',
        '[',
        ']',
        ',',
        '&a',
        '*a',
        '!!',
        '---',
        '...',
        '~',
        'yes',
        '1',
        '\r',
        '\r\n',
        '\u0085',
        '\u2028',
        '\uFEFF',
        '\u00e9',
        '\u{1F600}',
        '\u0000',
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join('')),
);

const contents = [
  'plain',
  "'single'",
  '"dou\\nble"',
  '|\n      literal\n',
  '>-\n      folded\n      on\n',
  '|+\n      keep\n\n',
  '|2-\n        lead\n',
  '# below\n      plain on\n      two lines',
];

const files = contents.flatMap((system) =>
  ["'Message: {{message}}!'", '|-\n      Message: {{message}}!'].map(
    (user) =>
      `name: "x"\nmessages:\n  - role: system\n    content: ${system}\n  # over\n  - role: user\n    content: ${user}\n# end\nmodel:   a/b\n`,
  ),
);

describe('a prompt written back is the prompt read', () => {
  const fileText = fc
    .tuple(fc.constantFrom(...files), fc.boolean(), fc.boolean())
    .map(([text, windows, bom]) => (bom ? '\uFEFF' : '') + (windows ? text.replaceAll('\n', '\r\n') : text));
  const withoutPlaceholder = oddText.filter((text) => !text.includes('{{'));
  const demonstrations = fc.array(
    fc.record({ inputs: fc.record({ message: withoutPlaceholder }), assistant: withoutPlaceholder }),
    { maxLength: 3 },
  );

  it('whatever the texts, the style and the line ends; and the rest keeps its bytes', () => {
    fc.assert(
      fc.property(fileText, withoutPlaceholder, demonstrations, (text, system, shown) => {
        const next = withDemonstrations(withComponents(promptOf(text), { system }), shown);
        const written = write(text, next);
        const tail = text.slice(text.indexOf('# end'));
        assert.ok(written.endsWith(tail));
        assert.ok(written.startsWith(text.slice(0, text.indexOf('content:'))));
        assert.ok(written.includes('# over'));
      }),
      { numRuns: 200 },
    );
  });

  it('when the message that demonstrations are made from changes with them', () => {
    fc.assert(
      fc.property(fileText, withoutPlaceholder, withoutPlaceholder, demonstrations, (text, before, after, shown) => {
        const user = `${before.replace(/\{$/, '')}{{message}}${after.replace(/^\}/, '')}`;
        const first = write(text, withDemonstrations(promptOf(text), shown));
        write(first, withDemonstrations(withComponents(promptOf(first), { user }), shown));
      }),
      { numRuns: 80 },
    );
  });

  it('through several writes, with demonstrations coming and going', () => {
    fc.assert(
      fc.property(
        fileText,
        fc.array(fc.tuple(withoutPlaceholder, demonstrations), { minLength: 2, maxLength: 4 }),
        (text, steps) => {
          let now = text;
          for (const [system, shown] of steps)
            now = write(now, withDemonstrations(withComponents(promptOf(now), { system }), shown));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('in the examples', () => {
    for (const name of ['support-triage', 'order-email', 'customer-reply']) {
      const text = readFileSync(resolve(root, `examples/${name}/${name}.prompt.yaml`), 'utf8');
      const original = promptOf(text);
      const inputs = Object.fromEntries(
        (language.read(text, { path: 'x' }).spec?.inputs ?? []).map((input) => [input.name, `a ${input.name}`]),
      );
      const shown = write(text, withDemonstrations(original, [{ inputs, assistant: 'yes' }]));
      assert.equal(write(shown, original), text);
    }
  });
});
