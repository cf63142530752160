/** What each key of a prompt file may hold: the one source of validation, of the JSON Schema and of the docs. */
import * as z from 'zod';
import { LARGEST_LIMITS } from '../../protocol/largest-limits.ts';
import type { SpecTables } from './descriptors.ts';

const text = z.string();
const fieldType = z.enum(['string', 'number', 'integer', 'boolean', 'array', 'object']);

const field = z
  .strictObject({
    type: fieldType.optional().describe('What kind of value it is; string when absent.'),
    description: text.optional().describe('What it is, in words a model can use.'),
    enum: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe('The allowed values, e.g. the labels.'),
    maxLength: z.int().positive().optional().describe('Longest text in characters.'),
    optional: z.boolean().optional().describe('Whether it may be missing.'),
  })
  .nullable();

const weight = z.number().min(0);

const limits = z.strictObject({
  usd: z.number().min(0).max(LARGEST_LIMITS.usd).optional().describe('USD at most.'),
  calls: z.int().min(0).max(LARGEST_LIMITS.calls).optional().describe('Calls at most, search and verdict together.'),
  tokens: z.int().min(0).max(LARGEST_LIMITS.tokens).optional().describe('Tokens at most, input and output together.'),
  minutes: z.number().min(0).max(LARGEST_LIMITS.minutes).optional().describe('Minutes at most.'),
});

const message = z.object({
  role: z.enum(['system', 'user', 'assistant']).describe('Who speaks.'),
  content: text.describe('The text; {{name}} is replaced by the row’s value.'),
});

const evaluator = z.object({
  name: text.describe('Shown in results.'),
  string: z
    .object({
      equals: text.optional(),
      contains: text.optional(),
      startsWith: text.optional(),
      endsWith: text.optional(),
    })
    .optional()
    .describe('A text test; the first of equals, contains, startsWith, endsWith counts.'),
  llm: z.record(z.string(), z.unknown()).optional().describe('A judge with choices.'),
  uses: text.optional().describe('A built-in judge, e.g. github/similarity.'),
});

const split = z.strictObject({
  train: z.number().min(0).max(1).default(0.4).describe('Share of the rows to learn from.'),
  validation: z.number().min(0).max(1).default(0.4).describe('Share of the rows to choose by.'),
  test: z.number().min(0).max(1).default(0.2).describe('Share of the rows to prove the gain on.'),
  seed: z.int().default(0).describe('Another seed divides the rows in another way.'),
});

const data = z.strictObject({
  train: text.optional().describe('File of training rows.'),
  validation: text.optional().describe('File of validation rows.'),
  test: text.optional().describe('File of test rows, seen by no optimizer.'),
  file: text.optional().describe('One file to be split.'),
  split: split.optional().describe('Shares of one file, and the seed that ranks its rows.'),
});

const models = z.strictObject({
  target: text.optional().describe('The model the prompt is for; `model` when absent.'),
  proposer: text.optional().describe('The model that writes better prompts; the target when absent.'),
  judges: z.array(text).default([]).describe('Models that judge.'),
});

const optimize = z.object({
  strategy: text.default('auto').describe('Which optimizer.'),
  config: z.record(z.string(), z.unknown()).default({}).describe('Options of the strategy under its own names.'),
  budget: limits.default({}).describe('Hard limits.'),
  seed: z.int().default(0).describe('The same seed gives the same run.'),
  frozen: z.array(text).default([]).describe('Text that every candidate keeps, word for word.'),
});

const constraintEntry = z.record(z.string(), z.unknown());

/** Keys of a constraint beside its kind. */
export const constraintKeys = {
  name: text.optional().describe('Shown in results; the kind when absent.'),
  description: text
    .optional()
    .describe('What it asks for, in words a model can follow; made from the kind when absent.'),
  weight: weight.default(1).describe('Weight among the constraints, from 0 up.'),
  severity: z
    .enum(['must', 'should'])
    .default('should')
    .describe('`must`: a row that breaks it scores 0. `should`: it costs its weight.'),
  on: text.optional().describe('The output it looks at; the whole reply when absent.'),
  caseSensitive: z.boolean().default(false).describe('Whether capital and small letters differ.'),
};

/** The same as one schema. */
export const commonConstraint = z.object(constraintKeys);

/** Top-level keys GitHub Models knows, and ours. */
export const githubKeys = {
  name: text.describe('The name of the prompt.'),
  description: text.describe('What it is for.'),
  model: text.describe('The model, publisher/name.'),
  modelParameters: z
    .looseObject({
      temperature: z.number().min(0).max(2).optional().describe('0 when absent.'),
      topP: z.number().min(0).max(1).optional().describe('Sent only when given.'),
      maxTokens: z
        .int()
        .positive()
        .optional()
        .describe('The most a reply may use; worked out from the expected answers when absent.'),
    })
    .describe('Sampling parameters.'),
  responseFormat: z.enum(['text', 'json_object', 'json_schema']).describe('What form replies have.'),
  jsonSchema: z.union([text, z.record(z.string(), z.unknown())]).describe('JSON Schema of the reply, as text or map.'),
  messages: z.array(message).describe('The prompt.'),
  testData: z.array(z.record(z.string(), z.unknown())).describe('Rows; each key is a variable, `expected` the answer.'),
  evaluators: z.array(evaluator).describe('Tests of GitHub Models.'),
};

export const ownKeys = {
  signature: text.describe('Inputs -> outputs in DSPy’s notation.'),
  inputs: z.record(z.string(), field).describe('The variables.'),
  outputs: z.record(z.string(), field).describe('What a reply holds.'),
  constraints: z.array(constraintEntry).describe('What every reply must or should keep.'),
  metrics: z
    .union([z.array(z.union([text, z.record(z.string(), z.unknown())])), z.record(z.string(), weight)])
    .describe('How a row is scored.'),
  data: data.describe('Where rows come from.'),
  models: models.describe('Who plays which role.'),
  optimize: optimize.describe('How to optimize.'),
  business: z.record(z.string(), z.unknown()).describe('Figures for the return-on-investment report.'),
};

export const allKeys = { ...githubKeys, ...ownKeys };
export type SpecKey = keyof typeof allKeys;

/** What a schema takes, as a JSON Schema (draft-7). */
export const jsonSchemaOf = (schema: z.ZodType): object =>
  z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });

/** The JSON Schema of prompt files (draft-7), with the constraint kinds, metrics and strategies of the tables. */
export function specJsonSchema(tables: SpecTables): unknown {
  const kinds = Object.fromEntries(
    tables.constraints.map((kind) => [
      kind.key,
      kind.schema.optional().describe(`${kind.summary} Example: ${kind.example}`),
    ]),
  );
  const names = tables.metrics.map((metric) => metric.key) as [string, ...string[]];
  const strategies = tables.strategies.map((strategy) => strategy.name) as [string, ...string[]];
  const schema = z.looseObject({
    ...Object.fromEntries(Object.entries(allKeys).map(([key, value]) => [key, value.optional()])),
    constraints: z.array(z.strictObject({ ...constraintKeys, ...kinds })).optional(),
    metrics: z
      .union([z.array(z.union([z.enum(names), z.record(z.string(), z.unknown())])), z.record(z.string(), weight)])
      .optional(),
    optimize: optimize.extend({ strategy: z.enum(strategies).default('auto') }).optional(),
  });
  return {
    title: 'Prompt Optimizer task',
    ...jsonSchemaOf(schema),
  };
}
