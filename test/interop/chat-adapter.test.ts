/**
 * The layout made from a signature, and the reading of replies, against the real `dspy.ChatAdapter`. Markers and fields
 * are DSPy's; the helper sentences are our own, one output is answered as plain text, and there is no `completed` marker.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { chatLayout } from '../../src/engine/spec/chat-layout.ts';
import { createPrompt } from '../../src/engine/spec/prompt.ts';
import { expectedReply, readReply } from '../../src/engine/spec/reply.ts';
import { parseSignature } from '../../src/engine/spec/signature.ts';
import { renderMessages, type RenderedMessage } from '../../src/engine/spec/template.ts';
import { askPython, pythonOrSkip } from './support/python.ts';

interface Case {
  readonly signature: string;
  readonly instructions: string;
  readonly descriptions?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly demos?: readonly Readonly<Record<string, unknown>>[];
  readonly replies?: readonly string[];
}

interface Answer {
  readonly messages: readonly RenderedMessage[];
  readonly readings: readonly (Readonly<Record<string, unknown>> | null)[];
}

const TEXT = { type: 'text' } as const;

const several: Case = {
  signature: 'message, order -> category, urgency: int, summary',
  instructions: 'Sort the message and sum it up.',
  descriptions: { order: 'the number of the order', summary: 'one sentence' },
  inputs: { message: 'Where is it?\n\nI ordered "two" weeks ago…', order: '7-{x}' },
};

const single: Case = {
  signature: "message, count: int -> category: Literal['billing', 'bug report']",
  instructions: 'Sort the message.',
  inputs: { message: 'Hi', count: '3' },
};

/** What DSPy is shown and asked to read as two texts. */
const twoTexts = (replies: readonly string[]): Case => ({
  signature: 'q -> first, second',
  instructions: 'Answer.',
  inputs: { q: '?' },
  demos: [{ q: '?', first: 'one\n\ntwo', second: 'three' }],
  replies,
});

const typed = { label: 'späť\nzwei', count: 7, share: 0.5, certain: true, tags: ['a', 'b "c"'] };
const typedSignature = 'q -> label, count: int, share: float, certain: bool, tags: list[str]';

