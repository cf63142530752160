/** How the apprentice talks when nobody told it how: at length, with flourishes and promises, in no fixed form. */
import type { Chance } from './chance.ts';
import { isStopWord, wordsOf } from './words.ts';

/** The longest stretch of topic words in a text, at most three; "your message" when there is none. */
export function topicOf(text: string): string {
  let bestRun: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    if (run.join('').length > bestRun.join('').length) bestRun = run.slice(0, 3);
    run = [];
  };
  for (const sentence of text.split(/[.,;:!?\n]+/)) {
    for (const word of wordsOf(sentence)) {
      if (isStopWord(word) || /\d/.test(word)) flush();
      else run.push(word);
    }
    flush();
  }
  return bestRun.length === 0 ? 'your message' : bestRun.join(' ');
}

const OPENINGS = [
  'Hi there! Thanks so much for reaching out, and what a great message this is!',
  'Great question! I am so happy that you shared this with me today.',
  'Thank you for getting in touch! It is always wonderful to hear from people.',
];
const PROMISES = [
  'I guarantee that we can definitely find a way forward together, and I promise to give it 100% of my attention.',
  'Rest assured, everything will definitely be sorted out in no time at all, I promise!',
];
const CLOSINGS = [
  'Please do not hesitate to come back to me with any further questions whatsoever. Have a fantastic day!',
  'I hope that this helps, and do let me know whether there is anything else at all that I can do for you!',
];

/** A long reply of an assistant that was given no form to keep. `verdict` is what it would say if asked plainly. */
export function ramble(text: string, verdict: string | null, chance: Chance): string {
  const topic = topicOf(text);
  const middle =
    verdict === null
      ? `From what I can gather, this is about ${topic}, and there are several ways to look at it depending on the circumstances.`
      : `Having read it with care, I would say that this is probably something for ${verdict}, although it also touches on ${topic} and a case could be made for other views.`;
  return [
    chance.pick(OPENINGS),
    middle,
    `In general it helps to look at the details first, to think about what matters most, and then to decide on the next step.`,
    chance.pick(PROMISES),
    chance.pick(CLOSINGS),
  ].join(' ');
}

/** The JSON of an assistant that was not told its keys. */
export function rambleJson(text: string): string {
  const sentences = text.split(/[.!?\n]+/).map((sentence) => sentence.trim());
  return JSON.stringify({
    summary: topicOf(text),
    details: sentences.filter((sentence) => sentence !== '').slice(0, 2),
    confidence: 'high',
  });
}
