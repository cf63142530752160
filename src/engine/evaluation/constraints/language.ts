/** `language`: written in the right language, told by its commonest words. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { wordsOf } from './words.ts';

/** The function words that make up a third of any text in these languages. */
const COMMON: Readonly<Record<string, string>> = {
  en: 'the be to of and a in that have it for not on with as you do at this but by from we or an will your is are was has our please',
  de: 'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei wir ihre ihr bitte',
  fr: 'le la les de des un une et est en que qui dans du au pour pas sur ne se par plus nous vous votre ce il elle avec sont ou',
  es: 'el la los las de que y en un una es se no por con para su al lo como más o pero sus le ha me si sin sobre este nos usted',
  it: 'il la le di che e un una in è per con non si da del della al dei sono come più ma ci ha anche o nel alla vostro',
  nl: 'de het een en van in is dat op te zijn met voor niet aan er om ook als bij door maar uit u uw wij naar dan nog',
  pt: 'o a os as de que e do da em um uma para é com não por mais dos como mas ao se na no foi seu sua nos você',
};

const sets = new Map(Object.entries(COMMON).map(([code, words]) => [code, new Set(words.split(' '))]));

/** The language whose common words are the largest share of the text; null when none reaches one word in twelve. */
export function detectLanguage(text: string): string | null {
  const words = wordsOf(text.toLowerCase()).map((word) => word.replace(/^\P{L}+|\P{L}+$/gu, ''));
  let best: { code: string; count: number } | null = null;
  for (const [code, common] of sets) {
    const count = words.filter((word) => common.has(word)).length;
    if (best === null || count > best.count) best = { code, count };
  }
  return best !== null && best.count > 0 && best.count >= words.length / 12 ? best.code : null;
}

export const language: ConstraintDescriptor<string> = {
  key: 'language',
  summary: `Is written in this language (${[...sets.keys()].join(', ')}).`,
  example: 'en',
  note: 'Told by the commonest words of each language. A text too short to tell passes.',
  schema: z.enum([...sets.keys()] as [string, ...string[]]),
  describe: (code) => `Write in the language "${code}".`,
  check(code, { text }) {
    const found = detectLanguage(text);
    // Too little text to tell is no failure.
    return found === null || found === code ? null : `It is written in "${found}".`;
  },
};
