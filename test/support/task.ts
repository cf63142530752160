/** Small specs and rows for tests. */
import type { Example } from '../../src/engine/data/example.ts';
import { createPrompt } from '../../src/engine/spec/prompt.ts';
import type { ConstraintSpec, TaskSpec } from '../../src/engine/spec/task-spec.ts';

export const makeSpec = (more: Partial<TaskSpec> = {}): TaskSpec => ({
  name: 'test',
  description: '',
  signature: null,
  inputs: [{ name: 'message', type: 'string', optional: false }],
  outputs: [{ name: 'label', type: 'string', optional: false, enum: ['a', 'b'] }],
  prompt: createPrompt([
    { name: 'system', role: 'system', content: 'Sort it.' },
    { name: 'user', role: 'user', content: '{{message}}' },
  ]),
  responseFormat: { type: 'text' },
  modelParameters: { temperature: 0, extra: {} },
  constraints: [],
  metrics: [],
  evaluators: [],
  testData: [],
  data: null,
  models: { target: null, proposer: null, judges: [] },
  optimize: { strategy: 'auto', config: {}, budget: {}, seed: 7, frozen: [] },
  business: null,
  github: false,
  ...more,
});

export const makeExample = (message: string, expected: Example['expected'] = 'a'): Example => ({
  id: `row-${message}`,
  inputs: { message },
  expected,
  source: { file: 'rows.jsonl', line: 1 },
});

export const makeConstraint = (kind: string, config: unknown, more: Partial<ConstraintSpec> = {}): ConstraintSpec => ({
  name: kind,
  description: kind,
  kind,
  config,
  weight: 1,
  severity: 'should',
  caseSensitive: false,
  ...more,
});
