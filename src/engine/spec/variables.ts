/** Which variables a file has, as far as the file alone can tell. */
import { parseSignature } from './signature.ts';
import { isTree } from './prompt-texts.ts';

export interface Variables {
  readonly names: readonly string[];
  /** Whether the file declares them in `inputs` or `signature`. Otherwise they are the columns of `testData`. */
  readonly declared: boolean;
}

/** Null when variables may come from elsewhere: nothing is declared and the rows are in other files, or there are none. */
export function variablesOf(tree: Readonly<Record<string, unknown>>): Variables | null {
  const inputs = isTree(tree['inputs']) ? Object.keys(tree['inputs']) : [];
  const signature = typeof tree['signature'] === 'string' ? parseSignature(tree['signature']) : null;
  // What a broken signature leaves out would be reported as undefined.
  if (signature !== null && signature.problems.length > 0) return null;
  const rows = Array.isArray(tree['testData']) ? tree['testData'].filter(isTree) : [];
  const columns = rows.flatMap((row) => Object.keys(row)).filter((name) => name !== 'expected');
  const extra = tree['variables'];
  const listed = Array.isArray(extra)
    ? extra.flatMap((item: unknown): string[] =>
        typeof item === 'string' ? [item] : isTree(item) && typeof item['name'] === 'string' ? [item['name']] : [],
      )
    : isTree(extra)
      ? Object.keys(extra)
      : [];
  const declared = inputs.length > 0 || signature !== null;
  if (!declared && (columns.length === 0 || tree['data'] !== undefined)) return null;
  const names = [...inputs, ...(signature?.inputs.map(({ name }) => name) ?? []), ...columns, ...listed];
  return { names: [...new Set(names)], declared };
}
