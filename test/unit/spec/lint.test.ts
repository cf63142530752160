import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../../src/protocol/diagnostics.ts';
import { language, lint, mended, places } from '../../support/spec-language.ts';

const root = resolve(import.meta.dirname, '../../..');

/** A file with these messages. */
const prompt = (user: string, more = ''): string =>
  `messages:\n  - role: user\n    content: |-\n${user.replace(/^/gm, '      ')}\n${more}`;

const only = (text: string, rule: string): Diagnostic => {
  const found = lint(text);
  assert.deepEqual(
    found.map((diagnostic) => diagnostic.rule),
    [rule],
  );
  return found[0]!;
};

const marked = (text: string, { span }: Diagnostic): string => text.slice(span.start, span.end);

describe('linting leaves alone', () => {
  for (const name of ['support-triage', 'order-email', 'customer-reply']) {
    it(`the ${name} example, data files included`, () => {
      const path = resolve(root, `examples/${name}/${name}.prompt.yaml`);
      assert.deepEqual(lint(readFileSync(path, 'utf8'), { path, files: { exists: existsSync } }), []);
    });
  }

  const folder = resolve(root, 'test/fixtures/github-models');
  for (const name of readdirSync(folder).filter((file) => !file.startsWith('foreign'))) {
    it(`the GitHub Models file ${name}, which is read by GitHub's rules`, () => {
      const { spec, diagnostics } = language.read(readFileSync(resolve(folder, name), 'utf8'), { path: name });
      assert.deepEqual(diagnostics, []);
      assert.equal(spec?.github, true);
    });
  }

  it('a file that names GitHub as its provider, whose model is asked there', () => {
    const read = (more: string): string | null | undefined =>
      language.read(`model: openai/gpt-4o\n${more}messages:\n  - role: user\n    content: Hi\n`, { path: 'x' }).spec
        ?.models.target;
    assert.equal(read(''), 'openai/gpt-4o');
    assert.equal(read('provider: github\n'), 'github/openai/gpt-4o');
    assert.equal(read('provider: openai\n'), 'openai/gpt-4o');
    assert.equal(read('provider: github\nmodels:\n  target: openai/gpt-5\n'), 'openai/gpt-5');
  });

  it('a key of ours that means something else to GitHub, but for a warning', () => {
    const text = readFileSync(resolve(folder, 'foreign-keys.prompt.yml'), 'utf8');
    const { spec, diagnostics } = language.read(text, { path: 'x' });
    assert.deepEqual(places(diagnostics), ['wrong-type 4:10-4:34']);
    assert.equal(diagnostics[0]?.severity, 'warning');
    assert.equal(spec?.github, true);
  });
});

describe('linting says everything at once', () => {
  it('with broken YAML, a wrong type, an unknown key and a bad template in one file, sorted by place', () => {
    const text = [
      'nmae: triage',
      'model: 5',
      'inputs:',
      '  message: { type: strin }',
      'messages:',
      '  - role: usr',
      '    content: "Message: {{mesage}}"',
      'testData: [',
      '  { message: hi }',
      'evaluators: nothing',
    ].join('\n');
    assert.deepEqual(places(lint(text)), [
      'unknown-key 1:1-1:5',
      'wrong-type 2:8-2:9',
      'unused-input 4:3-4:10',
      'wrong-type 4:20-4:25',
      'wrong-type 6:11-6:14',
      'undefined-variable 7:24-7:34',
      'syntax 10:1-10:2',
      'wrong-type 10:13-10:20',
    ]);
  });

  it('and gives what could be read', () => {
    const { spec } = language.read('model: 5\nname: triage\nmessages:\n  - { role: user, content: hello }\n', {
      path: 'x',
    });
    assert.equal(spec?.name, 'triage');
    assert.equal(spec.prompt.components[0]?.content, 'hello');
    assert.equal(spec.models.target, null);
  });
});

