import { isTree } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

export const notPortable: CheckedRule = {
  id: 'not-portable',
  group: 'structure',
  severity: 'warning',
  title: 'GitHub Models cannot read this value',
  meaning:
    'The file uses none of this product’s keys, or names `provider: github`, so it is meant for GitHub Models too; there `expected` is a text and `jsonSchema` a string of JSON. This product reads both forms. It is reported once, at the first such row.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - message: Where is my order?\n    expected: { team: shipping }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - message: Where is my order?\n    expected: \'{"team": "shipping"}\'\n',
  hasFix: false,
  check({ tree, spec, report }) {
    if (!spec.github && tree['provider'] !== 'github') return;
    const rows: readonly unknown[] = Array.isArray(tree['testData']) ? tree['testData'] : [];
    const maps = rows.flatMap((row, index) =>
      isTree(row) && typeof row['expected'] === 'object' && row['expected'] !== null ? [index] : [],
    );
    const [first] = maps;
    if (first !== undefined) {
      const more = maps.length > 1 ? ` (${maps.length} rows have one)` : '';
      report.at(
        'not-portable',
        'warning',
        ['testData', first, 'expected'],
        `GitHub Models reads \`expected\` as text, not as a map or list${more}. Write it as a string of JSON to use the file there.`,
      );
    }
    if (isTree(tree['jsonSchema']))
      report.atKey(
        'not-portable',
        'warning',
        ['jsonSchema'],
        'GitHub Models reads `jsonSchema` as a string of JSON. Write it as one to use the file there.',
      );
  },
};
