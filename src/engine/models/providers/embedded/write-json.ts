/** Writes an extraction: the stated fields, filled from the text, in the form that was asked for. */
import type { Chance } from './chance.ts';
import type { Conversation } from './conversation.ts';
import { fillField } from './fill-field.ts';
import { parseObject } from './instruction-fields.ts';
import type { FieldBrief } from './instruction-fields.ts';
import { byLikeness } from './similarity.ts';
import { topicStems } from './words.ts';

/** Values by field, in the order of the fields. */
export function extract(
  conversation: Conversation,
  fields: readonly FieldBrief[],
  temperature: number,
  chance: Chance,
): Record<string, unknown> {
  const { question, demonstrations } = conversation;
  const shown = demonstrations.flatMap((demonstration) => {
    const values = parseObject(demonstration.answer) ?? shownSections(demonstration.answer);
    return values === null ? [] : [{ text: demonstration.text, values }];
  });
  const things = new Set(fields.flatMap((field) => field.choices.flatMap(topicStems)));
  for (const { values } of shown)
    for (const value of Object.values(values))
      if (typeof value === 'string' && !/\d/.test(value)) topicStems(value).forEach((each) => things.add(each));
  return Object.fromEntries(
    fields.map((field) => {
      const known = shown.flatMap(({ text, values }) =>
        field.name in values ? [{ text, value: values[field.name] }] : [],
      );
      const fill = (text: string, parts: Readonly<Record<string, string>>, heat: number): unknown =>
        fillField(field, { text, parts, shown: known, things, temperature: heat, chance });
      const copied = copiedValue(question.text, known, (text) => fill(text, {}, 0));
      return [field.name, copied === undefined ? fill(question.text, question.parts, temperature) : copied];
    }),
  );
}

/** The values of an answer made of `[[ ## name ## ]]` sections; null when it is none. */
function shownSections(answer: string): Record<string, string> | null {
  const sections = answer.split(/^\[\[ ## (\w+) ## \]\]\s*/m).slice(1);
  if (sections.length === 0) return null;
  return Object.fromEntries(
    sections.flatMap((name, index) => (index % 2 === 0 ? [[name, (sections[index + 1] ?? '').trim()]] : [])),
  );
}

/** Demonstrations looked at to see whether a field means what it seems to mean. */
const PROBES = 6;

/**
 * When most of the nearest demonstrations show another value than their own text gives, the field must mean something
 * else than it seems, and the nearest one's value is as good a guess as any. Undefined when they agree with their text.
 */
function copiedValue(
  question: string,
  known: readonly { readonly text: string; readonly value: unknown }[],
  fill: (text: string) => unknown,
): unknown {
  if (known.length < 3) return undefined;
  const near = byLikeness(question, known, ({ text }) => text).slice(0, PROBES);
  const strange = near.filter(({ item }) => fill(item.text) !== item.value).length;
  return 2 * strange > near.length ? near[0]?.item.value : undefined;
}

/** Bare JSON where it was asked for or shown, else with the usual words and fence around it. */
export function writeJson(
  values: Readonly<Record<string, unknown>>,
  bare: boolean,
  shownAnswer: string | undefined,
): string {
  const pretty = shownAnswer?.includes('\n') === true;
  const text = JSON.stringify(values, null, pretty ? 2 : undefined);
  return bare || shownAnswer !== undefined
    ? text
    : `Sure! Here is the JSON you asked for:\n\`\`\`json\n${text}\n\`\`\`\nLet me know if you need anything else!`;
}
