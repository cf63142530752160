import { isTree } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

const SPACES = /\s+/gu;

/** What two rows must share to be one to a model. */
const asRead = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).trim().replace(SPACES, ' ').toLowerCase();

export const duplicateExample: CheckedRule = {
  id: 'duplicate-example',
  group: 'data',
  severity: 'warning',
  title: 'A row is there twice',
  meaning:
    'Two rows of `testData` have the same inputs but for case and spaces. The second one counts for nothing: rows are de-duplicated before they are split, so that none is learnt from and tested on. Where the two expect different replies, one of them is wrong.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - { message: Where is my order?, expected: shipping }\n  - { message: where is my  order?, expected: shipping }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - { message: Where is my order?, expected: shipping }\n  - { message: Where is my refund?, expected: billing }\n',
  hasFix: false,
  check({ document, tree, report }) {
    const rows: readonly unknown[] = Array.isArray(tree['testData']) ? tree['testData'] : [];
    const first = new Map<string, { readonly index: number; readonly expected: string }>();
    for (const [index, row] of rows.entries()) {
      if (!isTree(row)) continue;
      const { expected, ...inputs } = row;
      const names = Object.keys(inputs).sort();
      if (names.length === 0) continue;
      const key = JSON.stringify(names.map((name) => [name, asRead(inputs[name])]));
      const before = first.get(key);
      const said = expected === undefined ? '' : asRead(expected);
      if (before === undefined) {
        first.set(key, { index, expected: said });
        continue;
      }
      const line = document.rangeOf(document.spanOf(['testData', before.index])).start.line + 1;
      const message =
        before.expected === said
          ? `This row is the one of line ${line} again. Remove one.`
          : `This row has the inputs of line ${line} and expects something else. Mend or remove one.`;
      report.at('duplicate-example', 'warning', ['testData', index], message);
    }
  },
};
