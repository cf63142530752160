/** Takes a chat apart: what it tells to do, what it shows as done, and the case it asks about. */

export interface ApprenticeMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A text and its named parts (`Customer: Dana`, `<message>…</message>`), names lower-cased. */
export interface Case {
  readonly text: string;
  readonly parts: Readonly<Record<string, string>>;
}

export interface Shown extends Case {
  readonly answer: string;
}

export interface Conversation {
  readonly instructions: string;
  /** Earlier user/assistant pairs, in order. */
  readonly demonstrations: readonly Shown[];
  readonly question: Case;
}

const TAGGED = /<([A-Za-z][\w-]*)>\s*([\s\S]*?)\s*<\/\1>/g;
const KEY_LINE = /^([A-Za-z][A-Za-z_ -]{0,24}):[ \t]*(.*)$/;
const SECTION_LINE = /^\[\[ ## (\w+) ## \]\]\s*(.*)$/;
const IMPERATIVE = /^(?:answer|reply|respond|return|output|write|give|use|classify|extract|please)\b/i;

/** The named parts of a text. A later part of the same name does not replace an earlier one. */
export function partsOf(text: string): Record<string, string> {
  const parts: Record<string, string> = {};
  const keep = (name: string, value: string): void => {
    const key = name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_');
    const trimmed = value.trim();
    if (trimmed !== '') parts[key] ??= trimmed;
  };
  for (const [, name = '', value = ''] of text.matchAll(TAGGED)) keep(name, value);
  let open: { readonly name: string; readonly lines: string[] } | null = null;
  const close = (): void => {
    if (open !== null) keep(open.name, open.lines.join('\n'));
  };
  for (const line of text.replace(TAGGED, '').split('\n')) {
    const [, name, rest = ''] = SECTION_LINE.exec(line) ?? KEY_LINE.exec(line) ?? [];
    if (name === undefined) {
      (open as { lines: string[] } | null)?.lines.push(line);
      continue;
    }
    close();
    open = { name, lines: [rest] };
  }
  close();
  return parts;
}

const caseOf = (text: string, whole: string): Case => ({ text: text.trim(), parts: partsOf(whole) });

/** How much of the beginning all texts share, cut back to the end of a line or of a `Key: `. */
function sharedHead(texts: readonly string[]): number {
  const [first = '', ...others] = texts;
  let length = Math.min(...texts.map((text) => text.length));
  for (const other of others) {
    let same = 0;
    while (same < length && first[same] === other[same]) same++;
    length = same;
  }
  const head = first.slice(0, length);
  return Math.max(
    head.lastIndexOf('\n') + 1,
    head.endsWith(': ') ? length : head.lastIndexOf(': ') + 2 === 1 ? 0 : head.lastIndexOf(': ') + 2,
  );
}

/** How much of the end all texts share, in whole lines. */
function sharedTail(texts: readonly string[]): number {
  const [first = '', ...others] = texts;
  let length = Math.min(...texts.map((text) => text.length));
  for (const other of others) {
    let same = 0;
    while (same < length && first[first.length - 1 - same] === other[other.length - 1 - same]) same++;
    length = same;
  }
  const tail = first.slice(first.length - length);
  const line = tail.indexOf('\n');
  return line < 0 ? 0 : tail.length - line;
}

/** Splits one user message, with nothing to compare it to, into what it tells and what it asks about. */
function splitAlone(text: string, hasSystem: boolean): { readonly told: string; readonly asked: string } {
  const tags = [...text.matchAll(TAGGED)];
  if (tags.length > 0) return { told: text.replace(TAGGED, ''), asked: tags.map((tag) => tag[2] ?? '').join('\n') };
  const fence = /(?:"""|'''|```)\n?([\s\S]*?)\n?(?:"""|'''|```)/.exec(text);
  if (fence !== null) return { told: text.replace(fence[0], ''), asked: fence[1] ?? '' };
  const lines = text.split('\n');
  const start = lines.findIndex((line, index) => {
    const opensBlock = index === 0 || lines[index - 1]?.trim() === '';
    return opensBlock && KEY_LINE.test(line) && !/^\s*$/.test(line) && inputFollows(lines, index);
  });
  if (start < 0) {
    if (hasSystem) return { told: '', asked: text };
    const paragraphs = text.split(/\n\s*\n/);
    if (paragraphs.length > 1) return { told: paragraphs[0] ?? '', asked: paragraphs.slice(1).join('\n\n') };
    const colon = text.indexOf(':');
    return colon < 0 ? { told: text, asked: text } : { told: text.slice(0, colon), asked: text.slice(colon + 1) };
  }
  const before = lines.slice(0, start).join('\n');
  const rest = lines
    .slice(start)
    .join('\n')
    .split(/\n\s*\n/);
  const last = rest[rest.length - 1] ?? '';
  return rest.length > 1 && IMPERATIVE.test(last) && !hasSystem
    ? { told: `${before}\n${last}`, asked: rest.slice(0, -1).join('\n\n') }
    : { told: before, asked: rest.join('\n\n') };
}

/** A block of definitions also has `key: value` lines; the input's block is the last one, or is named like an input. */
function inputFollows(lines: readonly string[], index: number): boolean {
  const name = KEY_LINE.exec(lines[index] ?? '')?.[1] ?? '';
  if (
    /^(?:message|e-?mail|text|input|question|review|document|ticket|request|content|customer message)$/i.test(
      name.trim(),
    )
  )
    return true;
  return !lines.slice(index + 1).some((line, offset) => KEY_LINE.test(line) && lines[index + offset]?.trim() === '');
}

export function readConversation(messages: readonly ApprenticeMessage[]): Conversation {
  const system = messages.filter((message) => message.role === 'system').map((message) => message.content);
  const turns = messages.filter((message) => message.role !== 'system');
  const pairs: { readonly user: string; readonly answer: string }[] = [];
  for (const [index, turn] of turns.entries()) {
    const next = turns[index + 1];
    if (turn.role === 'user' && next?.role === 'assistant')
      pairs.push({ user: turn.content, answer: next.content.trim() });
  }
  const last = turns.findLast((turn) => turn.role === 'user')?.content ?? '';
  if (pairs.length === 0) {
    const { told, asked } = splitAlone(last, system.length > 0);
    return { instructions: [...system, told].join('\n').trim(), demonstrations: [], question: caseOf(asked, last) };
  }
  const texts = [...pairs.map((pair) => pair.user), last];
  const head = sharedHead(texts);
  const tail = Math.min(sharedTail(texts), Math.min(...texts.map((text) => text.length)) - head);
  const inner = (text: string): string => text.slice(head, text.length - tail);
  const told = [...system, last.slice(0, head), last.slice(last.length - tail)].join('\n').trim();
  return {
    instructions: told,
    demonstrations: pairs.map(({ user, answer }) => ({ ...caseOf(inner(user), user), answer })),
    question: caseOf(inner(last), last),
  };
}
