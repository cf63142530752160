/** Telling worked examples in a file from the messages that are the prompt. */
import type { Demonstration, PromptComponent } from './prompt.ts';
import { holdsPlaceholder, invert, placeholdersOf } from './template.ts';
import type { RenderedMessage } from './template.ts';

/** Components by role, numbered from the second of a kind. */
function toComponents(messages: readonly RenderedMessage[]): PromptComponent[] {
  const counts = new Map<string, number>();
  return messages.map(({ role, content }) => {
    const count = (counts.get(role) ?? 0) + 1;
    counts.set(role, count);
    return { name: count === 1 ? role : `${role}-${count}`, role, content };
  });
}

/**
 * User/assistant pairs right before the last user message whose user part is that message with values filled in are
 * demonstrations; the rest are components.
 *
 * @param variables names that are replaced; null when they are not known, so that any placeholder may be one. A text
 * that holds one is part of the prompt: it differs from row to row.
 */
export function recogniseDemonstrations(
  messages: readonly RenderedMessage[],
  variables: readonly string[] | null,
): {
  readonly components: PromptComponent[];
  readonly demonstrations: Demonstration[];
} {
  const last = messages.findLastIndex((message) => message.role === 'user');
  const template = messages[last]?.content ?? '';
  const varies = (text: string): boolean =>
    variables === null
      ? placeholdersOf(text).length > 0
      : holdsPlaceholder(text, [...variables, ...placeholdersOf(template)]);
  const demonstrations: Demonstration[] = [];
  let first = last;
  while (first >= 2) {
    const [user, assistant] = [messages[first - 2], messages[first - 1]];
    if (user?.role !== 'user' || assistant?.role !== 'assistant') break;
    const inputs = varies(user.content) || varies(assistant.content) ? null : invert(template, user.content);
    if (inputs === null) break;
    demonstrations.unshift({ inputs, assistant: assistant.content });
    first -= 2;
  }
  return { components: toComponents([...messages.slice(0, first), ...messages.slice(last)]), demonstrations };
}
