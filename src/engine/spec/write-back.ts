/** Writing another prompt into a file: only the messages that differ are touched, everything else keeps its bytes. */
import { isDeepStrictEqual } from 'node:util';
import { PromptOptError } from '../../protocol/errors.ts';
import { editedMessages } from './edit-messages.ts';
import type { Prompt } from './prompt.ts';
import { readDocument } from './spec-document.ts';
import type { SpecDocument } from './spec-document.ts';
import { fill, holdsPlaceholder, placeholdersOf } from './template.ts';
import type { RenderedMessage } from './template.ts';
import { rewrittenFiles } from './write-messages.ts';

export interface WrittenPrompt {
  readonly text: string;
  /** True when nothing had to be written. */
  readonly unchanged: boolean;
}

/** The messages as they stand in a file: placeholders in components, values in demonstrations. */
export function messagesOf(prompt: Prompt): RenderedMessage[] {
  const last = prompt.components.findLastIndex((component) => component.role === 'user');
  const template = prompt.components[last]?.content ?? '';
  return prompt.components.flatMap(({ role, content }, index): RenderedMessage[] => {
    const message = { role, content };
    if (index !== last) return [message];
    const shown = prompt.demonstrations.flatMap(({ inputs, assistant }): RenderedMessage[] => [
      { role: 'user', content: fill(template, inputs) },
      { role: 'assistant', content: assistant },
    ]);
    return [...shown, message];
  });
}

/** @throws PromptOptError `spec` when a demonstration holds `{{name}}` of a variable: the format has no escape for it. */
function refuseVariables({ components, demonstrations }: Prompt): void {
  const variables = [
    ...components.flatMap(({ content }) => placeholdersOf(content)),
    ...demonstrations.flatMap(({ inputs }) => Object.keys(inputs)),
  ];
  for (const { inputs, assistant } of demonstrations) {
    const text = [assistant, ...Object.values(inputs)].find((value) => holdsPlaceholder(value, variables));
    if (text === undefined) continue;
    const name = placeholdersOf(text).find((found) => variables.includes(found)) ?? '';
    throw new PromptOptError(
      'spec',
      `A demonstration holds the text "{{${name}}}", which a prompt file would replace by a value.`,
      {
        remedy: 'The format has no escape for it: leave this demonstration out.',
      },
    );
  }
}

/** Whether `text` says exactly these messages, and for the rest what it said before. */
function holds(text: string, messages: readonly RenderedMessage[], before: SpecDocument): boolean {
  const { tree, problems } = readDocument(text);
  if (
    tree === null ||
    problems.filter((problem) => !problem.harmless).length >
      before.problems.filter((problem) => !problem.harmless).length
  )
    return false;
  const { messages: written, ...rest } = tree;
  const { messages: _, ...kept } = before.tree ?? {};
  return (
    Array.isArray(written) &&
    written.length === messages.length &&
    messages.every(({ role, content }, index) => {
      const item: unknown = written[index];
      return (
        typeof item === 'object' &&
        item !== null &&
        'role' in item &&
        item.role === role &&
        'content' in item &&
        item.content === content
      );
    }) &&
    isDeepStrictEqual(rest, kept)
  );
}

/**
 * The file's text with `next` in it.
 *
 * @param current the prompt that `text` holds now.
 * @throws PromptOptError `spec` when the file is no map, when a demonstration cannot be written, or when anchors tie the
 * messages to other parts of the file so that these would change too.
 */
export function writePrompt(text: string, current: Prompt, next: Prompt): WrittenPrompt {
  if (current.hash === next.hash) return { text, unchanged: true };
  refuseVariables(next);
  const document = readDocument(text);
  const messages = messagesOf(next);
  const edited = editedMessages(document, current, next);
  for (const candidate of [...(edited === null ? [] : [edited]), ...rewrittenFiles(document, messages)]) {
    if (holds(candidate, messages, document)) return { text: candidate, unchanged: false };
  }
  throw new PromptOptError('spec', 'The prompt cannot be written into this file without changing other parts of it.', {
    remedy:
      'Mend what `promptopt lint` reports and write values out where anchors and aliases share them, then try again.',
  });
}