describe('broken files get a sentence each', () => {
  const cases: readonly (readonly [what: string, text: string, places: string[], sentence: RegExp])[] = [
    ['an empty file', '', ['syntax 1:1-1:1'], /is empty/],
    ['only comments', '# nothing yet\n', ['syntax 1:1-1:2'], /is empty/],
    ['a list at the top', '- a\n- b\n', ['syntax 1:1-1:2'], /is a map of keys/],
    ['a text at the top', 'just words\n', ['syntax 1:1-1:2'], /is a map of keys/],
    ['a null character', 'name: "a\0b"\nmessages: [{role: user, content: x}]', ['syntax 1:9-1:10'], /UTF-8/],
    ['a tab that indents', 'messages:\n\t- { role: user, content: x }\n', ['syntax 2:1-2:2'], /Use spaces/],
    [
      'a key that stands twice',
      'name: a\nname: b\nmessages: [{role: user, content: x}]',
      ['duplicate-name 2:1-2:5'],
      /stands twice/,
    ],
    [
      'a quote that is never closed',
      'messages: [{role: user, content: x}]\nname: "open',
      ['syntax 2:11-2:12'],
      /closing " is missing/,
    ],
    [
      'a second document',
      'messages: [{role: user, content: x}]\n---\nname: b\n',
      ['syntax 2:1-2:4'],
      /one YAML document/,
    ],
    [
      'an alias without anchor',
      'name: *gone\nmessages: []\n',
      ['syntax 1:7-1:12', 'wrong-type 2:11-2:13'],
      /\*gone has no anchor|no messages/,
    ],
    [
      'a colon in a text',
      'name: triage: the desk\nmessages: [{role: user, content: x}]',
      ['syntax 1:7-1:8'],
      /second ": "/,
    ],
  ];
  for (const [what, text, expected, sentence] of cases) {
    it(what, () => {
      const found = lint(text);
      assert.deepEqual(places(found).sort(), [...expected].sort());
      for (const { message } of found) {
        assert.match(message, sentence);
        assert.match(message, /^[A-Z"`][\s\S]*[.?]$/);
      }
    });
  }

  it('an alias bomb is refused, not expanded', () => {
    const levels = 'bcdefghi'.split('').map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${'abcdefgh'[index] ?? ''}`)
          .join(', ')}]`,
    );
    const text = ['a: &a [x, x, x, x, x, x, x, x, x]', ...levels, 'messages: *i', ''].join('\n');
    const started = process.cpuUsage();
    const { spec, diagnostics } = language.read(text, { path: 'x' });
    assert.ok(process.cpuUsage(started).user < 2_000_000);
    assert.equal(spec, null);
    assert.match(diagnostics.map(({ message }) => message).join(), /expand to too much/);
  });

  it('anchors, aliases and merge keys are followed', () => {
    const text =
      'defaults: &d { role: user }\nshared: &s "Message: {{message}}"\nmessages:\n  - <<: *d\n    content: *s\n';
    const { spec, diagnostics } = language.read(text, { path: 'x' });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(spec?.prompt.components, [{ name: 'user', role: 'user', content: 'Message: {{message}}' }]);
  });

  it('a BOM and CRLF line ends move no place', () => {
    const text = '\uFEFFname: a\r\nmodle: b\r\nmessages:\r\n  - role: user\r\n    content: hi\r\n';
    assert.equal(marked(text, only(text, 'unknown-key')), 'modle');
    assert.deepEqual(places(lint(text)), ['unknown-key 2:1-2:6']);
  });
});

describe('reading says what was meant', () => {
  it('at any depth, with a fix', () => {
    const text = `inputs:\n  message: { type: string, desciption: What they wrote }\n${prompt('Message: {{message}}', 'optimize: { stategy: auto }\n')}`;
    const found = lint(text);
    assert.deepEqual(places(found), ['unknown-key 2:28-2:38', 'unknown-key 7:13-7:20']);
    assert.match(mended(text, found[0]!), /description: What/);
    assert.match(mended(text, found[1]!), /strategy: auto/);
  });

  it('of a metric, a strategy, a constraint kind and an output', () => {
    const text = prompt(
      'Message: {{message}}',
      'metrics: [accurcy]\noptimize: { strategy: gepaa }\nconstraints:\n  - { maxWrods: 5 }\n  - { maxWords: 5, on: repply }\n',
    );
    const found = lint(text);
    assert.deepEqual(places(found), [
      'unknown-key 5:11-5:18',
      'wrong-type 6:23-6:28',
      'unknown-key 8:7-8:15',
      'wrong-type 9:24-9:30',
    ]);
    assert.deepEqual(
      found.map(({ message }) => /Did you mean "(\w+)"/.exec(message)?.[1]),
      ['accuracy', 'gepa', 'maxWords', 'reply'],
    );
  });

  it('when a text that starts with braces lacks its quotes', () => {
    const text = 'messages:\n  - role: user\n    content: {{message}}\n';
    const found = only(text, 'wrong-type');
    assert.match(found.message, /must stand in quotes/);
    assert.deepEqual(lint(mended(text, found)), []);
  });

  it('in words about the file, not about a schema', () => {
    const text =
      'messages:\n  - role: user\nmodelParameters: { temperature: 3, maxTokens: many }\nmetrics: 5\ninputs: { a: {} }\n';
    assert.deepEqual(
      lint(text).map(({ message }) => message),
      [
        'messages[0].content is missing; it is text.',
        'modelParameters.temperature must be at most 2.',
        'modelParameters.maxTokens must be a number, not text.',
        'metrics must be a list or a map, not a number.',
      ],
    );
  });

  it('marks the field of a signature that is wrong', () => {
    const text = 'signature: "message, age: integer -> label"\n';
    const found = only(text, 'bad-signature');
    assert.equal(marked(text, found), 'age: integer');
  });

  it('joins the signature with what the maps say of its fields', () => {
    const { spec } = language.read(
      "signature: \"message, status? -> label: Literal['a', 'b'], score: float\"\ninputs:\n  message: { description: What they wrote }\noutputs:\n  score: { description: How sure }\n",
      { path: 'x' },
    );
    assert.deepEqual(spec?.inputs, [
      { name: 'message', type: 'string', optional: false, description: 'What they wrote' },
      { name: 'status', type: 'string', optional: true },
    ]);
    assert.deepEqual(spec.outputs, [
      { name: 'label', type: 'string', enum: ['a', 'b'], optional: false },
      { name: 'score', type: 'number', optional: false, description: 'How sure' },
    ]);
  });
});

describe('undefined-variable', () => {
  const declared = 'inputs:\n  message: { type: string }\n';

  it('marks the placeholder inside a block of text and changes only it', () => {
    const text = declared + prompt('Dear model,\nMessage: {{mesage}} "now"\n<m>{{message}}</m>').replace(' "now"', '');
    const found = only(text, 'undefined-variable');
    assert.deepEqual(places([found]), ['undefined-variable 7:16-7:26']);
    assert.equal(mended(text, found), text.replace('{{mesage}}', '{{message}}'));
  });

  it('is a warning where only the rows tell the variables, and silent where nothing does', () => {
    const text = prompt('Message: {{mesage}}', 'testData:\n  - { message: hi, expected: a }\n');
    assert.equal(only(text, 'undefined-variable').severity, 'warning');
    assert.deepEqual(lint(prompt('Message: {{mesage}}')), []);
    assert.deepEqual(lint(prompt('Message: {{mesage}}', 'data: { train: rows.jsonl }\n')), []);
  });

  it('says that the expected answer is never shown', () => {
    const found = only(
      prompt('Message: {{message}}\nAnswer: {{expected}}', 'testData:\n  - { message: hi, expected: a }\n'),
      'undefined-variable',
    );
    assert.match(found.message, /never shown to the model/);
    assert.equal(found.fix, undefined);
  });

  it('looks into evaluators and constraints', () => {
    const text =
      declared +
      prompt(
        'Message: {{message}}',
        "constraints:\n  - { contains: '{{order}}' }\nevaluators:\n  - { name: e, string: { equals: '{{expectd}}' } }\n",
      );
    assert.deepEqual(places(lint(text)), ['undefined-variable 8:18-8:27', 'undefined-variable 10:35-10:46']);
  });

  it('marks the whole text where escapes hide the placeholder', () => {
    const text = `${declared}messages:\n  - { role: user, content: "Message: {{message}}\\n\\x7b{gone}}" }\n`;
    const found = only(text, 'undefined-variable');
    assert.equal(marked(text, found), '"Message: {{message}}\\n\\x7b{gone}}"');
    assert.equal(found.fix, undefined);
  });
});

describe('unused-input', () => {
  it('marks the key and takes its lines out, comments of others kept', () => {
    const text = `inputs:\n  # kept\n  message: { type: string }\n  order_id:\n    type: string\n${prompt('Message: {{message}}')}`;
    const found = only(text, 'unused-input');
    assert.deepEqual(places([found]), ['unused-input 4:3-4:11']);
    assert.equal(mended(text, found), text.replace('  order_id:\n    type: string\n', ''));
  });

  it('marks the name in a signature', () => {
    const text = `signature: message, status? -> label\n${prompt('Message: {{message}}')}`;
    assert.equal(marked(text, only(text, 'unused-input')), 'status');
  });

  it('counts use in constraints, code included', () => {
    const inputs = 'inputs:\n  message: { type: string }\n  order_id: { type: string }\n';
    for (const use of ["contains: '{{order_id}}'", "javascript: 'response.includes(inputs.order_id)'"])
      assert.deepEqual(lint(inputs + prompt('Message: {{message}}', `constraints:\n  - { ${use} }\n`)), []);
  });

  it('is silent where a message cannot be read or messages are made from the signature', () => {
    assert.deepEqual(lint('signature: message -> label\n'), []);
    assert.ok(!places(lint('inputs: { a: {} }\nmessages: [{ role: user, content: 5 }]\n')).join().includes('unused'));
  });
});

describe('spaced-placeholder', () => {
  it('removes the spaces, in any style of text', () => {
    for (const content of [
      '"Q: {{ question }}"',
      "'Q: {{question }}'",
      'Q! {{\tquestion }}',
      '|\n      Q:\n      {{ question }}',
    ]) {
      const text = `messages:\n  - role: user\n    content: ${content}\n`;
      const found = only(text, 'spaced-placeholder');
      assert.match(mended(text, found), /\{\{question\}\}/);
      assert.ok(!lint(mended(text, found)).some(({ rule }) => rule === 'spaced-placeholder'));
    }
    const text = prompt('Q: {{ question }}');
    assert.deepEqual(places(lint(text)), ['spaced-placeholder 4:10-4:24']);
  });

  it('takes a name that is no variable for text', () => {
    assert.deepEqual(
      lint(prompt('Message: {{message}}\nWrite a template with {{ user_name }}.', 'testData: [{ message: hi }]\n')),
      [],
    );
  });
});

describe('undelimited-input', () => {
  const delimited: readonly string[] = [
    '{{message}}',
    'Message: {{message}}',
    '**Message:** {{message}}',
    'Summarize this: {{message}}',
    'The message:\n{{message}}',
    '## Message\n{{message}}\n\n## Task\nSort it.',
    'Sort it.\n\n{{message}}\n\nBe brief.',
    'Sort it.\n\n{{message}}',
    'Sort "{{message}}" into a team.',
    'Sort it’s “{{message}}” into a team.',
    'Sort <message>{{message}}</message> into a team.',
    '<ticket id="1">\nFrom a customer, {{message}} as of today\n</ticket>\nSort it.',
    'Sort this.\n```\n{{message}}\n```\nBe brief.',
    'Sort this.\n"""\nHe says {{message}} today\n"""\nBe brief.',
    'Sort this.\n<<<{{message}}>>>\nBe brief.',
    '[[ ## message ## ]]\n{{message}}\n[[ ## label ## ]]',
    '{"text": "{{message}}"}',
    'Sort it.\n---\n{{message}}\n---\nBe brief.',
    'Items:\n- {{message}}\n- none',
  ];
  for (const content of delimited) {
    it(`accepts ${JSON.stringify(content)}`, () => {
      assert.deepEqual(lint(prompt(content)), []);
    });
  }

  const pasted: readonly string[] = [
    'Read {{message}} and say which team should take care of it.',
    "Don't trust {{message}}, it's from a customer.",
    'Sort this.\n{{message}}\nBe brief.',
    '{{message}}\nSort the above.',
    'Sort {{message}}',
    '</message> {{message}} <message>',
    'Message: {{message}} Be brief.',
  ];
  for (const content of pasted) {
    it(`reports ${JSON.stringify(content)}, and is content with its own fix`, () => {
      const text = prompt(content);
      const found = only(text, 'undelimited-input');
      assert.equal(marked(text, found), '{{message}}');
      assert.deepEqual(lint(mended(text, found)), []);
    });
  }

  it('minds texts from outside only: not labels, numbers or short values', () => {
    const body = 'You work for {{company}}. Write {{count}} lines in {{language}} on {{comment}} today.';
    const inputs =
      'inputs:\n  company: {}\n  count: { type: integer }\n  language: { enum: [French, German] }\n  comment: { maxLength: 20 }\n';
    assert.deepEqual(lint(inputs + prompt(body)), []);
    assert.deepEqual(lint(prompt('Write in {{language}}, please.')), []);
    const rows = `testData:\n  - company: ${'A very long story about a company. '.repeat(3)}\n`;
    assert.deepEqual(places(lint(prompt('You work for {{company}} now.', rows))), ['undelimited-input 4:20-4:31']);
  });

  it('offers no fix that would part the demonstrations from their message', () => {
    const text =
      'messages:\n  - { role: user, content: Sort hello today. }\n  - { role: assistant, content: greeting }\n  - { role: user, content: "Sort {{message}} today." }\n';
    assert.equal(only(text, 'undelimited-input').fix, undefined);
  });
});

describe('not-portable', () => {
  const row = 'testData:\n  - { message: hi, expected: { team: a } }\n  - { message: ho, expected: { team: b } }\n';

  it('speaks once, at the first map of a file that is meant for GitHub', () => {
    const text = prompt('Message: {{message}}', row);
    const found = only(text, 'not-portable');
    assert.equal(marked(text, found), '{ team: a }');
    assert.match(found.message, /2 rows/);
  });

  it('is silent in our own files, unless they name GitHub as their provider', () => {
    const own = `${row}outputs: { team: {} }\n`;
    assert.deepEqual(lint(prompt('Message: {{message}}', own)), []);
    assert.deepEqual(places(lint(prompt('Message: {{message}}', `${own}provider: github\n`))), [
      'not-portable 6:30-6:41',
    ]);
  });
});

describe('duplicate-name and unreachable-file', () => {
  it('mark the second constraint, the second evaluator and an output that is an input', () => {
    const text = `inputs: { text: {} }\noutputs: { text: {} }\n${prompt('Text: {{text}}', 'constraints:\n  - { name: a, maxWords: 5 }\n  - { name: a, minWords: 2 }\nevaluators:\n  - { name: e, string: { contains: x } }\n  - { name: e, string: { contains: y } }\n')}`;
    assert.deepEqual(places(lint(text)), [
      'duplicate-name 2:12-2:16',
      'duplicate-name 9:13-9:14',
      'duplicate-name 12:13-12:14',
    ]);
  });

  it('look for data files beside the prompt file, and only when files can be seen', () => {
    const text = prompt('Message: {{message}}', 'data: { train: data/train.jsonl, test: ../test.jsonl }\n');
    const asked: string[] = [];
    const files = {
      exists: (path: string) => {
        asked.push(path);
        return path.endsWith('train.jsonl');
      },
    };
    assert.deepEqual(places(lint(text, { files, path: resolve('/tasks/a.prompt.yaml') })), [
      'unreachable-file 5:40-5:53',
    ]);
    assert.deepEqual(asked, [resolve('/tasks/data/train.jsonl'), resolve('/test.jsonl')]);
    assert.deepEqual(lint(text), []);
  });
});

describe('severities and disable comments', () => {
  const text = `inputs:\n  message: {}\n  order_id: {}\n${prompt('Message: {{message}}')}`;

  it('make a rule louder, milder or silent', () => {
    assert.equal(lint(text, { severities: { 'unused-input': 'error' } })[0]?.severity, 'error');
    assert.equal(lint(text, { severities: { 'unused-input': 'information' } })[0]?.severity, 'information');
    assert.deepEqual(lint(text, { severities: { 'unused-input': 'off', 'no-such-rule': 'off' } }), []);
  });

  it('silence the next line, several rules at once, with a reason', () => {
    const comment = '  # promptopt-disable-next-line unused-input, syntax -- the next version needs it\n';
    assert.deepEqual(lint(text.replace('  order_id', `${comment}  order_id`)), []);
    assert.deepEqual(places(lint(text.replace('  message', `${comment}  message`))), ['unused-input 4:3-4:11']);
  });

  it('silence all of a text that begins on the next line, and are no comment inside it', () => {
    const body = prompt('# promptopt-disable-next-line undelimited-input\nSort this.\n{{message}}\nBe brief.');
    assert.deepEqual(places(lint(body)), ['undelimited-input 6:7-6:18']);
    const above = body.replace('    content', '    # promptopt-disable-next-line undelimited-input\n    content');
    assert.deepEqual(lint(above), []);
  });

  it('can be put in by the diagnostic itself, where they hold', () => {
    for (const file of [text, prompt('Sort this.\n{{message}}\nBe brief.'), text.replaceAll('\n', '\r\n')]) {
      const [found] = lint(file);
      const { span, newText } = found!.disable!;
      const silenced = file.slice(0, span.start) + newText + file.slice(span.end);
      assert.deepEqual(lint(silenced), []);
      assert.deepEqual(
        language.read(silenced, { path: 'x' }).spec?.prompt,
        language.read(file, { path: 'x' }).spec?.prompt,
      );
    }
  });

  it('warn of an id that no rule has', () => {
    const wrong = text.replace('  order_id', '  # promptopt-disable-next-line unused-inptu\n  order_id');
    assert.deepEqual(places(lint(wrong)), ['unknown-rule 3:33-3:45', 'unused-input 4:3-4:11']);
    assert.deepEqual(lint(mended(wrong, lint(wrong)[0]!)), []);
  });

  it('never wave through what the reader left out of the task', () => {
    const broken = '# promptopt-disable-next-line wrong-type\nmodel: 5\nmessages: [{ role: user, content: hi }]\n';
    assert.deepEqual(places(lint(broken)), ['wrong-type 2:8-2:9']);
    assert.equal(lint(broken)[0]?.disable, undefined);
  });
});

describe('linting is quick', () => {
  const rows = Array.from(
    { length: 2000 },
    (_, index) => `  - { message: Where is my order ${index}?, expected: shipping }\n  # row ${index}\n`,
  );
  it('for 500 lines and for 5,000, places included', () => {
    const big = prompt('Message: {{message}}', `testData:\n${rows.join('')}${'# end\n'.repeat(1000)}mdoel: x\n`);
    assert.ok(big.split('\n').length > 5000);
    assert.deepEqual(places(lint(big)), ['unknown-key 5006:1-5006:6']);
  });
});
