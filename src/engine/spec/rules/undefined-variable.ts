import type { Fix } from '../../../protocol/diagnostics.ts';
import { nearestName } from '../near-names.ts';
import { constraintTexts, evaluatorTexts, messageTexts, placeholdersAt } from '../prompt-texts.ts';
import type { PlacedPlaceholder, PromptText } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';
import { variablesOf } from '../variables.ts';

/** What judges and text tests may name beside the variables. */
const OF_EVALUATORS = ['expected', 'completion'];

export const undefinedVariable: CheckedRule = {
  id: 'undefined-variable',
  group: 'template',
  severity: 'error',
  title: 'A placeholder names no variable',
  meaning:
    'A `{{name}}` that no input and no row gives a value stays in the prompt as it is, and the model is asked about the placeholder. Variables are what `inputs` or `signature` declare and the columns of `testData`; when neither is there, or the rows are in other files and nothing is declared, nothing is reported. In a file that declares no inputs it is a warning, as in GitHub Models.',
  bad: 'inputs:\n  message: { type: string }\nmessages:\n  - { role: user, content: "Message: {{mesage}}" }\n',
  good: 'inputs:\n  message: { type: string }\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n',
  hasFix: true,
  check({ document, tree, report }) {
    const variables = variablesOf(tree);
    if (variables === null) return;
    const { names, declared } = variables;
    const severity = declared ? 'error' : 'warning';
    const check = (text: PromptText, allowed: readonly string[]): void => {
      for (const placeholder of placeholdersAt(document, text)) {
        const { name, spaced, span } = placeholder;
        if (spaced || allowed.includes(name)) continue;
        const meant = nearestName(name, names);
        const hint =
          name === 'expected'
            ? 'The expected answer is never shown to the model.'
            : meant === null
              ? `Add "${name}" to ${declared ? '`inputs`' : 'the rows of `testData`'}, or take the placeholder out.`
              : `Did you mean "${meant}"?`;
        const fix = meant === null || name === 'expected' ? undefined : renamed(placeholder, meant);
        report.atSpan('undefined-variable', severity, span, `There is no variable "${name}". ${hint}`, fix);
      }
    };
    for (const text of messageTexts(tree)) check(text, names);
    for (const text of evaluatorTexts(tree)) check(text, [...names, ...OF_EVALUATORS]);
    for (const text of constraintTexts(tree)) check(text, names);
  },
};

function renamed({ exact, span }: PlacedPlaceholder, name: string): Fix | undefined {
  return exact ? { title: `Change to {{${name}}}`, edits: [{ span, newText: `{{${name}}}` }] } : undefined;
}
