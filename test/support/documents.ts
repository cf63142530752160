/** The documents of the project, and what stands in them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface Document {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  /** What stands behind the opening fence, e.g. `yaml`. */
  readonly language: string;
  readonly text: string;
  /** The comment right above it, or empty. */
  readonly mark: string;
}

const markdownIn = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
        .filter((name) => name.endsWith('.md'))
    : [];

/** Every Markdown file of the root and of `docs`. */
export const documents: readonly Document[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...markdownIn('docs'),
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n') }));

export const codeBlocks = (text: string): CodeBlock[] =>
  [...text.matchAll(/(?:<!-- ([^\n]*?) -->\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, mark = '', language = '', body = '']) => ({ mark, language, text: body }),
  );

const withoutBlocks = (text: string): string => text.replace(/^```\w*\n[\s\S]*?^```$/gm, '');

/** Texts in backticks, outside blocks. */
export const codeSpans = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/`` (.+?) ``|`([^`\n]+)`/g)].map(([, double, single]) => double ?? single ?? '');

/** Texts in bold, outside blocks. */
export const boldTexts = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/\*\*([^*\n]+)\*\*/g)].map(([, bold = '']) => bold);

/** Headings as the anchors that links name. */
export const anchors = (text: string): Set<string> =>
  new Set(
    [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );

/** The text of every source file below some folders, for "is this named anywhere". */
export function sourceText(folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|tsx|mjs|cjs)$/.test(name))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
    )
    .join('\n');
}
