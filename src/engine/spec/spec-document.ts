/** The YAML of a spec with the place of everything in it. Reading never throws. */
import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { TextPosition, TextRange, TextSpan } from '../../protocol/diagnostics.ts';

export type Path = readonly (string | number)[];

export interface SyntaxProblem {
  readonly message: string;
  readonly span: TextSpan;
}

export interface SpecDocument {
  readonly text: string;
  readonly yaml: Document;
  /** The whole file as plain data; null when it holds no map. */
  readonly tree: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly SyntaxProblem[];
  /** The span of the value at a path; of the nearest one above it that exists. */
  spanOf(path: Path): TextSpan;
  /** The span of the key at a path. */
  keySpanOf(path: Path): TextSpan;
  rangeOf(span: TextSpan): TextRange;
}

/** A file that expands to more aliases than this is refused: it is a bomb, not a prompt. */
const MOST_ALIASES = 100;

export function readDocument(text: string): SpecDocument {
  const lineCounter = new LineCounter();
  // A BOM is no part of the YAML, but offsets count it.
  const yaml = parseDocument(text, { lineCounter, prettyErrors: false, keepSourceTokens: true, uniqueKeys: true });
  const problems: SyntaxProblem[] = [...yaml.errors, ...yaml.warnings].map((error) => ({
    message: sentence(error.message),
    span: { start: error.pos[0], end: Math.max(error.pos[0], error.pos[1]) },
  }));
  let tree: unknown = null;
  try {
    tree = yaml.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
  } catch (error) {
    problems.push({
      message: error instanceof Error ? sentence(error.message) : 'The file cannot be read.',
      span: { start: 0, end: 0 },
    });
  }
  const isMapping = typeof tree === 'object' && tree !== null && !Array.isArray(tree);
  if (!isMapping && problems.length === 0) {
    const message =
      tree === null
        ? 'The file is empty. A prompt file has at least `messages`.'
        : 'A prompt file is a map of keys such as `name` and `messages`.';
    problems.push({ message, span: { start: 0, end: Math.min(text.length, 1) } });
  }
  const position = (offset: number): TextPosition => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) };
  };
  return {
    text,
    yaml,
    tree: isMapping ? (tree as Readonly<Record<string, unknown>>) : null,
    problems,
    spanOf: (path) => nodeSpan(find(yaml, path).value ?? find(yaml, path).key, text),
    keySpanOf(path) {
      const { key, value } = find(yaml, path);
      return nodeSpan(key ?? value, text);
    },
    rangeOf: ({ start, end }) => ({ start: position(start), end: position(end) }),
  };
}

const sentence = (message: string): string => {
  const [first = ''] = message.split('\n');
  return /[.!?]$/.test(first) ? first : `${first}.`;
};

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** Walks as far as the path goes. */
function find(yaml: Document, path: Path): Found {
  let found: Found = { key: null, value: yaml.contents as Node | null };
  for (const step of path) {
    const node = isAlias(found.value) ? (found.value.resolve(yaml) ?? null) : found.value;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step)) as
        Pair<Node, Node | null> | undefined;
      if (pair === undefined) return found;
      found = { key: pair.key, value: pair.value };
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | Pair | undefined;
      if (item === undefined || isPair(item)) return found;
      found = { key: null, value: item };
    } else return found;
  }
  return found;
}

function nodeSpan(node: Node | null, text: string): TextSpan {
  const range = node?.range;
  if (range === null || range === undefined) return { start: 0, end: Math.min(1, text.length) };
  // A block's range runs to the next key; what is marked ends with its last visible character.
  const end = range[0] + text.slice(range[0], range[1]).trimEnd().length;
  return { start: range[0], end: Math.max(end, Math.min(range[0] + 1, text.length)) };
}
