import type { LintRule } from './lint-rule.ts';

/** Reported where disable comments are read. */
export const unknownRule: LintRule = {
  id: 'unknown-rule',
  group: 'structure',
  severity: 'warning',
  title: 'A comment disables a rule that does not exist',
  meaning:
    '`# promptopt-disable-next-line` is followed by rule ids, separated by commas, and perhaps ` -- ` and a reason. An id that no rule has disables nothing.',
  bad: '# promptopt-disable-next-line unused-inputs\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n',
  good: '# promptopt-disable-next-line unused-input -- filled by the next version\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n',
  hasFix: true,
};
