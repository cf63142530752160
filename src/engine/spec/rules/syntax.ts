import type { Report } from '../report.ts';
import type { SpecDocument } from '../spec-document.ts';
import type { LintRule } from './lint-rule.ts';

export const syntax: LintRule = {
  id: 'syntax',
  group: 'structure',
  severity: 'error',
  title: 'The file is not valid YAML',
  meaning:
    'The text cannot be read as YAML, or is no map of keys. What could be read of it is checked all the same, so other reports may stand beside this one. It can be turned off in the settings, but a file with such an error never runs.',
  bad: 'name: triage\nmessages: [ {role: user, content: "Sort this: {{message}} } ]\n',
  good: 'name: triage\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n',
  hasFix: false,
};

/** Duplicate keys are a rule of their own. */
export function reportSyntax(document: SpecDocument, report: Report): void {
  for (const { code, message, span, harmless } of document.problems) {
    const rule = code === 'DUPLICATE_KEY' ? 'duplicate-name' : syntax.id;
    report.atSpan(rule, harmless ? 'warning' : 'error', span, message);
  }
}