/** Texts that look like replies, more or less: headers at line starts and elsewhere, words, broken markers. */
function generateReplies(): string[] {
  const header = fc
    .tuple(fc.constantFrom('\n', '\n', '\n', ''), fc.constantFrom('first', 'second', 'third', 'completed'))
    .map(([start, name]) => `${start}[[ ## ${name} ## ]]`);
  const words = fc.constantFrom('\n', '\n\n', ' ', 'words', '[[ ## ', '## ]]', '"é"', '\t', '[[', '{{first}}');
  return (
    fc
      .sample(fc.array(fc.oneof(header, words), { minLength: 1, maxLength: 16 }), { numRuns: 2000, seed: 7 })
      .map((pieces) => pieces.join(''))
      // A header after blanks at the start of a line is the one place where the two differ: it has a test of its own.
      .filter((reply) => !/^[ \t]+\[\[ ##/m.test(reply))
  );
}

const generated = generateReplies();
const indented = '[[ ## first ## ]]\na\n  [[ ## second ## ]] b';
const tight = '[[##first##]] a\n[[##second##]] b';

/** Asked all at once: starting DSPy takes seconds. */
const questions = {
  several,
  single,
  typed: {
    signature: typedSignature,
    instructions: 'Answer.',
    replies: [expectedReply({ outputs: parseSignature(typedSignature).outputs, responseFormat: TEXT }, typed)],
  },
  generated: twoTexts(generated),
  spacing: twoTexts([indented, tight]),
} satisfies Record<string, Case>;

/** Our messages for a case, filled in. */
function ours({ signature, instructions, descriptions = {}, inputs = {} }: Case): RenderedMessage[] {
  const { inputs: given, outputs } = parseSignature(signature);
  const described = <T extends { readonly name: string }>(field: T): T & { readonly description?: string } => {
    const description = descriptions[field.name];
    return description === undefined ? field : { ...field, description };
  };
  const shape = { inputs: given.map(described), outputs: outputs.map(described), problems: [] };
  const components = chatLayout(instructions, shape).map((message) => ({ ...message, name: message.role }));
  return renderMessages(createPrompt(components), inputs);
}

/** The lines that list fields: "1. `name` (type): description", without trailing blanks. */
const fieldLines = (messages: readonly RenderedMessage[]): string[] =>
  (messages[0]?.content ?? '').split('\n').flatMap((line) => (/^\d+\. `/.test(line) ? [line.trimEnd()] : []));

const markers = (text: string): string[] =>
  [...text.matchAll(/^\[\[ ## (\w+) ## \]\]/gm)].map((match) => match[1] ?? '');

const shape = { outputs: parseSignature('q -> first, second').outputs, responseFormat: TEXT };

describe('the chat layout beside DSPy', function () {
  this.timeout(180_000);
  let version: string;
  let dspy: Readonly<Record<keyof typeof questions, Answer>>;

  before(function () {
    ({ version, answers: dspy } = askPython(pythonOrSkip(this), 'chat_adapter.py', questions) as {
      version: string;
      answers: typeof dspy;
    });
  });

  it('is tried against the version of DSPy that the requirements pin', () => {
    const pinned = /^dspy==(\S+)$/m.exec(readFileSync(join(import.meta.dirname, 'requirements.txt'), 'utf8'))?.[1];
    assert.equal(version, pinned);
  });

  it('lists the fields as DSPy does', () => {
    const theirs = fieldLines(dspy.several.messages);
    assert.equal(theirs.length, 5);
    assert.deepEqual(fieldLines(ours(several)), theirs);
  });

  it('names every label that DSPy names', () => {
    for (const messages of [dspy.single.messages, ours(single)]) {
      for (const label of ['billing', 'bug report']) assert.ok(messages[0]?.content.includes(label));
    }
  });

  it('gives the instructions', () => {
    for (const messages of [dspy.several.messages, ours(several)]) {
      assert.ok(messages[0]?.content.includes(several.instructions));
    }
  });

  it('hands over the inputs in the same bytes, ours without the reminder that follows them', () => {
    for (const [theirs, mine] of [
      [dspy.several.messages, ours(several)],
      [dspy.single.messages, ours(single)],
    ] as const) {
      const last = theirs.at(-1)?.content ?? '';
      const reminder = last.lastIndexOf('\n\nRespond with');
      assert.ok(reminder > 0);
      assert.equal(mine.at(-1)?.content, last.slice(0, reminder));
    }
  });

  it('asks for the outputs of DSPy in their order, without its completed marker', () => {
    const theirs = markers(dspy.several.messages[0]?.content ?? '');
    assert.deepEqual(theirs, ['message', 'order', 'category', 'urgency', 'summary', 'completed']);
    assert.deepEqual(markers(ours(several)[0]?.content ?? ''), theirs.slice(2, -1));
  });

  it('asks for one output as plain text', () => {
    assert.deepEqual(markers(ours(single)[0]?.content ?? ''), []);
  });

  it('writes demonstrations that DSPy reads, types included', () => {
    assert.deepEqual(dspy.typed.readings, [typed]);
  });

  it("reads DSPy's demonstrations", () => {
    const [, user, assistant] = dspy.spacing.messages;
    assert.equal(user?.content, '[[ ## q ## ]]\n?');
    assert.deepEqual(readReply(shape, assistant?.content ?? ''), { first: 'one\n\ntwo', second: 'three' });
  });

  it('reads replies of any pieces as DSPy does', () => {
    const { readings } = dspy.generated;
    const readable = readings.filter((reading) => reading !== null).length;
    assert.ok(readable > 200, `Of ${readings.length} replies only ${readable} can be read at all.`);
    generated.forEach((reply, index) => {
      assert.deepEqual(readReply(shape, reply), readings[index], JSON.stringify(reply));
    });
  });

  it('reads a header with blanks before it or missing inside it, which DSPy cannot', () => {
    // DSPy cuts the rest of an indented header's line at the wrong place, and knows no other spacing.
    assert.deepEqual(dspy.spacing.readings, [{ first: 'a', second: ']] b' }, null]);
    for (const reply of [indented, tight]) assert.deepEqual(readReply(shape, reply), { first: 'a', second: 'b' });
  });
});
