import type { LintRule } from './lint-rule.ts';

/** Reported while reading. */
export const unknownKey: LintRule = {
  id: 'unknown-key',
  group: 'structure',
  severity: 'warning',
  title: 'A key is not known',
  meaning:
    'A key is nearly spelled like a known one, or stands where only known keys may. At the top of the file any other key is kept and not reported, since real files carry more than the format names. A constraint kind or metric that does not exist is an error.',
  bad: 'mesages:\n  - { role: user, content: "Message: {{message}}" }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\n',
  hasFix: true,
};
