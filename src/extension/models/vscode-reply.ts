/** Reads a streamed reply up to a limit of tokens that the other side knows nothing of. */

export interface ReplyReading {
  /** Tokens. */
  readonly limit: number;
  readonly count: (text: string) => Promise<number>;
  /** Called once when the rest is not wanted. */
  readonly leave: () => void;
  readonly onDelta?: (text: string) => void;
}

export interface ReadReply {
  readonly text: string;
  readonly tokens: number;
  /** Whether it was longer than its limit. */
  readonly cut: boolean;
}

/** A reply is counted again each time it has grown by this. */
const GROWTH = 1.25;

/**
 * A token is at least one byte, so that short replies are counted once, at their end. Nothing is told that is cut later.
 * @throws whatever the stream throws
 */
export async function readReply(
  pieces: AsyncIterable<string>,
  { limit, count, leave, onDelta }: ReplyReading,
): Promise<ReadReply> {
  let text = '';
  let told = 0;
  let countFrom = limit;
  const tell = (sure: string): void => {
    if (sure.length > told) onDelta?.(sure.slice(told));
    told = Math.max(told, sure.length);
  };
  for await (const piece of pieces) {
    text += piece;
    const bytes = Buffer.byteLength(text);
    if (bytes > limit) {
      if (bytes <= countFrom) continue;
      if ((await count(text)) > limit) {
        leave();
        break;
      }
      countFrom = bytes * GROWTH;
    }
    tell(text);
  }
  const tokens = await count(text);
  if (tokens <= limit) {
    tell(text);
    return { text, tokens, cut: false };
  }
  const kept = await longestWithin(text, limit, count);
  tell(kept);
  return { text: kept, tokens: limit, cut: true };
}

/** The longest beginning of a text that has at most so many tokens, found by halving. */
async function longestWithin(text: string, limit: number, count: (text: string) => Promise<number>): Promise<string> {
  const signs = Array.from(text);
  let [low, high] = [0, signs.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await count(signs.slice(0, middle).join(''))) <= limit) low = middle;
    else high = middle - 1;
  }
  return signs.slice(0, low).join('');
}
