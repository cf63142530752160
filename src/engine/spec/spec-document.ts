/** The YAML of a spec with the place of everything in it. Reading never throws. */
import { LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { plainTree } from './plain-tree.ts';
import { syntaxSentence } from './syntax-sentences.ts';
import type { TextPosition, TextRange, TextSpan } from '../../protocol/diagnostics.ts';

export type Path = readonly (string | number)[];

export interface SyntaxProblem {
  /** The YAML library's code, or ours: `NO_MAP`, `EMPTY`, `NOT_TEXT`, `ALIASES`. */
  readonly code: string;
  /** A sentence: what is wrong and what to do. */
  readonly message: string;
  readonly span: TextSpan;
  /** Whether the file can be used although it was said. */
  readonly harmless: boolean;
}

export interface SpecDocument {
  readonly text: string;
  readonly yaml: Document;
  /** The whole file as plain data; null when it holds no map. */
  readonly tree: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly SyntaxProblem[];
  /** The value at a path as it is written, an alias unresolved; null when the file does not write one there. */
  nodeAt(path: Path): Node | null;
  /** The pair of a key at a path. */
  pairAt(path: Path): Pair | null;
  /** The span of the value at a path; of the nearest one above it that exists. */
  spanOf(path: Path): TextSpan;
  /** The span of the key at a path. */
  keySpanOf(path: Path): TextSpan;
  /** The exact spans of a pair, without what is around it; the value's is null when none is written. */
  pairSpans(pair: Pair): { readonly key: TextSpan; readonly value: TextSpan | null };
  rangeOf(span: TextSpan): TextRange;
}

export function readDocument(text: string): SpecDocument {
  const lineCounter = new LineCounter();
  // A BOM is no part of the YAML, but offsets count it.
  const yaml = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    keepSourceTokens: true,
    uniqueKeys: true,
    merge: true,
    // Warnings are collected; on the console they would be noise.
    logLevel: 'error',
  });
  const problems: SyntaxProblem[] = [];
  for (const error of [...yaml.errors, ...yaml.warnings]) {
    const span = problemSpan(error.code, error.pos, text);
    problems.push({
      code: error.code,
      message: syntaxSentence(error.code, error.message, text.slice(span.start, span.end)),
      span,
      harmless: error.name === 'YAMLWarning',
    });
  }
  const fail = (code: string, message: string, start: number): void => {
    problems.push({ code, message, span: { start, end: Math.min(text.length, start + 1) }, harmless: false });
  };
  const zero = text.indexOf('\u0000');
  if (zero >= 0) fail('NOT_TEXT', 'The file holds a null character, so it is no UTF-8 text. Save it as UTF-8.', zero);
  const { tree, problems: unresolved } = plainTree(yaml, text);
  problems.push(...unresolved.map((problem) => ({ ...problem, code: 'ALIASES', harmless: false })));
  const isMapping = typeof tree === 'object' && tree !== null && !Array.isArray(tree);
  if (!isMapping && !problems.some((problem) => !problem.harmless)) {
    if (tree === null) fail('EMPTY', 'The file is empty. A prompt file has at least `messages`.', 0);
    else {
      const message = 'A prompt file is a map of keys such as `name` and `messages`; this is not one.';
      fail('NO_MAP', message, yaml.contents?.range[0] ?? 0);
    }
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
    nodeAt(path) {
      const found = find(yaml, path);
      return found.whole ? found.value : null;
    },
    pairAt(path) {
      const found = find(yaml, path);
      return found.whole ? found.pair : null;
    },
    spanOf: (path) => nodeSpan(find(yaml, path).value ?? find(yaml, path).key, text),
    keySpanOf(path) {
      const { key, value } = find(yaml, path);
      return nodeSpan(key ?? value, text);
    },
    pairSpans: ({ key, value }) => ({
      key: nodeSpan(key as Node, text),
      value: isNode(value) && value.range ? { start: value.range[0], end: value.range[1] } : null,
    }),
    rangeOf: ({ start, end }) => ({ start: position(start), end: position(end) }),
  };
}

/** At least one character, and the whole of what the problem is about where that is short. */
function problemSpan(code: string, [from, to]: readonly [number, number], text: string): TextSpan {
  const start = Math.min(from, Math.max(0, text.length - 1));
  const whole: Readonly<Record<string, RegExp>> = {
    DUPLICATE_KEY: /^(?:"[^"\n]*"|'[^'\n]*'|[^:\n]+)/,
    MULTIPLE_DOCS: /^---/,
  };
  const length = whole[code]?.exec(text.slice(start, start + 200))?.[0].trimEnd().length;
  return { start, end: Math.min(length === undefined ? Math.max(start + 1, to) : start + length, text.length) };
}

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
  readonly pair: Pair | null;
  /** Whether the whole path was walked. */
  readonly whole: boolean;
}

/** Walks as far as the path goes. */
function find(yaml: Document, path: Path): Found {
  let found: Found = { key: null, value: yaml.contents, pair: null, whole: true };
  for (const step of path) {
    const node = isAlias(found.value) ? (found.value.resolve(yaml) ?? null) : found.value;
    if (isMap(node)) {
      // The last of two equal keys is the one that counts.
      const pair = node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === String(step)) as
        Pair<Node, Node | null> | undefined;
      if (pair === undefined) return { ...found, whole: false };
      found = { key: pair.key, value: pair.value, pair, whole: true };
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | Pair | undefined;
      if (item === undefined || isPair(item)) return { ...found, whole: false };
      found = { key: null, value: item, pair: null, whole: true };
    } else return { ...found, whole: false };
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
