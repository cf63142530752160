/** Keeps an event within its kilobyte: what is dropped stands whole in the result or the content table. */
import type { RunEvent } from '../../protocol/events.ts';

/** Bytes of an event as JSON, at most. */
const LARGEST_EVENT = 1024;

const bytesOf = (event: unknown): number => Buffer.byteLength(JSON.stringify(event));

type Data = Readonly<Record<string, unknown>>;

/** Of constraints those that hold least often are kept, in their order; then the longest text is cut. */
export function fitEvent(event: RunEvent): RunEvent {
  if (bytesOf(event) <= LARGEST_EVENT) return event;
  let data = event.data as Data;
  const fits = (candidate: Data): boolean => bytesOf({ ...event, data: candidate }) <= LARGEST_EVENT;
  const { constraints } = data;
  if (Array.isArray(constraints)) {
    const rates = constraints as readonly Data[];
    const worstFirst = [...rates].sort((a, b) => rateOf(a) - rateOf(b));
    const kept = (count: number): Data => {
      const chosen = new Set(worstFirst.slice(0, count));
      return { ...data, constraints: rates.filter((rate) => chosen.has(rate)) };
    };
    let count = rates.length;
    while (count > 0 && !fits(kept(count))) count--;
    data = kept(count);
  }
  while (!fits(data)) {
    const longest = Object.entries(data)
      .flatMap(([name, value]): [string, string][] => (typeof value === 'string' ? [[name, value]] : []))
      .reduce<[string, string] | null>(
        (most, entry) => (entry[1].length > (most?.[1].length ?? 16) ? entry : most),
        null,
      );
    if (longest === null) break;
    const [name, text] = longest;
    data = { ...data, [name]: `${text.slice(0, Math.floor(text.length * 0.8) - 1)}…` };
  }
  return { ...event, data } as RunEvent;
}

/** The share of rows a constraint holds on, from either form events carry. */
function rateOf({ passed, rows, after }: Data): number {
  if (typeof after === 'number') return after;
  return typeof passed === 'number' && typeof rows === 'number' ? passed / Math.max(1, rows) : 1;
}
