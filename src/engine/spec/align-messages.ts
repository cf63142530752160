/** Which messages of a prompt stand in a file already, so that only the others are written. */
import type { Demonstration, Prompt } from './prompt.ts';
import { fill } from './template.ts';
import type { RenderedMessage } from './template.ts';

/** A message wanted, and the item of the file it stands in already, if it does. */
export interface Wanted extends RenderedMessage {
  readonly item: number | null;
}

const sameDemonstration = (a: Demonstration, b: Demonstration): boolean =>
  a.assistant === b.assistant &&
  Object.keys(a.inputs).every((name) => b.inputs[name] === undefined || a.inputs[name] === b.inputs[name]) &&
  Object.keys(a.inputs).some((name) => Object.hasOwn(b.inputs, name));

/** For each of `next` the index in `current` it continues: the longest common subsequence. */
function alignDemonstrations(current: readonly Demonstration[], next: readonly Demonstration[]): (number | null)[] {
  const longest = Array.from({ length: current.length + 1 }, () => new Array<number>(next.length + 1).fill(0));
  for (let i = current.length - 1; i >= 0; i--)
    for (let j = next.length - 1; j >= 0; j--) {
      const [a, b] = [current[i], next[j]];
      const [row, below] = [longest[i] ?? [], longest[i + 1] ?? []];
      row[j] =
        a !== undefined && b !== undefined && sameDemonstration(a, b)
          ? (below[j + 1] ?? 0) + 1
          : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  const aligned: (number | null)[] = next.map(() => null);
  let [i, j] = [0, 0];
  while (i < current.length && j < next.length) {
    const [a, b] = [current[i], next[j]];
    if (a !== undefined && b !== undefined && sameDemonstration(a, b)) aligned[j++] = i++;
    else if ((longest[i + 1]?.[j] ?? 0) >= (longest[i]?.[j + 1] ?? 0)) i++;
    else j++;
  }
  return aligned;
}

/** The messages of `next` in order, each with the item that holds it now; null when the order has changed. */
export function wantedMessages(current: Prompt, next: Prompt): Wanted[] | null {
  const lastOf = (prompt: Prompt): number => prompt.components.findLastIndex(({ role }) => role === 'user');
  const [currentLast, nextLast] = [lastOf(current), lastOf(next)];
  if ((currentLast < 0 && current.demonstrations.length > 0) || (nextLast < 0 && next.demonstrations.length > 0))
    return null;
  const firstPair = currentLast;
  const shift = 2 * current.demonstrations.length;
  const itemOf = (component: number): number =>
    component < currentLast || currentLast < 0 ? component : component + shift;
  const pairs = alignDemonstrations(current.demonstrations, next.demonstrations);
  const template = next.components[nextLast]?.content ?? '';
  const wanted = next.components.flatMap(({ name, role, content }, index): Wanted[] => {
    const known = current.components.findIndex((component) => component.name === name && component.role === role);
    const message = { role, content, item: known < 0 ? null : itemOf(known) };
    if (index !== nextLast) return [message];
    const shown = next.demonstrations.flatMap(({ inputs, assistant }, demonstration): Wanted[] => {
      const pair = pairs[demonstration] ?? null;
      const at = pair === null ? null : firstPair + 2 * pair;
      return [
        { role: 'user', content: fill(template, inputs), item: at },
        { role: 'assistant', content: assistant, item: at === null ? null : at + 1 },
      ];
    });
    return [...shown, message];
  });
  const kept = wanted.flatMap(({ item }) => (item === null ? [] : [item]));
  return kept.every((item, index) => index === 0 || item > (kept[index - 1] ?? 0)) ? wanted : null;
}
