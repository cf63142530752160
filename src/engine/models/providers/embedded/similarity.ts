/** How alike two texts are: overlap of stems, where rare stems count more. */
import { topicStems } from './words.ts';

export type Weights = ReadonlyMap<string, number>;

/** Weight of each stem by how few of the texts hold it. */
export function rarityOf(texts: readonly (readonly string[])[]): Weights {
  const holders = new Map<string, number>();
  for (const stems of texts) for (const each of new Set(stems)) holders.set(each, (holders.get(each) ?? 0) + 1);
  const weights = new Map<string, number>();
  for (const [each, count] of holders) weights.set(each, Math.log(1 + texts.length / (count + 0.5)));
  return weights;
}

const weightOf = (weights: Weights, each: string): number => weights.get(each) ?? 1;

/** Cosine of two stem sets under the weights, 0…1. */
export function cosine(a: readonly string[], b: readonly string[], weights: Weights): number {
  const [left, right] = [new Set(a), new Set(b)];
  let shared = 0;
  for (const each of left) if (right.has(each)) shared += weightOf(weights, each) ** 2;
  if (shared === 0) return 0;
  const norm = (set: ReadonlySet<string>): number =>
    Math.sqrt([...set].reduce((sum, each) => sum + weightOf(weights, each) ** 2, 0));
  return shared / (norm(left) * norm(right));
}

/** Items by likeness of their text to `text`, most alike first; ties keep their order. */
export function byLikeness<T>(
  text: string,
  items: readonly T[],
  textOf: (item: T) => string,
): { readonly item: T; readonly likeness: number }[] {
  const question = topicStems(text);
  const stems = items.map((item) => topicStems(textOf(item)));
  const weights = rarityOf(stems);
  return items
    .map((item, index) => ({ item, likeness: cosine(question, stems[index] ?? [], weights) }))
    .sort((a, b) => b.likeness - a.likeness);
}
