import { nearestName } from '../near-names.ts';
import { isTree } from '../prompt-texts.ts';
import type { FieldSpec } from '../task-spec.ts';
import type { CheckedRule } from './rule.ts';

export const expectedNotInEnum: CheckedRule = {
  id: 'expected-not-in-enum',
  group: 'data',
  severity: 'error',
  title: 'A row expects a label there is not',
  meaning:
    'An output names its allowed values in `enum`, and a row of `testData` expects another one. No right reply can then be right for this row. Mend the row, or add the value to the list.',
  bad: 'outputs:\n  team: { type: string, enum: [billing, shipping] }\nmessages:\n  - { role: user, content: "Answer with billing or shipping. Message: {{message}}" }\ntestData:\n  - { message: Where is my order?, expected: shiping }\n',
  good: 'outputs:\n  team: { type: string, enum: [billing, shipping] }\nmessages:\n  - { role: user, content: "Answer with billing or shipping. Message: {{message}}" }\ntestData:\n  - { message: Where is my order?, expected: Shipping }\n',
  hasFix: true,
  check({ document, tree, spec, report }) {
    const rows: readonly unknown[] = Array.isArray(tree['testData']) ? tree['testData'] : [];
    const look = (value: unknown, { name, enum: labels }: FieldSpec, path: readonly (string | number)[]): void => {
      if (labels === undefined || (typeof value !== 'string' && typeof value !== 'number')) return;
      const said = String(value).trim();
      // Labels are compared without case when replies are scored.
      if (labels.some((label) => label.toLowerCase() === said.toLowerCase())) return;
      const meant = nearestName(said, labels);
      const span = document.spanOf(path);
      const fix = meant === null ? undefined : { title: `Change to "${meant}"`, edits: [{ span, newText: meant }] };
      const hint = meant === null ? `Allowed are ${labels.join(', ')}.` : `Did you mean "${meant}"?`;
      report.atSpan('expected-not-in-enum', 'error', span, `"${said}" is no value of "${name}". ${hint}`, fix);
    };
    for (const [index, row] of rows.entries()) {
      if (!isTree(row)) continue;
      const { expected } = row;
      const [only, ...others] = spec.outputs;
      if (isTree(expected)) {
        for (const field of spec.outputs)
          look(expected[field.name], field, ['testData', index, 'expected', field.name]);
      } else if (only !== undefined && others.length === 0) look(expected, only, ['testData', index, 'expected']);
    }
  },
};
