/** What a server says it still allows, as its headers told, and what that means for the next call. */

/** One kind of limit: of requests or of tokens. */
export interface ServerAllowance {
  /** What was left when the server answered. */
  readonly remaining: number;
  /** The most it ever allows; null when it does not say. */
  readonly limit: number | null;
  /** Milliseconds from its answer until all of it is allowed again. */
  readonly resetMs: number;
}

/** Handed up by a provider with every answer and error that tells them. Never part of a reply: no journal keeps it. */
export interface ServerLimits {
  readonly requests: ServerAllowance | null;
  readonly tokens: ServerAllowance | null;
}

export interface AllowanceTracker {
  /** Counts what leaves. @returns the mark of this call, for its report */
  take(amount: number): number;
  /** What the answer to the call with this mark told. */
  report(told: ServerAllowance, mark: number, now: number): void;
  /** Milliseconds until the server should allow so much; 0 when nothing is known. */
  wait(amount: number, now: number): number;
}

/**
 * Between answers the allowance is carried on: less what has left since, more what has been refilled. Anthropic and
 * OpenAI refill all the time, so with a known limit a part is there before the reset; without one, all comes with it.
 * A refusal in spite of that is told by its own hint.
 *
 * @param longest milliseconds: nothing is held back for longer, the server may say so itself
 */
export function createAllowanceTracker(longest: number): AllowanceTracker {
  let taken = 0;
  let told: (ServerAllowance & { readonly mark: number; readonly at: number }) | null = null;
  return {
    take: (amount) => (taken += amount),
    report(allowance, mark, now) {
      // Answers come out of order: what an older call was told is older.
      if (told !== null && mark < told.mark && now - told.at < told.resetMs) return;
      told = { ...allowance, mark, at: now };
    },
    wait(amount, now) {
      if (told === null) return 0;
      const { remaining, limit, resetMs, mark, at } = told;
      const elapsed = Math.max(0, now - at);
      if (elapsed >= resetMs) {
        told = null;
        return 0;
      }
      const lacks = Math.min(amount, limit ?? amount) + (taken - mark) - remaining;
      if (lacks <= 0) return 0;
      const refill = limit === null || limit <= remaining ? 1 : Math.min(1, lacks / (limit - remaining));
      const wait = refill * resetMs - elapsed;
      return wait > longest ? 0 : Math.max(0, wait);
    },
  };
}
