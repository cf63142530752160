/** The texts of a file that may hold placeholders, and where in the file each placeholder stands. */
import { isScalar } from 'yaml';
import type { TextSpan } from '../../protocol/diagnostics.ts';
import type { Path, SpecDocument } from './spec-document.ts';
import { findPlaceholders } from './template.ts';
import type { Placeholder } from './template.ts';

export interface PromptText {
  readonly path: Path;
  readonly text: string;
}

export interface MessageText extends PromptText {
  readonly role: string;
  readonly index: number;
}

type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Messages whose content is text, whatever else is wrong with them. */
export function messageTexts(tree: Tree): MessageText[] {
  return listOf(tree['messages']).flatMap((message, index): MessageText[] => {
    if (!isTree(message) || typeof message['content'] !== 'string') return [];
    const role = typeof message['role'] === 'string' ? message['role'] : '';
    return [{ path: ['messages', index, 'content'], text: message['content'], role, index }];
  });
}

/** Every text at or below a value. */
function textsBelow(value: unknown, path: Path): PromptText[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsBelow(item, [...path, index]));
  return isTree(value) ? Object.entries(value).flatMap(([key, item]) => textsBelow(item, [...path, key])) : [];
}

/** What evaluators compare with or ask a judge. */
export function evaluatorTexts(tree: Tree): PromptText[] {
  return listOf(tree['evaluators']).flatMap((evaluator, index) =>
    isTree(evaluator)
      ? ['string', 'llm'].flatMap((kind) => textsBelow(evaluator[kind], ['evaluators', index, kind]))
      : [],
  );
}

/** What constraints ask for; code is no template. */
export function constraintTexts(tree: Tree): PromptText[] {
  return listOf(tree['constraints']).flatMap((constraint, index) =>
    isTree(constraint)
      ? Object.entries(constraint)
          .filter(([key]) => !['name', 'description', 'on', 'javascript'].includes(key))
          .flatMap(([key, value]) => textsBelow(value, ['constraints', index, key]))
      : [],
  );
}

export interface PlacedPlaceholder extends Placeholder {
  /** Where it stands in the file; of the whole text when the file writes it in another way, e.g. with escapes. */
  readonly span: TextSpan;
  /** Whether the span holds the placeholder letter by letter, so that it can be edited. */
  readonly exact: boolean;
}

/** The placeholders of a text with their places in the file. Offsets `start` and `end` are of the text. */
export function placeholdersAt(document: SpecDocument, { path, text }: PromptText): PlacedPlaceholder[] {
  const found = findPlaceholders(text);
  if (found.length === 0) return [];
  const whole = document.spanOf(path);
  const node = document.nodeAt(path);
  const range = isScalar(node) ? node.range : null;
  if (range === null || range === undefined) return found.map((one) => ({ ...one, span: whole, exact: false }));
  // The first line of a block holds its sign and perhaps a comment, but no text.
  const source = document.text.slice(range[0], range[1]);
  const offset =
    /^[|>]/.test(source) && isScalar(node) && node.type?.startsWith('BLOCK') === true ? source.indexOf('\n') + 1 : 0;
  const written = findPlaceholders(source.slice(offset));
  const same = (a: Placeholder, b: Placeholder | undefined): boolean =>
    a.name === b?.name && a.end - a.start === b.end - b.start;
  if (written.length !== found.length || !found.every((one, index) => same(one, written[index])))
    return found.map((one) => ({ ...one, span: whole, exact: false }));
  return found.map((one, index) => {
    const start = range[0] + offset + (written[index]?.start ?? 0);
    return { ...one, span: { start, end: start + one.end - one.start }, exact: true };
  });
}
