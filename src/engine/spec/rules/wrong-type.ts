import type { LintRule } from './lint-rule.ts';

/** Reported while reading. */
export const wrongType: LintRule = {
  id: 'wrong-type',
  group: 'structure',
  severity: 'error',
  title: 'A value is not of the kind its key needs',
  meaning:
    'A value is missing, of another type than its key takes, or out of range. A text that starts with `{{` must stand in quotes, or YAML reads a map. In a file that uses none of this product’s keys in their own form, one of them with a foreign shape is somebody else’s: a warning, and kept.',
  bad: 'messages:\n  - role: user\n    content: {{message}}\n',
  good: 'messages:\n  - role: user\n    content: "{{message}}"\n',
  hasFix: true,
};
