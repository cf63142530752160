import type { FieldSpec } from '../task-spec.ts';
import { isDelimited } from '../delimited.ts';
import { isTree, messageTexts, placeholdersAt } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

/** Longer values are taken for texts somebody wrote; shorter ones may be a language, a name or a tone. */
const SHORT_CHARACTERS = 60;

/** Last words of a variable's name that say it holds what somebody wrote. */
const TEXT_NAMES = new Set(
  'text message messages content contents input body email mail document article comment review question query transcript conversation dialogue chat ticket post feedback paragraph passage context excerpt snippet code log logs page html story essay report complaint letter note notes description history response answer source request'.split(
    ' ',
  ),
);

const lastWord = (name: string): string =>
  name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
    .at(-1) ?? '';

/** Whether a variable holds free text that comes from outside, as far as its declaration, its rows and its name tell. */
function isFreeText(name: string, field: FieldSpec | undefined, rows: readonly unknown[]): boolean {
  if (field !== undefined) {
    if (field.type !== 'string' || field.enum !== undefined) return false;
    if (field.maxLength !== undefined) return field.maxLength > SHORT_CHARACTERS;
  }
  if (TEXT_NAMES.has(lastWord(name))) return true;
  return rows.some((row) => {
    const value = isTree(row) ? row[name] : undefined;
    return typeof value === 'string' && (value.length > SHORT_CHARACTERS || value.trim().includes('\n'));
  });
}

export const undelimitedInput: CheckedRule = {
  id: 'undelimited-input',
  group: 'template',
  severity: 'warning',
  title: 'Text from outside is pasted into instructions',
  meaning:
    'The value of an input stands in the middle of instructions and nothing shows where it begins and ends, so words in it can be taken for orders. Set it apart: tags, quotes or a fence around it, a label such as `Message:` before it on its own line, or blank lines on both sides. Numbers, labels from a list and short values (a language, a name) are not reported.',
  bad: 'messages:\n  - role: user\n    content: Read {{message}} and say which team should take care of it.\n',
  good: 'messages:\n  - role: user\n    content: |-\n      Say which team should take care of this message.\n      <message>{{message}}</message>\n',
  hasFix: true,
  check({ document, tree, spec, report }) {
    const rows: readonly unknown[] = Array.isArray(tree['testData']) ? tree['testData'] : [];
    const texts = messageTexts(tree);
    const last = texts.findLast(({ role }) => role === 'user')?.index;
    for (const text of texts) {
      if (text.role !== 'system' && text.role !== 'user') continue;
      // Demonstrations are filled from the last user message: they would no longer fit it.
      const shownBefore = text.index === last && spec.prompt.demonstrations.length > 0;
      for (const { name, spaced, start, end, span, exact } of placeholdersAt(document, text)) {
        const field = spec.inputs.find((input) => input.name === name);
        if (spaced || isDelimited(text.text, start, end) || !isFreeText(name, field, rows)) continue;
        const fix =
          exact && !shownBefore
            ? {
                title: `Put <${name}> tags around it`,
                edits: [
                  { span: { start: span.start, end: span.start }, newText: `<${name}>` },
                  { span: { start: span.end, end: span.end }, newText: `</${name}>` },
                ],
              }
            : undefined;
        const message = `The text of "${name}" runs into the instructions around it. Set it apart, e.g. <${name}>{{${name}}}</${name}>.`;
        report.atSpan('undelimited-input', 'warning', span, message, fix);
      }
    }
  },
};
