/** Fills one field of an extraction from the text, the way the field's name, its description and the demonstrations say. */
import { codesIn, inShape, shapeOf } from './codes.ts';
import type { FieldContext } from './field-context.ts';
import type { FieldBrief } from './instruction-fields.ts';
import { quotedIn } from './instruction-rules.ts';
import { areNear } from './lexicon.ts';
import { datesIn, isoDate, numbersIn } from './numbers-and-dates.ts';
import type { FoundNumber } from './numbers-and-dates.ts';
import { fillText } from './fill-text.ts';
import { isStopWord, stem, topicStems, wordsOf } from './words.ts';

type Kind = 'choice' | 'boolean' | 'number' | 'date' | 'code' | 'text';

function kindOf(field: FieldBrief, values: readonly unknown[]): Kind {
  const known = values.filter((value) => value !== null);
  if (known.length > 0 && known.every((value) => typeof value === 'boolean')) return 'boolean';
  if (known.length > 0 && known.every((value) => typeof value === 'number')) return 'number';
  if (field.choices.length > 1 && field.type !== 'boolean') return 'choice';
  if (field.type === 'boolean' || /^(?:is|has|needs|wants)_/.test(field.name)) return 'boolean';
  const name = field.name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (/(?:^|_)(?:date|deadline|day|due)(?:$|_)/.test(name)) return 'date';
  if (/(?:^|_)(?:id|number|code|ref|reference|no|sku)$/.test(name)) return 'code';
  if (
    field.type === 'number' ||
    field.type === 'integer' ||
    /quantity|count|amount|total|price|qty|how_many|age/.test(name)
  )
    return 'number';
  return 'text';
}

/** What stands for "not in the text": null or an empty string where the prompt says so, else words. */
function missing(field: FieldBrief, context: FieldContext): unknown {
  if (/\bnull\b/i.test(field.description) || context.shown.some(({ value }) => value === null)) return null;
  if (/\bempty\b/i.test(field.description) || context.shown.some(({ value }) => value === '')) return '';
  return 'not specified';
}

/** The best item, or with temperature now and then the second best. */
function best<T>(items: readonly T[], score: (item: T) => number, context: FieldContext): T | undefined {
  const ranked = items.map((item) => ({ item, score: score(item) })).sort((a, b) => b.score - a.score);
  const second = ranked[1];
  if (second !== undefined && context.temperature > 0 && context.chance.happens(0.1 * context.temperature))
    return second.item;
  return ranked[0]?.item;
}

const before = (text: string, index: number, count: number): string[] =>
  wordsOf(text.slice(Math.max(0, index - 60), index)).slice(-count);

function fillNumber(field: FieldBrief, context: FieldContext): unknown {
  const { text } = context;
  const taken = [...datesIn(text), ...codesIn(text)].map(
    (found) => [found.index, found.index + found.text.length] as const,
  );
  const candidates = numbersIn(text).filter(
    ({ index }) => !taken.some(([start, end]) => index >= start && index < end),
  );
  const score = (found: FoundNumber): number => {
    const after = wordsOf(text.slice(found.index + found.text.length, found.index + found.text.length + 50)).slice(
      0,
      4,
    );
    const lead = before(text, found.index, 4);
    let sum = -found.index / 1e5;
    if (after.some((word) => context.things.has(stem(word)))) sum += 3;
    if (/^(?:units?|pcs?|pieces?|copies|x|sets?|boxes|packs?|of)$/.test(after[0] ?? '')) sum += 1;
    if (
      /^(?:days?|weeks?|months?|years?|hours?|minutes?|am|pm|oclock|percent|euros?|dollars?|pounds?|th|people|colleagues|guests|times?|street|road|avenue)$/.test(
        after[0] ?? '',
      )
    )
      sum -= 2.5;
    if (
      lead.some((word) =>
        /^(?:need|order|want|take|send|get|quantity|qty|buy|like|have|another|total|make)$/.test(word),
      )
    )
      sum += 1;
    if (lead.some((word) => topicStems(field.name).includes(stem(word)))) sum += 2;
    if (/[$€£]\s*$/.test(text.slice(0, found.index))) sum -= 2;
    if (found.value >= 1900 && found.value <= 2100) sum -= 2;
    if (found.value === 1 && /^one$/i.test(found.text) && !after.some((word) => context.things.has(stem(word))))
      sum -= 1.5;
    return sum;
  };
  const told =
    field.type === 'number' || field.type === 'integer' || context.shown.some(({ value }) => typeof value === 'number');
  const chosen = best(
    candidates.filter((found) => score(found) > -1),
    score,
    context,
  );
  if (chosen === undefined) {
    const [, fallback] =
      /\b(?:default(?:s to)?|otherwise|else|use|assume)\s+(\d+)\b|\b(\d+) (?:when|if|unless)/i.exec(
        field.description,
      ) ?? [];
    if (fallback !== undefined) return Number(fallback);
    const single = /\b(?:an?|the|one|my)\s+(?:[\w-]+\s+){0,2}?([\w-]+)/gi;
    const named = [...text.matchAll(single)].some(([phrase]) =>
      wordsOf(phrase).some((word) => context.things.has(stem(word))),
    );
    return named && told ? 1 : missing(field, context);
  }
  return told ? chosen.value : chosen.text;
}

