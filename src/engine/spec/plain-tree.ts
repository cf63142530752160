/** The plain data of a YAML document, aliases and merge keys followed, and what stands in the way of it. */
import { Scalar, isAlias, isMap, isScalar, visit } from 'yaml';
import type { Alias, Document, Node } from 'yaml';
import type { TextSpan } from '../../protocol/diagnostics.ts';

/** A file whose aliases expand to more than this is refused: it is a bomb, not a prompt. */
const MOST_ALIASES = 100;

export interface TreeProblem {
  readonly message: string;
  readonly span: TextSpan;
}

const spanOf = (node: Node): TextSpan => ({ start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 });

/**
 * Takes out what cannot be resolved, so that the rest can be read: aliases without an anchor become null, merge keys
 * that name no map go.
 */
function mend(yaml: Document): TreeProblem[] {
  const problems: TreeProblem[] = [];
  const resolved = (value: unknown): unknown => (isAlias(value) ? value.resolve(yaml) : value);
  const isMergeSource = (value: unknown): boolean => {
    const source = resolved(value);
    if (isMap(source)) return true;
    const items: unknown = typeof source === 'object' && source !== null && 'items' in source ? source.items : null;
    return Array.isArray(items) && items.every((item) => isMap(resolved(item)));
  };
  visit(yaml, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.source !== '<<' || isMergeSource(value)) return undefined;
      problems.push({ message: 'A merge key (<<) takes a map, or an alias of one.', span: spanOf(key) });
      return visit.REMOVE;
    },
    Alias(_, alias: Alias) {
      if (alias.resolve(yaml) !== undefined) return undefined;
      const name = alias.source;
      const message = `The alias *${name} has no anchor: write &${name} before the value it repeats, or put the text in quotes.`;
      problems.push({ message, span: spanOf(alias) });
      const empty = new Scalar(null);
      empty.range = alias.range ?? null;
      return empty;
    },
  });
  return problems;
}

/** Never throws. The tree is undefined when it cannot be had at all. */
export function plainTree(yaml: Document, text: string): { readonly tree: unknown; readonly problems: TreeProblem[] } {
  const read = (): unknown => yaml.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
  let problems: TreeProblem[] = [];
  try {
    return { tree: read(), problems };
  } catch {
    problems = mend(yaml);
  }
  try {
    return { tree: read(), problems };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    const message = reason.includes('alias count')
      ? `The aliases of this file expand to too much (more than ${MOST_ALIASES} times). Write the values out.`
      : `The file cannot be read: ${reason}.`;
    const start = Math.max(0, text.search(/\*\w/));
    return {
      tree: undefined,
      problems: [...problems, { message, span: { start, end: Math.min(text.length, start + 1) } }],
    };
  }
}
