/** The triage example with its careful prompt, and as many different rows as a bench needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Example } from '../../src/engine/data/example.ts';
import { isProblem, toExample } from '../../src/engine/data/examples.ts';
import { readRows } from '../../src/engine/data/rows.ts';
import { constraints } from '../../src/engine/evaluation/constraints/table.ts';
import { metrics } from '../../src/engine/evaluation/metrics/table.ts';
import { optimizers } from '../../src/engine/optimizers/table.ts';
import { createSpecLanguage } from '../../src/engine/spec/spec-language.ts';
import type { TaskSpec } from '../../src/engine/spec/task-spec.ts';

const FOLDER = join(import.meta.dirname, '../../examples/support-triage');

export const language = createSpecLanguage({ constraints, metrics, strategies: optimizers });

/** The spec whose prompt has definitions and demonstrations: about 3 kB a request, as optimized prompts have. */
export function triageSpec(): TaskSpec {
  const path = join(FOLDER, 'reference.prompt.yaml');
  const { spec } = language.read(readFileSync(path, 'utf8'), { path });
  if (spec === null) throw new Error(`${path} is no prompt file.`);
  return spec;
}

/** Rows as they stand in a JSONL file: the example's, over and over, each with its number. */
export function triageRows(count: number, label: string): { message: string; expected: unknown }[] {
  const { rows } = readRows(readFileSync(join(FOLDER, 'data/train.jsonl'), 'utf8'), 'train.jsonl');
  return Array.from({ length: count }, (_, index) => {
    const values = rows[index % rows.length]?.values ?? {};
    return { message: `${String(values['message'])} (${label} ${index})`, expected: values['expected'] };
  });
}

export const triageExamples = (spec: TaskSpec, count: number, label: string): Example[] =>
  triageRows(count, label).flatMap((values, index) => {
    const example = toExample(spec, { values, source: { file: 'rows.jsonl', line: index + 1 } });
    return isProblem(example) ? [] : [example];
  });
