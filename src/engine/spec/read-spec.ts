/** From the file's tree to a task spec: whatever is right is read, whatever is wrong is reported, all of it at once. */
import * as z from 'zod';
import type { ConstraintKind, SpecTables } from './descriptors.ts';
import { chatLayout } from './chat-layout.ts';
import { nearestName } from './near-names.ts';
import { createPrompt } from './prompt.ts';
import type { Demonstration, PromptComponent } from './prompt.ts';
import type { Report } from './report.ts';
import { parseSignature } from './signature.ts';
import type { SpecDocument } from './spec-document.ts';
import { allKeys, constraintKeys, githubKeys, ownKeys } from './spec-schema.ts';
import type { SpecKey } from './spec-schema.ts';
import { invert, placeholdersOf } from './template.ts';
import type { ConstraintSpec, EvaluatorSpec, FieldSpec, MetricSpec, ResponseFormat, TaskSpec } from './task-spec.ts';

type Values = { readonly [K in SpecKey]?: z.output<(typeof allKeys)[K]> };

/** Keys real GitHub files carry beside the known ones. */
const FREE_KEYS = ['metadata', 'authors', 'version', 'variables', 'tags', 'provider'];

export const usesOwnKeys = (tree: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(ownKeys).some((key) => Object.hasOwn(tree, key));

/** Reads each key by itself, so that one wrong key hides no other. */
function readValues(document: SpecDocument, tree: Readonly<Record<string, unknown>>, report: Report): Values {
  const values: Record<string, unknown> = {};
  const known = Object.keys(allKeys);
  // In a file with none of GitHub's own meaning a foreign shape of ours is somebody else's key: a warning, and kept.
  const foreign = !known
    .filter((key) => key in ownKeys)
    .some((key) => Object.hasOwn(tree, key) && allKeys[key as SpecKey].safeParse(tree[key]).success);
  for (const [key, value] of Object.entries(tree)) {
    if (!Object.hasOwn(allKeys, key)) {
      const meant = FREE_KEYS.includes(key) ? null : nearestName(key, known);
      if (meant !== null && !Object.hasOwn(tree, meant)) {
        const edits = [{ span: document.keySpanOf([key]), newText: meant }];
        report.atKey(
          'unknown-key',
          'warning',
          [key],
          `"${key}" is not a key of a prompt file. Did you mean "${meant}"?`,
          { title: `Change to "${meant}"`, edits },
        );
      }
      continue;
    }
    const read = allKeys[key as SpecKey].safeParse(value);
    if (read.success) values[key] = read.data;
    else reportIssues(read.error.issues, [key], report, key in ownKeys && foreign ? 'warning' : 'error');
  }
  return values;
}

function reportIssues(
  issues: readonly z.core.$ZodIssue[],
  at: readonly (string | number)[],
  report: Report,
  severity: 'error' | 'warning',
): void {
  for (const issue of issues) {
    const path = [...at, ...issue.path.filter((step) => typeof step !== 'symbol')];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        report.atKey('unknown-key', 'warning', [...path, key], `"${key}" is not known here.`);
    } else {
      report.at('wrong-type', severity, path, `${path.join('.')}: ${issue.message.replace(/^Invalid input: /, '')}.`);
    }
  }
}

function readFields(written: Values['inputs'], fallback: readonly FieldSpec[]): FieldSpec[] {
  if (written === undefined) return [...fallback];
  return Object.entries(written).map(([name, value]) => ({
    name,
    type: value?.type ?? 'string',
    optional: value?.optional ?? false,
    ...(value?.description === undefined ? {} : { description: value.description }),
    ...(value?.enum === undefined ? {} : { enum: value.enum.map(String) }),
    ...(value?.maxLength === undefined ? {} : { maxLength: value.maxLength }),
  }));
}

/** Components by role, numbered from the second of a kind. */
function toComponents(messages: NonNullable<Values['messages']>): PromptComponent[] {
  const counts = new Map<string, number>();
  return messages.map(({ role, content }) => {
    const count = (counts.get(role) ?? 0) + 1;
    counts.set(role, count);
    return { name: count === 1 ? role : `${role}-${count}`, role, content };
  });
}

/**
 * User/assistant pairs right before the last user message whose user part is that message with values filled in are
 * demonstrations; the rest are components.
 */
