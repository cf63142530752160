/** Numbers and dates as English writes them. */

const UNITS = `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
  seventeen eighteen nineteen`.split(/\s+/);
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SPECIAL: Readonly<Record<string, number>> = { dozen: 12, couple: 2, pair: 2, single: 1, half: 0.5, hundred: 100 };

/** The value of a number in digits or words ("twenty-four", "half a dozen" is 6); null when it is none. */
export function numberOf(text: string): number | null {
  const plain = text.toLowerCase().trim();
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^\d+(?:\.\d+)?$/.test(plain)) return Number(plain.replace(/,/g, ''));
  if (/^half a dozen$/.test(plain)) return 6;
  const words = plain
    .split(/[\s-]+/)
    .filter((word) => word !== 'and' && word !== 'a' && word !== 'an' && word !== 'of');
  let total = 0;
  let seen = false;
  for (const word of words) {
    const unit = UNITS.indexOf(word);
    const ten = TENS.indexOf(word);
    if (unit >= 0) total += unit;
    else if (ten >= 0) total += (ten + 2) * 10;
    else if (word === 'hundred') total = Math.max(1, total) * 100;
    else if (word === 'dozen') total = Math.max(1, total) * 12;
    else if (SPECIAL[word] !== undefined) total += SPECIAL[word];
    else return null;
    seen = true;
  }
  return seen ? total : null;
}

const WORD = `(?:${[...UNITS.slice(1), ...TENS].join('|')})`;
const NUMBER = new RegExp(
  `\\bhalf a dozen\\b|\\b(?:${WORD}|a|an) (?:dozen|hundred)\\b|\\ba (?:couple|pair)(?= of)|\\b(?:${TENS.join('|')})[- ]${WORD}\\b|\\b${WORD}\\b|\\b(?:dozen|single)\\b|(?<![\\w.#/-])\\d[\\d,]*(?:\\.\\d+)?(?=x\\b|×|pcs\\b|pc\\b|[^\\w/-]|$)`,
  'gi',
);

export interface FoundNumber {
  readonly value: number;
  readonly text: string;
  readonly index: number;
}

/** Numbers of a text in order, digits and words. */
export function numbersIn(text: string): FoundNumber[] {
  return [...text.matchAll(NUMBER)].flatMap((match) => {
    const value = numberOf(match[0].replace(/,$/, ''));
    return value === null ? [] : [{ value, text: match[0], index: match.index }];
  });
}

const MONTHS = `january february march april may june july august september october november december`.split(' ');
const MONTH = `(?:${MONTHS.join('|')}|(?:${MONTHS.map((month) => month.slice(0, 3)).join('|')}|sept)\\b\\.?)`;
const DATE = new RegExp(
  [
    '\\b(?<y1>\\d{4})[-/.](?<m1>\\d{1,2})[-/.](?<d1>\\d{1,2})\\b',
    `\\b(?:the )?(?<d2>\\d{1,2})(?:st|nd|rd|th)?(?: of)? (?<m2>${MONTH})(?:,? (?<y2>\\d{4}))?(?!\\w)`,
    `\\b(?<m3>${MONTH}) (?:the )?(?<d3>\\d{1,2})(?:st|nd|rd|th)?(?:,? (?<y3>\\d{4}))?(?!\\w)`,
    '\\b(?<d4>\\d{1,2})[./-](?<m4>\\d{1,2})[./-](?<y4>\\d{4}|\\d{2})\\b',
  ].join('|'),
  'gi',
);

export interface FoundDate {
  readonly text: string;
  readonly index: number;
  readonly day: number;
  /** 1…12. */
  readonly month: number;
  /** Null when the text names none. */
  readonly year: number | null;
  /** True for 03/04/2026, which may be read both ways. */
  readonly ambiguous: boolean;
}

function monthOf(text: string): number {
  const number = Number(text);
  return Number.isNaN(number)
    ? MONTHS.findIndex((month) => month.startsWith(text.toLowerCase().slice(0, 3))) + 1
    : number;
}

/** Calendar dates of a text, in order. `04.05.2026` is read day first, with a slash too unless that is no date. */
export function datesIn(text: string): FoundDate[] {
  return [...text.matchAll(DATE)].flatMap((match) => {
    const groups = match.groups ?? {};
    const of = (letter: string): string | undefined =>
      [1, 2, 3, 4].map((form) => groups[`${letter}${form}`]).find((value) => value !== undefined);
    let [day, month] = [Number(of('d')), monthOf(of('m') ?? '0')];
    if (month > 12 && day <= 12) [day, month] = [month, day];
    const year = of('y');
    if (!(day >= 1 && day <= 31 && month >= 1 && month <= 12)) return [];
    return [
      {
        text: match[0],
        index: match.index,
        day,
        month,
        year: year === undefined ? null : year.length === 2 ? 2000 + Number(year) : Number(year),
        ambiguous: groups['d4'] !== undefined && day <= 12 && month <= 12,
      },
    ];
  });
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `YYYY-MM-DD`; `defaultYear` fills in a missing year. Null when there is no year at all. */
export function isoDate(date: FoundDate, defaultYear: number | null): string | null {
  const year = date.year ?? defaultYear;
  return year === null ? null : `${year}-${two(date.month)}-${two(date.day)}`;
}
