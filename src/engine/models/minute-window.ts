/** So much a minute and no more, in every 60 seconds there are: a window that slides, not one that starts anew. */

const MINUTE_MS = 60_000;

/** What left, to be put right when it is known what it really used. */
export interface WindowEntry {
  readonly at: number;
  amount: number;
  /** Whether the window still holds it. */
  counts: boolean;
}

export interface MinuteWindow {
  /** Milliseconds until so much may leave. What is more than a whole minute's worth leaves when nothing else counts. */
  wait(amount: number, now: number): number;
  take(amount: number, now: number): WindowEntry;
  /** Counts `entry` as `amount` from now on. */
  correct(entry: WindowEntry, amount: number): void;
}

/** @param most requests or tokens in any 60 seconds */
export function createMinuteWindow(most: number): MinuteWindow {
  let entries: WindowEntry[] = [];
  let total = 0;

  const forget = (now: number): void => {
    // A clock that was set back would keep entries for hours: then all count as just left.
    if ((entries.at(-1)?.at ?? 0) > now) {
      for (const entry of entries) entry.counts = false;
      entries = [{ at: now, amount: total, counts: true }];
    }
    let gone = 0;
    for (let entry = entries[0]; entry !== undefined && now - entry.at >= MINUTE_MS; entry = entries[gone]) {
      total -= entry.amount;
      entry.counts = false;
      gone++;
    }
    if (gone > 0) entries.splice(0, gone);
  };

  return {
    wait(amount, now) {
      forget(now);
      let over = total + Math.min(amount, most) - most;
      if (over <= 0) return 0;
      for (const { at, amount: freed } of entries) {
        over -= freed;
        if (over <= 0) return at + MINUTE_MS - now;
      }
      return 0;
    },
    take(amount, now) {
      const entry = { at: now, amount, counts: true };
      entries.push(entry);
      total += amount;
      return entry;
    },
    correct(entry, amount) {
      if (!entry.counts) return;
      total += amount - entry.amount;
      entry.amount = amount;
    },
  };
}
