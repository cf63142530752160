/** From a row as written to an example that can be asked and scored. */
import { createHash } from 'node:crypto';
import type { ExpectedValue, RawRow, TaskSpec } from '../spec/task-spec.ts';
import type { Example } from './example.ts';
import type { DataProblem } from './rows.ts';

/** A value as it stands in a prompt: text as it is, anything else as JSON. */
export function printValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

const sorted = (values: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

/** What makes two rows the same question: their inputs. */
export const inputHash = (inputs: Readonly<Record<string, string>>): string => digest(sorted(inputs));

function expectedOf(spec: TaskSpec, values: Readonly<Record<string, unknown>>): ExpectedValue | null {
  const { expected } = values;
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected))
    return expected as Readonly<Record<string, unknown>>;
  if (expected !== undefined && expected !== null) return printValue(expected);
  // Rows of other tools often carry one column an output instead of `expected`.
  const columns = spec.outputs.filter((output) => values[output.name] !== undefined);
  if (columns.length === 0) return null;
  if (spec.outputs.length === 1) return printValue(values[columns[0]?.name ?? '']);
  return Object.fromEntries(columns.map((output) => [output.name, values[output.name]]));
}

/** The example of a row, or what is wrong with it. */
export function toExample(spec: TaskSpec, row: RawRow): Example | DataProblem {
  const outputs = new Set(spec.outputs.map((output) => output.name));
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(row.values)) {
    if (name === 'expected' || (outputs.has(name) && !spec.inputs.some((input) => input.name === name))) continue;
    if (value !== null && value !== undefined) inputs[name] = printValue(value);
  }
  const missing = spec.inputs.find((input) => !input.optional && inputs[input.name] === undefined);
  if (missing !== undefined)
    return { ...row.source, message: `This row has no value for the variable "${missing.name}".` };
  for (const input of spec.inputs) inputs[input.name] ??= '';
  const expected = expectedOf(spec, row.values);
  const expectedKey = typeof expected === 'object' && expected !== null ? sorted(expected) : expected;
  return { id: digest([sorted(inputs), expectedKey]), inputs, expected, source: row.source };
}

export const isProblem = (value: Example | DataProblem): value is DataProblem => 'message' in value;
