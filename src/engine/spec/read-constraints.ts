/** Constraints by the table of their kinds: the kind is the one key found in it. */
import type { ConstraintKind, SpecTables } from './descriptors.ts';
import { nearestName } from './near-names.ts';
import { renameKey, reportIssues } from './read-values.ts';
import type { Values } from './read-values.ts';
import type { Report } from './report.ts';
import type { SpecDocument } from './spec-document.ts';
import { commonConstraint, constraintKeys } from './spec-schema.ts';
import type { ConstraintSpec } from './task-spec.ts';

export function readConstraints(
  written: Values['constraints'],
  outputs: readonly string[],
  tables: SpecTables,
  document: SpecDocument,
  report: Report,
): ConstraintSpec[] {
  const kinds = new Map(tables.constraints.map((kind) => [kind.key, kind]));
  const names = new Set<string>();
  return (written ?? []).flatMap((entry, index): ConstraintSpec[] => {
    const path = ['constraints', index];
    const keys = Object.keys(entry).filter((key) => !Object.hasOwn(constraintKeys, key));
    const found = keys.filter((key) => kinds.has(key));
    for (const key of keys.filter((other) => !kinds.has(other))) {
      const meant = nearestName(key, [...kinds.keys(), ...Object.keys(constraintKeys)]);
      const hint =
        meant === null ? 'Kinds are e.g. maxWords, contains, format, regex, jsonSchema.' : `Did you mean "${meant}"?`;
      const fix = meant === null ? undefined : renameKey(document, [...path, key], meant);
      report.atKey('unknown-key', 'error', [...path, key], `There is no constraint kind "${key}". ${hint}`, fix);
    }
    const [key] = found;
    const kind: ConstraintKind | undefined = kinds.get(key ?? '');
    if (kind === undefined || key === undefined) {
      if (keys.length === 0)
        report.at('wrong-type', 'error', path, 'This constraint names no kind, e.g. `maxWords: 50`.');
      return [];
    }
    if (found.length > 1)
      report.at('wrong-type', 'error', path, `A constraint has one kind; this names ${found.join(' and ')}.`);
    const common = commonConstraint.safeParse(entry);
    const config = kind.schema.safeParse(entry[key]);
    const place = { document, report, severity: 'error' } as const;
    if (!common.success) reportIssues(common.error.issues, entry, path, place);
    if (!config.success) reportIssues(config.error.issues, entry[key], [...path, key], place);
    if (!common.success || !config.success) return [];
    const { name = key, description, on, weight, severity, caseSensitive } = common.data;
    if (names.has(name) && common.data.name !== undefined)
      report.at('duplicate-name', 'error', [...path, 'name'], `Two constraints are named "${name}". Rename one.`);
    const unique = common.data.name !== undefined || !names.has(name) ? name : `${name} ${index + 1}`;
    names.add(unique);
    if (on !== undefined && !outputs.includes(on)) {
      const meant = nearestName(on, outputs);
      const hint = meant === null ? `Outputs are ${outputs.join(', ')}.` : `Did you mean "${meant}"?`;
      report.at('wrong-type', 'error', [...path, 'on'], `There is no output "${on}". ${hint}`);
    }
    return [
      {
        name: unique,
        description: description ?? kind.describe(config.data),
        kind: key,
        config: config.data,
        weight,
        severity,
        caseSensitive,
        span: document.spanOf(path),
        ...(on === undefined ? {} : { on }),
      },
    ];
  });
}
