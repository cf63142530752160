/** From the file's tree to a task spec: whatever is right is read, whatever is wrong is reported, all of it at once. */
import { chatLayout } from './chat-layout.ts';
import type { SpecTables } from './descriptors.ts';
import { nearestName } from './near-names.ts';
import { createPrompt } from './prompt.ts';
import { readConstraints } from './read-constraints.ts';
import { readEvaluators, readMetrics } from './read-scoring.ts';
import { readValues, reportIssues, usesOwnKeys } from './read-values.ts';
import type { Values } from './read-values.ts';
import { recogniseDemonstrations } from './recognise-demonstrations.ts';
import type { Report } from './report.ts';
import { scalarText } from './scalar-text.ts';
import { parseSignature } from './signature.ts';
import type { Signature, SignatureProblem } from './signature.ts';
import type { SpecDocument } from './spec-document.ts';
import { placeholdersOf } from './template.ts';
import type { FieldSpec, OptimizeSpec, ResponseFormat, TaskSpec } from './task-spec.ts';
import { variablesOf } from './variables.ts';

/** Fields of the signature with what the map says of them, then those only the map has. */
function readFields(written: Values['inputs'], signature: readonly FieldSpec[]): FieldSpec[] {
  const names = new Set([...signature.map((field) => field.name), ...Object.keys(written ?? {})]);
  return [...names].map((name) => {
    const base = signature.find((field) => field.name === name);
    const value = written !== undefined && Object.hasOwn(written, name) ? written[name] : undefined;
    return {
      ...base,
      name,
      type: value?.type ?? base?.type ?? 'string',
      optional: value?.optional ?? base?.optional ?? false,
      ...(value?.description === undefined ? {} : { description: value.description }),
      ...(value?.enum === undefined ? {} : { enum: value.enum.map(String) }),
      ...(value?.maxLength === undefined ? {} : { maxLength: value.maxLength }),
    };
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

function reportSignature(problems: readonly SignatureProblem[], document: SpecDocument, report: Report): void {
  const written = scalarText(document, ['signature']);
  for (const { message, offset, length } of problems) {
    const start = (written?.start ?? 0) + offset;
    const span = written === null ? document.spanOf(['signature']) : { start, end: start + Math.max(1, length) };
    report.atSpan('bad-signature', 'error', span, message);
  }
}

function readOptimize(values: Values, tables: SpecTables, document: SpecDocument, report: Report): OptimizeSpec {
  const { strategy = 'auto', config = {}, budget = {}, seed = 0, frozen = [] } = values.optimize ?? {};
  const kind = tables.strategies.find(({ name }) => name === strategy);
  if (kind === undefined) {
    const names = tables.strategies.map(({ name }) => name);
    const meant = nearestName(strategy, names);
    const hint = meant === null ? `Strategies are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
    const span = document.spanOf(['optimize', 'strategy']);
    const fix = meant === null ? undefined : { title: `Change to "${meant}"`, edits: [{ span, newText: meant }] };
    report.atSpan('wrong-type', 'error', span, `There is no strategy "${strategy}". ${hint}`, fix);
  } else {
    const read = kind.configSchema.safeParse(config);
    const path = ['optimize', 'config'];
    if (!read.success) reportIssues(read.error.issues, config, path, { document, report, severity: 'error' });
  }
  return { strategy, config, budget: withoutUndefined(budget), seed, frozen };
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
  reportSignature(signature?.problems ?? [], document, report);
  const outputs = readFields(values.outputs, signature?.outputs ?? []);
  if (outputs.length === 0) outputs.push({ name: 'reply', type: 'string', optional: false });
  const declared = readFields(values.inputs, signature?.inputs ?? []);
  const responseFormat = readFormat(values, report);
  const shape: Signature | null = signature === null ? null : { inputs: declared, outputs, problems: [] };
  const layout = values.messages ?? (shape === null ? [] : chatLayout(values.description ?? '', shape));
  const isBroken = document.problems.some((problem) => !problem.harmless);
  if (values.messages?.length === 0) {
    report.at('wrong-type', 'error', ['messages'], 'There are no messages: a prompt has at least a user message.');
  } else if (layout.length === 0 && signature === null && !Object.hasOwn(tree, 'messages')) {
    // In a file that breaks off, what is missing may stand behind the break.
    if (!isBroken)
      report.at('wrong-type', 'error', [], 'A prompt file needs `messages`, or a `signature` to make them from.');
  } else if (layout.length > 0 && !layout.some((message) => message.role === 'user')) {
    report.at('wrong-type', 'warning', ['messages'], 'There is no user message: the model is told nothing of the row.');
  }
  const { components, demonstrations } = recogniseDemonstrations(layout, variablesOf(tree)?.names ?? null);
  const used = [...new Set(components.flatMap((component) => placeholdersOf(component.content)))];
  const inputs =
    declared.length > 0 || signature !== null
      ? declared
      : used.map((name) => ({ name, type: 'string' as const, optional: false }));
  const { temperature = 0, topP, maxTokens, ...extra } = values.modelParameters ?? {};
  const source = (index: number): { file: string; line: number } => ({
    file: 'testData',
    line: document.rangeOf(document.spanOf(['testData', index])).start.line + 1,
  });
  const model = values.models?.target ?? modelOf(values.model, tree);
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
    constraints: readConstraints(
      values.constraints,
      outputs.map(({ name }) => name),
      tables,
      document,
      report,
    ),
    metrics: readMetrics(values.metrics, tables, document, report),
    evaluators: readEvaluators(values.evaluators, report),
    testData: (values.testData ?? []).map((row, index) => ({ values: row, source: source(index) })),
    data: values.data === undefined ? null : withoutUndefined(values.data),
    models: { target: model, proposer: values.models?.proposer ?? null, judges: values.models?.judges ?? [] },
    optimize: readOptimize(values, tables, document, report),
    business: values.business ?? null,
    github: !usesOwnKeys(tree),
  };
}

/** A file that names GitHub as its provider means GitHub's endpoint, whoever published the model. */
function modelOf(model: string | undefined, tree: Readonly<Record<string, unknown>>): string | null {
  if (model === undefined) return null;
  return tree['provider'] === 'github' && !model.startsWith('github/') ? `github/${model}` : model;
}

/** zod writes absent keys as undefined; our types know only absent. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
