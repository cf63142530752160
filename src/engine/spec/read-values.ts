/** Each key of the file by its own schema, so that one wrong key hides no other. */
import { isMap, isScalar } from 'yaml';
import * as z from 'zod';
import type { Fix, Severity } from '../../protocol/diagnostics.ts';
import { describeIssue, plainIssues, valueAt } from './describe-issue.ts';
import { nearestName } from './near-names.ts';
import type { Report } from './report.ts';
import type { Path, SpecDocument } from './spec-document.ts';
import { allKeys, ownKeys } from './spec-schema.ts';
import type { SpecKey } from './spec-schema.ts';

export type Values = { readonly [K in SpecKey]?: z.output<(typeof allKeys)[K]> };

/** Keys real GitHub files carry beside the known ones. */
const FREE_KEYS = ['metadata', 'authors', 'version', 'variables', 'tags', 'provider', 'date'];

/** Whether a file is ours: it has a key of ours in its own form. Else GitHub's meaning wins. */
export const usesOwnKeys = (tree: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(ownKeys).some(([key, schema]) => Object.hasOwn(tree, key) && schema.safeParse(tree[key]).success);

/** A change of the key at a path; none where the key is not written there (an alias, a merged map). */
export function renameKey(document: SpecDocument, path: Path, name: string): Fix | undefined {
  if (document.pairAt(path) === null) return undefined;
  return { title: `Change to "${name}"`, edits: [{ span: document.keySpanOf(path), newText: name }] };
}

export function readValues(document: SpecDocument, tree: Readonly<Record<string, unknown>>, report: Report): Values {
  const values: Record<string, unknown> = {};
  const known = Object.keys(allKeys);
  // In a file that is not ours, a foreign shape of one of our keys is somebody else's: a warning, and kept.
  const foreign = !usesOwnKeys(tree);
  for (const [key, value] of Object.entries(tree)) {
    if (!Object.hasOwn(allKeys, key)) {
      const meant = FREE_KEYS.includes(key) ? null : nearestName(key, known);
      if (meant !== null && !Object.hasOwn(tree, meant)) {
        const message = `"${key}" is not a key of a prompt file. Did you mean "${meant}"?`;
        report.atKey('unknown-key', 'warning', [key], message, renameKey(document, [key], meant));
      }
      continue;
    }
    const schema = allKeys[key as SpecKey];
    const read = schema.safeParse(value);
    if (read.success) values[key] = read.data;
    else {
      const severity = key in ownKeys && foreign ? 'warning' : 'error';
      reportIssues(read.error.issues, value, [key], { document, report, severity });
    }
    reportNearKeys(schema, value, [key], { document, report });
  }
  return values;
}

interface IssuePlace {
  readonly document: SpecDocument;
  readonly report: Report;
  readonly severity: Severity;
}

/** @param root the value that was checked; @param at its path. */
export function reportIssues(
  issues: readonly z.core.$ZodIssue[],
  root: unknown,
  at: Path,
  { document, report, severity }: IssuePlace,
): void {
  for (const issue of issues.flatMap(plainIssues)) {
    const steps = issue.path.filter((step) => typeof step !== 'symbol');
    const path = [...at, ...steps];
    // Keys that are not known are looked for on their own, with what they may have meant.
    if (issue.code === 'unrecognized_keys') continue;
    const quoted = quoteFix(document, path);
    if (quoted !== null) {
      const message = `A text that starts with {{ must stand in quotes: YAML reads a map here.`;
      report.at('wrong-type', severity, path, message, quoted);
      continue;
    }
    const missing = valueAt(root, steps) === undefined;
    const message = describeIssue(issue, root, at);
    report.at('wrong-type', severity, missing ? path.slice(0, -1) : path, message, meantOption(document, path, issue));
  }
}

/** Quotes around a `{{name}}` that stands alone on its line. */
function quoteFix(document: SpecDocument, path: Path): Fix | null {
  const node = document.nodeAt(path);
  if (!isMap(node) || !node.range) return null;
  const { start } = document.spanOf(path);
  const { text } = document;
  if (!text.startsWith('{{', start)) return null;
  const below = text.indexOf('\n', start);
  const line = text.slice(start, below < 0 ? text.length : below).trimEnd();
  const span = { start, end: start + line.length };
  return { title: 'Put it in quotes', edits: [{ span, newText: `'${line.replaceAll("'", "''")}'` }] };
}

/** The nearest of the allowed values. */
function meantOption(document: SpecDocument, path: Path, issue: z.core.$ZodIssue): Fix | undefined {
  const node = document.nodeAt(path);
  if (issue.code !== 'invalid_value' || !isScalar(node) || typeof node.value !== 'string') return undefined;
  const meant = nearestName(
    node.value,
    issue.values.filter((value) => typeof value === 'string'),
  );
  return meant === null
    ? undefined
    : { title: `Change to "${meant}"`, edits: [{ span: document.spanOf(path), newText: meant }] };
}

/** The schema behind what only says how it may be left out. */
function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return bare(schema.unwrap());
  return schema;
}

/** Keys that a map does not have: all of them where it takes only known ones, else those nearly spelled like one. */
function reportNearKeys(
  schema: unknown,
  value: unknown,
  path: Path,
  to: { readonly document: SpecDocument; readonly report: Report },
): void {
  const plain = bare(schema);
  if (plain instanceof z.ZodArray && Array.isArray(value)) {
    for (const [index, item] of value.entries()) reportNearKeys(plain.element, item, [...path, index], to);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (plain instanceof z.ZodRecord) {
    for (const [key, item] of Object.entries(value)) reportNearKeys(plain.valueType, item, [...path, key], to);
    return;
  }
  if (!(plain instanceof z.ZodObject)) return;
  const shape = plain.shape as Readonly<Record<string, unknown>>;
  const isStrict = plain.def.catchall instanceof z.ZodNever;
  for (const [key, item] of Object.entries(value)) {
    if (Object.hasOwn(shape, key)) {
      reportNearKeys(shape[key], item, [...path, key], to);
      continue;
    }
    const free = Object.keys(shape).filter((name) => !Object.hasOwn(value, name));
    const meant = nearestName(key, free);
    if (meant === null && !isStrict) continue;
    const hint = meant === null ? `Known are ${Object.keys(shape).join(', ')}.` : `Did you mean "${meant}"?`;
    const fix = meant === null ? undefined : renameKey(to.document, [...path, key], meant);
    to.report.atKey('unknown-key', 'warning', [...path, key], `"${key}" is not known here. ${hint}`, fix);
  }
}
