/** GitHub Models' templating: literal `{{name}}`, no spaces, no logic, no escape. */
import type { ChatRole, Prompt } from './prompt.ts';

export interface Placeholder {
  readonly name: string;
  /** UTF-16 offsets in the text, braces included. */
  readonly start: number;
  readonly end: number;
  /** Written with spaces (`{{ name }}`): GitHub Models leaves such text as it is. */
  readonly spaced: boolean;
}

/** Every placeholder-like text in order, spaced ones included. */
export function findPlaceholders(text: string): Placeholder[] {
  return [...text.matchAll(/\{\{([ \t]*)([\p{L}_][\p{L}\p{N}_.-]*)([ \t]*)\}\}/gu)].map((match) => ({
    name: match[2] ?? '',
    start: match.index,
    end: match.index + match[0].length,
    spaced: match[1] !== '' || match[3] !== '',
  }));
}

/** Names of the placeholders that are replaced, each once, in order. */
export function placeholdersOf(text: string): string[] {
  return [
    ...new Set(
      findPlaceholders(text)
        .filter((found) => !found.spaced)
        .map((found) => found.name),
    ),
  ];
}

/** Whether `{{name}}` of one of these names stands in the text. */
export function holdsPlaceholder(text: string, names: readonly string[]): boolean {
  return placeholdersOf(text).some((name) => names.includes(name));
}

/** Replaces known placeholders in one pass: a value that holds `{{other}}` is not expanded again. Unknown ones stay. */
export function fill(text: string, inputs: Readonly<Record<string, string>>): string {
  let result = '';
  let from = 0;
  for (const found of findPlaceholders(text)) {
    const value = Object.hasOwn(inputs, found.name) ? inputs[found.name] : undefined;
    if (found.spaced || value === undefined) continue;
    result += text.slice(from, found.start) + value;
    from = found.end;
  }
  return result + text.slice(from);
}

export interface RenderedMessage {
  readonly role: ChatRole;
  readonly content: string;
}

/** The messages as sent for one row: demonstrations stand as user/assistant pairs right before the last user message. */
export function renderMessages(prompt: Prompt, inputs: Readonly<Record<string, string>>): RenderedMessage[] {
  const last = prompt.components.findLastIndex((component) => component.role === 'user');
  const template = prompt.components[last]?.content ?? '';
  return prompt.components.flatMap((component, index): RenderedMessage[] => {
    const message = { role: component.role, content: fill(component.content, inputs) };
    if (index !== last) return [message];
    const shown = prompt.demonstrations.flatMap((demonstration): RenderedMessage[] => [
      { role: 'user', content: fill(template, demonstration.inputs) },
      { role: 'assistant', content: demonstration.assistant },
    ]);
    return [...shown, message];
  });
}

/**
 * The inputs that fill `template` to exactly `text`; null when there are none or the split is ambiguous (two
 * placeholders side by side, or their separator inside a value).
 */
export function invert(template: string, text: string): Record<string, string> | null {
  const found = findPlaceholders(template).filter((placeholder) => !placeholder.spaced);
  if (found.length === 0) return null;
  const inputs: Record<string, string> = {};
  const head = template.slice(0, found[0]?.start ?? 0);
  if (!text.startsWith(head)) return null;
  let position = head.length;
  for (const [index, placeholder] of found.entries()) {
    const literal = template.slice(placeholder.end, found[index + 1]?.start ?? template.length);
    const isLast = index === found.length - 1;
    if (literal === '' && !isLast) return null;
    const end = isLast ? text.length - literal.length : text.indexOf(literal, position);
    if (end < position || !text.startsWith(literal, end)) return null;
    const value = text.slice(position, end);
    if (inputs[placeholder.name] !== undefined && inputs[placeholder.name] !== value) return null;
    if (!isLast && text.slice(position).split(literal).length > 2) return null;
    inputs[placeholder.name] = value;
    position = end + literal.length;
  }
  return inputs;
}