function fillDate(field: FieldBrief, context: FieldContext): unknown {
  const values = context.shown.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  const iso =
    /\bISO\b|YYYY-MM-DD|\b\d{4}-\d{2}-\d{2}\b/i.test(field.description) ||
    (values.length > 0 && values.every((value) => /^\d{4}-\d{2}-\d{2}$/.test(value)));
  const { text } = context;
  const chosen = best(
    datesIn(text),
    (found) => {
      const lead = before(text, found.index, 6);
      const has = (pattern: RegExp): boolean => lead.some((word) => pattern.test(word));
      return (
        (has(/^(?:by|before|until|deliver\w*|arriv\w*|need\w*|due|latest|for|receive|reach\w*|here)$/) ? 1 : 0) -
        (has(/^(?:placed|ordered|dated|written|bought|since|invoice|called|spoke|sent|from|last|not|instead)$/)
          ? 1.5
          : 0) -
        found.index / 1e5
      );
    },
    context,
  );
  if (chosen === undefined) return missing(field, context);
  if (!iso) return chosen.text;
  const told = /\b(20\d\d)\b(?!-\d)/.exec(field.description)?.[1];
  const years = values.map((value) => Number(value.slice(0, 4)));
  const usual = years.sort(
    (a, b) => years.filter((year) => year === b).length - years.filter((year) => year === a).length,
  )[0];
  return isoDate(chosen, told === undefined ? (usual ?? null) : Number(told)) ?? chosen.text;
}

function fillCode(field: FieldBrief, context: FieldContext): unknown {
  const values = context.shown.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  const shape = shapeOf(field.description, values);
  const name = topicStems(field.name);
  const dates = datesIn(context.text);
  const chosen = best(
    codesIn(context.text).filter(
      ({ index }) => !dates.some((date) => index >= date.index && index < date.index + date.text.length),
    ),
    (found) => {
      const letters = /^[A-Za-z]+/.exec(found.text)?.[0]?.toUpperCase() ?? '';
      const named = before(context.text, found.index, 4).filter((word) => name.includes(stem(word))).length;
      const fits =
        shape === null
          ? 0
          : (shape.length === found.digits.length ? 2 : 0) +
            (letters !== '' && shape.prefix.startsWith(letters) ? 2 : 0);
      return named + fits - found.index / 1e5 + (letters !== '' ? 0.3 : 0);
    },
    context,
  );
  if (chosen === undefined || (shape?.length !== null && shape !== null && chosen.digits.length < shape.length))
    return missing(field, context);
  return inShape(chosen, shape);
}

const NEGATED = /\b(?:no|not|dont|doesnt|isnt|without|never|neednt|wont|nothing|than|rather)\b/;

/** True when a cue of the field stands in the text without a "no" or "not" shortly before it. */
function fillBoolean(field: FieldBrief, context: FieldContext): boolean {
  const wanted = field.description.split(/\b(?:otherwise|false|else)\b/i)[0] ?? '';
  const phrases = quotedIn(wanted).map((phrase) => wordsOf(phrase).join(' '));
  const plain = wanted.replace(
    /\b(?:true|boolean|customers?|asks?|text|message|e-?mail|wants?|says?|mentions?|deliver\w*|shipping|order\w*)\b/gi,
    '',
  );
  const cues = [...new Set([...topicStems(field.name), ...topicStems(plain)])];
  const text = wordsOf(context.text);
  const negated = (index: number): boolean => NEGATED.test(text.slice(Math.max(0, index - 5), index).join(' '));
  const spoken = ` ${text.join(' ')} `;
  for (const phrase of phrases) {
    const at = spoken.indexOf(` ${phrase} `);
    if (at >= 0 && !negated(wordsOf(spoken.slice(0, at)).length)) return true;
  }
  return text.some((word, index) => {
    if (isStopWord(word)) return false;
    const root = stem(word);
    return cues.some((cue) => areNear(cue, root)) && !negated(index);
  });
}

/** The value of one field, in the type the prompt asked for; words for "missing" when it was not told what to give. */
export function fillField(field: FieldBrief, context: FieldContext): unknown {
  const values = context.shown.map(({ value }) => value);
  switch (kindOf(field, values)) {
    case 'number':
      return fillNumber(field, context);
    case 'date':
      return fillDate(field, context);
    case 'code':
      return fillCode(field, context);
    case 'boolean':
      return fillBoolean(field, context);
    case 'choice':
    case 'text':
      return fillText(field, context) ?? missing(field, context);
  }
}
