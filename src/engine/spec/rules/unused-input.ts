import { isMap } from 'yaml';
import type { Fix, TextSpan } from '../../../protocol/diagnostics.ts';
import { parseSignature } from '../signature.ts';
import type { SpecDocument } from '../spec-document.ts';
import { findPlaceholders } from '../template.ts';
import { constraintTexts, evaluatorTexts, isTree, messageTexts } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';
import { scalarText } from '../scalar-text.ts';

export const unusedInput: CheckedRule = {
  id: 'unused-input',
  group: 'template',
  severity: 'warning',
  title: 'An input is used nowhere',
  meaning:
    'The file declares an input in `inputs` or `signature`, but no message, evaluator or constraint names it, so the model never sees its value. Put `{{name}}` into a message or take the input out. Columns of `testData` that are not declared are not reported: rows may carry more than a prompt needs.',
  bad: 'inputs:\n  message: { type: string }\n  order_id: { type: string }\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n',
  good: 'inputs:\n  message: { type: string }\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n',
  hasFix: true,
  check({ document, tree, spec, report }) {
    const messages = messageTexts(tree);
    // Without messages they are made from the inputs; and a message that cannot be read may use any of them.
    if (!Array.isArray(tree['messages']) || messages.length < tree['messages'].length) return;
    const used = new Set(
      [...messages, ...evaluatorTexts(tree), ...constraintTexts(tree)].flatMap(({ text }) =>
        findPlaceholders(text).map(({ name }) => name),
      ),
    );
    const code = Array.isArray(tree['constraints'])
      ? tree['constraints']
          .map((entry: unknown) =>
            isTree(entry) && typeof entry['javascript'] === 'string' ? entry['javascript'] : '',
          )
          .join('\n')
      : '';
    const declared = isTree(tree['inputs']) ? Object.keys(tree['inputs']) : [];
    const signature = spec.signature === null ? [] : parseSignature(spec.signature).inputs;
    const isUsed = (name: string): boolean => used.has(name) || code.includes(name);
    const say = (name: string): string =>
      `The input "${name}" is used nowhere. Put {{${name}}} into a message, or take the input out.`;
    for (const name of declared.filter((input) => !isUsed(input))) {
      const fix = declared.length > 1 ? removal(document, ['inputs', name], name) : undefined;
      report.atKey('unused-input', 'warning', ['inputs', name], say(name), fix);
    }
    for (const { name } of signature) {
      if (isUsed(name) || declared.includes(name)) continue;
      report.atSpan('unused-input', 'warning', inSignature(document, name), say(name));
    }
  },
};

/** Takes whole lines out; a map on one line is left to the writer. */
function removal(document: SpecDocument, path: readonly string[], name: string): Fix | undefined {
  const map = document.nodeAt(path.slice(0, -1));
  const pair = document.pairAt(path);
  if (!isMap(map) || map.flow === true || pair === null) return undefined;
  const { text } = document;
  const { key } = document.pairSpans(pair);
  const { end } = document.spanOf(path);
  const start = text.lastIndexOf('\n', key.start - 1) + 1;
  const below = text.indexOf('\n', Math.max(key.end, end));
  if (text.slice(start, key.start).trim() !== '') return undefined;
  return {
    title: `Remove the input "${name}"`,
    edits: [{ span: { start, end: below < 0 ? text.length : below + 1 }, newText: '' }],
  };
}

function inSignature(document: SpecDocument, name: string): TextSpan {
  const written = scalarText(document, ['signature']);
  const at = written === null ? -1 : written.text.search(new RegExp(`\\b${name}\\b`));
  return written === null || at < 0
    ? document.spanOf(['signature'])
    : { start: written.start + at, end: written.start + at + name.length };
}