export function recogniseDemonstrations(messages: NonNullable<Values['messages']>): {
  components: PromptComponent[];
  demonstrations: Demonstration[];
} {
  const last = messages.findLastIndex((message) => message.role === 'user');
  const template = messages[last]?.content ?? '';
  const demonstrations: Demonstration[] = [];
  let first = last;
  while (first >= 2) {
    const [user, assistant] = [messages[first - 2], messages[first - 1]];
    if (user?.role !== 'user' || assistant?.role !== 'assistant') break;
    const inputs = placeholdersOf(user.content).length > 0 ? null : invert(template, user.content);
    if (inputs === null || placeholdersOf(assistant.content).length > 0) break;
    demonstrations.unshift({ inputs, assistant: assistant.content });
    first -= 2;
  }
  return { components: toComponents([...messages.slice(0, first), ...messages.slice(last)]), demonstrations };
}

function readConstraints(
  written: Values['constraints'],
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
      const fix =
        meant === null
          ? undefined
          : { title: `Change to "${meant}"`, edits: [{ span: document.keySpanOf([...path, key]), newText: meant }] };
      report.atKey(
        'unknown-key',
        'error',
        [...path, key],
        `There is no constraint kind "${key}".${meant === null ? '' : ` Did you mean "${meant}"?`}`,
        fix,
      );
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
    const common = z.object(constraintKeys).safeParse(entry);
    const config = kind.schema.safeParse(entry[key]);
    if (!common.success) reportIssues(common.error.issues, path, report, 'error');
    if (!config.success) reportIssues(config.error.issues, [...path, key], report, 'error');
    if (!common.success || !config.success) return [];
    const { name = key, description, on, weight, severity, caseSensitive } = common.data;
    if (names.has(name) && common.data.name !== undefined)
      report.at('duplicate-name', 'error', [...path, 'name'], `Two constraints are named "${name}".`);
    const unique = common.data.name !== undefined || !names.has(name) ? name : `${name} ${index + 1}`;
    names.add(unique);
    const asks = description ?? kind.describe(config.data);
    return [
      {
        name: unique,
        description: asks,
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

function readMetrics(written: Values['metrics'], tables: SpecTables, report: Report): MetricSpec[] {
  if (written === undefined) return [];
  const entries: [name: string, config: unknown, weight: number, path: (string | number)[]][] = Array.isArray(written)
    ? written.flatMap((entry, index) => {
        const path = ['metrics', index];
        if (typeof entry === 'string') return [[entry, {}, 1, path] as [string, unknown, number, (string | number)[]]];
        return Object.entries(entry).map(([name, config]): [string, unknown, number, (string | number)[]] => [
          name,
          config ?? {},
          1,
          path,
        ]);
      })
    : Object.entries(written).map(([name, weight]) => [name, {}, weight, ['metrics', name]]);
  return entries.flatMap(([name, given, weight, path]) => {
    const kind = tables.metrics.find((metric) => metric.key === name);
    if (kind === undefined) {
      const meant = nearestName(
        name,
        tables.metrics.map((metric) => metric.key),
      );
      report.at(
        'unknown-key',
        'error',
        path,
        `There is no metric "${name}".${meant === null ? ` Metrics are ${tables.metrics.map((metric) => metric.key).join(', ')}.` : ` Did you mean "${meant}"?`}`,
      );
      return [];
    }
    const { weight: own = weight, ...config } = (typeof given === 'object' && given !== null ? given : {}) as {
      weight?: number;
    };
    const read = kind.schema.safeParse(config);
    if (!read.success) reportIssues(read.error.issues, path, report, 'error');
    return read.success ? [{ kind: name, weight: own, config: read.data }] : [];
  });
}

function readEvaluators(written: Values['evaluators'], report: Report): EvaluatorSpec[] {
  return (written ?? []).flatMap((entry, index): EvaluatorSpec[] => {
    if (entry.llm !== undefined) return [{ name: entry.name, kind: 'llm', config: entry.llm }];
    if (entry.uses !== undefined) return [{ name: entry.name, kind: 'uses', config: entry.uses }];
    const test = (['equals', 'contains', 'startsWith', 'endsWith'] as const).find(
      (name) => entry.string?.[name] !== undefined,
    );
    const value = test === undefined ? undefined : entry.string?.[test];
    if (test !== undefined && value !== undefined) return [{ name: entry.name, kind: 'string', test, value }];
    report.at('wrong-type', 'error', ['evaluators', index], 'An evaluator has one of `string`, `llm` or `uses`.');
    return [];
  });
}

function readFormat(values: Values, report: Report): ResponseFormat {
  const type = values.responseFormat ?? 'text';
  if (type !== 'json_schema') return { type };
  let schema: unknown = values.jsonSchema;
  if (typeof schema === 'string') {
    try {
      schema = JSON.parse(schema);
    } catch {
      report.at('wrong-type', 'error', ['jsonSchema'], 'jsonSchema is not JSON.');
      return { type: 'json_object' };
    }
  }
  if (typeof schema !== 'object' || schema === null) {
    report.at('wrong-type', 'error', ['responseFormat'], 'json_schema needs `jsonSchema` with `name` and `schema`.');
    return { type: 'json_object' };
  }
  const { name = 'reply', schema: inner = schema } = schema as { name?: string; schema?: unknown };
  return { type, name, schema: inner };
}

/** The spec of a tree. Always gives one: what is wrong is left out and reported. */
export function readSpec(
  document: SpecDocument,
  tree: Readonly<Record<string, unknown>>,
  tables: SpecTables,
  report: Report,
): TaskSpec {
  const values = readValues(document, tree, report);
  const signature = values.signature === undefined ? null : parseSignature(values.signature);
  for (const problem of signature?.problems ?? []) report.at('bad-signature', 'error', ['signature'], problem.message);
  const outputs = readFields(values.outputs, signature?.outputs ?? []);
  if (outputs.length === 0) outputs.push({ name: 'reply', type: 'string', optional: false });
  const responseFormat = readFormat(values, report);
  const layout = values.messages ?? (signature === null ? [] : chatLayout(values.description ?? '', signature));
  if (layout.length === 0 && values.messages === undefined && !Object.hasOwn(tree, 'messages')) {
    report.at('wrong-type', 'error', [], 'A prompt file needs `messages`, or a `signature` to make them from.');
  } else if (layout.length > 0 && !layout.some((message) => message.role === 'user')) {
    report.at('wrong-type', 'warning', ['messages'], 'There is no user message: the model is told nothing of the row.');
  }
  const { components, demonstrations } = recogniseDemonstrations(layout);
  const used = [...new Set(components.flatMap((component) => placeholdersOf(component.content)))];
  const inputs = readFields(
    values.inputs,
    signature?.inputs ?? used.map((name) => ({ name, type: 'string' as const, optional: false })),
  );
  const { temperature = 0, topP, maxTokens, ...extra } = values.modelParameters ?? {};
  const source = (index: number): { file: string; line: number } => ({
    file: 'testData',
    line: document.rangeOf(document.spanOf(['testData', index])).start.line + 1,
  });
  const model = values.models?.target ?? values.model ?? null;
  return {
    name: values.name ?? 'prompt',
    description: values.description ?? '',
    signature: values.signature ?? null,
    inputs,
    outputs,
    prompt: createPrompt(components, demonstrations),
    responseFormat,
    modelParameters: {
      temperature,
      extra,
      ...(topP === undefined ? {} : { topP }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
    },
    constraints: readConstraints(values.constraints, tables, document, report),
    metrics: readMetrics(values.metrics, tables, report),
    evaluators: readEvaluators(values.evaluators, report),
    testData: (values.testData ?? []).map((row, index) => ({ values: row, source: source(index) })),
    data: values.data === undefined ? null : withoutUndefined(values.data),
    models: { target: model, proposer: values.models?.proposer ?? null, judges: values.models?.judges ?? [] },
    optimize: {
      strategy: values.optimize?.strategy ?? 'auto',
      config: values.optimize?.config ?? {},
      budget: withoutUndefined(values.optimize?.budget ?? {}),
      seed: values.optimize?.seed ?? 0,
      frozen: values.optimize?.frozen ?? [],
    },
    business: values.business ?? null,
    github: !usesOwnKeys(tree),
  };
}

/** zod writes absent keys as undefined; our types know only absent. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

export const githubKeyNames: readonly string[] = Object.keys(githubKeys);
