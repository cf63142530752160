import { isTree } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

/** With fewer rows a share says nothing. */
const FEWEST_ROWS = 20;
/** A prompt that always answers the commonest label would score this. */
const LARGEST_SHARE = 0.8;

export const labelImbalance: CheckedRule = {
  id: 'label-imbalance',
  group: 'data',
  severity: 'warning',
  title: 'Nearly every row expects the same label',
  meaning:
    'Of 20 rows or more in `testData`, over 80 % expect one label, or a label of the list is expected by none. A prompt that always gives the common label then looks good, and nothing is learnt or proven of the others. Add rows of the rare labels.',
  bad: `outputs:\n  spam: { type: string, enum: [yes, no] }\nmessages:\n  - { role: user, content: "Is this spam? Answer yes or no. Message: {{message}}" }\ntestData:\n${Array.from({ length: 20 }, (_, row) => `  - { message: Offer ${row}, expected: 'no' }\n`).join('')}`,
  good: `outputs:\n  spam: { type: string, enum: [yes, no] }\nmessages:\n  - { role: user, content: "Is this spam? Answer yes or no. Message: {{message}}" }\ntestData:\n${Array.from({ length: 20 }, (_, row) => `  - { message: Offer ${row}, expected: '${row % 3 === 0 ? 'yes' : 'no'}' }\n`).join('')}`,
  hasFix: false,
  check({ tree, spec, report }) {
    const rows: readonly unknown[] = Array.isArray(tree['testData']) ? tree['testData'] : [];
    // Rows in other files are as many again: what these here lack may be there.
    if (spec.data !== null || rows.length < FEWEST_ROWS) return;
    for (const { name, enum: labels } of spec.outputs) {
      if (labels === undefined || labels.length < 2) continue;
      const said = rows.flatMap((row) => {
        const expected = isTree(row) ? row['expected'] : undefined;
        const value = isTree(expected) ? expected[name] : spec.outputs.length === 1 ? expected : undefined;
        return typeof value === 'string' || typeof value === 'number' ? [String(value).trim().toLowerCase()] : [];
      });
      if (said.length < FEWEST_ROWS) continue;
      const count = (label: string): number => said.filter((value) => value === label.toLowerCase()).length;
      const missing = labels.filter((label) => count(label) === 0);
      const common = labels.find((label) => count(label) > said.length * LARGEST_SHARE);
      const problem =
        common !== undefined
          ? `${count(common)} of ${said.length} rows expect "${common}": always answering that scores ${Math.round((100 * count(common)) / said.length)} %.`
          : missing.length > 0
            ? `No row expects ${missing.map((label) => `"${label}"`).join(', ')}.`
            : null;
      if (problem !== null)
        report.atKey(
          'label-imbalance',
          'warning',
          ['testData'],
          `${problem} Add rows of the rare labels of "${name}".`,
        );
    }
  },
};
