/** Counting the units people write limits in. */

/** Words as the seed counts them: runs of anything but white space. */
export const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

/** Sentences: runs that end with . ! ? … or with the text, abbreviations not told apart. */
export function countSentences(text: string): number {
  return text.split(/(?<=[.!?…])["')\]]*\s+/u).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence)).length;
}

/** Syllables of an English word by its vowel groups; at least 1. */
function syllables(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '');
  const groups = letters.replace(/e$/, '').match(/[aeiouy]+/g);
  return Math.max(1, groups?.length ?? 0);
}

/** Flesch–Kincaid grade level (Kincaid et al. 1975): 0.39 · words/sentences + 11.8 · syllables/words − 15.59. */
export function gradeLevel(text: string): number {
  const words = wordsOf(text).filter((word) => /\p{L}/u.test(word));
  if (words.length === 0) return 0;
  const total = words.reduce((sum, word) => sum + syllables(word), 0);
  return 0.39 * (words.length / Math.max(1, countSentences(text))) + 11.8 * (total / words.length) - 15.59;
}
