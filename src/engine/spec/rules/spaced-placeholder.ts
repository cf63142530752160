import { nearestName } from '../near-names.ts';
import { constraintTexts, evaluatorTexts, messageTexts, placeholdersAt } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';
import { variablesOf } from '../variables.ts';

export const spacedPlaceholder: CheckedRule = {
  id: 'spaced-placeholder',
  group: 'template',
  severity: 'warning',
  title: 'A placeholder has spaces in its braces',
  meaning:
    'GitHub Models, and so this product, replaces `{{name}}` only: `{{ name }}` goes to the model as it stands. A name that is no variable of the file is taken for text and not reported.',
  bad: 'messages:\n  - { role: user, content: "Message: {{ message }}" }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\n',
  hasFix: true,
  check({ document, tree, report }) {
    const known = variablesOf(tree)?.names ?? null;
    for (const text of [...messageTexts(tree), ...evaluatorTexts(tree), ...constraintTexts(tree)]) {
      for (const { name, spaced, span, exact } of placeholdersAt(document, text)) {
        if (!spaced) continue;
        const allowed = known === null ? null : [...known, 'expected', 'completion'];
        if (allowed !== null && !allowed.includes(name) && nearestName(name, allowed) === null) continue;
        const message = `"${document.text.slice(span.start, span.end).startsWith('{{') && exact ? document.text.slice(span.start, span.end) : `{{ ${name} }}`}" is not replaced: write {{${name}}} without spaces.`;
        const fix = exact ? { title: 'Remove the spaces', edits: [{ span, newText: `{{${name}}}` }] } : undefined;
        report.atSpan('spaced-placeholder', 'warning', span, message, fix);
      }
    }
  },
};
