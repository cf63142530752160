/** Words as the apprentice sees them: split, lower-cased, stemmed, with the words that carry no topic left out. */

const STOP_WORDS = new Set(
  `a about above after again all also am an and any anybody anyone anything are as at be because been before being
  below between both but by can could did do does doing done down dear during each either else ever few for from
  further get gets getting give given go goes going gonna got had has have having he hello hi hey her here hers him
  his how however i if in into is it its itself just kind kindly know let like lot made make many may me might more
  most much must my myself need needs no nor not now of off oh ok okay on once one only or other our ours out over
  own please put quite rather really regards said same say see seem seems shall she should since so some somebody
  someone something soon still such sure take tell than thank thanks that the their theirs them then there these
  they thing things think this those though through to today too under until up upon us use used using very want
  wanted wants was way we well were what when where whether which while who whom whose why will with would yes yet
  you your yours yourself cheers best team im ive id dont cant didnt doesnt isnt wont wasnt couldnt wouldnt havent
  hasnt hadnt youre thats whats theres lets ill ur pls`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Lower-cased words in order; apostrophes inside a word are dropped, so that "don't" is one word. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/['’]/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

const hasVowel = (text: string): boolean => /[aeiouy]/.test(text);

function withoutEnding(word: string, ending: string): string | null {
  if (!word.endsWith(ending)) return null;
  const rest = word.slice(0, -ending.length);
  return rest.length >= 3 && hasVowel(rest) ? rest : null;
}

/** A light suffix stripper in the manner of Porter's first steps: charge, charges, charged and charging meet. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let root = word;
  if (root.endsWith('ies')) root = `${root.slice(0, -3)}y`;
  else if (root.endsWith('s') && !/(?:ss|us|is)$/.test(root)) root = root.slice(0, -1);
  for (const ending of ['ingly', 'edly', 'ments', 'ment', 'ness', 'ations', 'ation', 'ing', 'ed', 'ly', 'er', 'ion']) {
    const rest = withoutEnding(root, ending);
    if (rest === null) continue;
    root = rest;
    break;
  }
  if (/([bdfgklmnprt])\1$/.test(root) && root.length > 3) root = root.slice(0, -1);
  if (root.length > 3 && /[ey]$/.test(root)) root = root.slice(0, -1);
  return root;
}

/** The stems that carry the topic of a text, in order and with repeats. */
export function topicStems(text: string): string[] {
  return wordsOf(text).flatMap((word) => (STOP_WORDS.has(word) || word.length < 2 ? [] : [stem(word)]));
}

export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Sentences with their end marks; line breaks also end one. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=["'(]?[\p{Lu}\d])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

export function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
