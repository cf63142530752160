/** Picks a label for a text by what the prompt shows: the label's own words, its definition, and like examples. */
import type { Chance } from './chance.ts';
import { areNear } from './lexicon.ts';
import { byLikeness, rarityOf } from './similarity.ts';
import { topicStems } from './words.ts';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** How much each kind of evidence counts; a like example says more than a definition, and that more than a bare name. */
const NAME_WEIGHT = 0.5;
const DEFINITION_WEIGHT = 1;
const NEIGHBOUR_WEIGHT = 5;
const POOL_WEIGHT = 0.5;
const NEIGHBOURS = 5;
/** A word that is only near in meaning counts this much of the word itself. */
const NEAR_SHARE = 0.5;
const CATCH_ALL = /^(?:other|others|none|misc(?:ellaneous)?|general|unknown|neutral|anything else)$/i;

function overlap(question: readonly string[], stems: readonly string[], weights: ReadonlyMap<string, number>): number {
  const own = new Set(stems);
  let sum = 0;
  for (const each of new Set(question)) {
    const weight = weights.get(each) ?? 1;
    if (own.has(each)) sum += weight;
    else if ([...own].some((other) => areNear(each, other))) sum += weight * NEAR_SHARE;
  }
  return sum;
}

/** Evidence for each label, in the order of `labels`. */
export function labelEvidence(
  text: string,
  labels: readonly string[],
  definitions: ReadonlyMap<string, string>,
  examples: readonly LabelledText[],
): number[] {
  const question = topicStems(text);
  const meanings = labels.map((label) => topicStems(definitions.get(label) ?? ''));
  const weights = rarityOf(meanings);
  const pools = labels.map((label) =>
    examples.flatMap((example) =>
      example.label.toLowerCase() === label.toLowerCase() ? topicStems(example.text) : [],
    ),
  );
  const poolWeights = rarityOf(pools);
  const votes = new Map<string, number>();
  for (const { item, likeness } of byLikeness(text, examples, (example) => example.text).slice(0, NEIGHBOURS)) {
    const key = item.label.toLowerCase();
    votes.set(key, (votes.get(key) ?? 0) + likeness);
  }
  return labels.map((label, index) => {
    const catchAll = CATCH_ALL.test(label) ? 0.35 : 0;
    const name = CATCH_ALL.test(label) ? 0 : overlap(question, topicStems(label), new Map());
    const meaning = overlap(question, meanings[index] ?? [], weights);
    return (
      catchAll +
      NAME_WEIGHT * Math.min(name, 2) +
      DEFINITION_WEIGHT * meaning +
      NEIGHBOUR_WEIGHT * (votes.get(label.toLowerCase()) ?? 0) +
      POOL_WEIGHT * overlap(question, pools[index] ?? [], poolWeights)
    );
  });
}

/** The label with the most evidence; temperature blurs the evidence, ties go to the label named first. */
export function chooseLabel(
  text: string,
  labels: readonly string[],
  definitions: ReadonlyMap<string, string>,
  examples: readonly LabelledText[],
  temperature: number,
  chance: Chance,
): string {
  const evidence = labelEvidence(text, labels, definitions, examples).map(
    (score) => score + (temperature > 0 ? temperature * 0.7 * chance.next() : 0),
  );
  return labels[evidence.indexOf(Math.max(...evidence))] ?? '';
}
