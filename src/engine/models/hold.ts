/**
 * After a refusal with a hint the whole model waits, not only the call that was told so: others would be refused too.
 *
 * That is so as long as waiting helps. An overloaded server refuses whomever it will, whatever it tells them: when calls
 * that leave after a full wait are refused as well, its hints are for the refused calls alone, and the rest goes on.
 */
export interface Hold {
  /** Milliseconds until the next call may leave. */
  wait(now: number): number;
  /** @returns whether this call is the first after a wait, to be handed back with its end */
  leave(now: number): boolean;
  answered(isFirst: boolean): void;
  /** @returns whether the model waits now */
  refused(isFirst: boolean, retryAfterMs: number | undefined, now: number): boolean;
}

/** First calls after a wait that may be refused by chance, as others ask that server too: so many, and this share. */
const BY_CHANCE = { calls: 1, share: 0.2 };
/** Waits that count; older ones fade. */
const REMEMBERED = 20;
/** Milliseconds after which hints are believed again. */
const DOUBTED_FOR_MS = 300_000;

/**
 * @param longest milliseconds: a hint beyond that is not waited for by anybody
 * @param onDoubt called when waits turn out not to help
 */
export function createHold(longest: number, onDoubt: () => void): Hold {
  let openAt = 0;
  let firstIsOut = true;
  let waits = 0;
  let inVain = 0;
  let doubtedUntil = 0;

  const learn = (refused: boolean): void => {
    if (waits >= REMEMBERED) {
      waits /= 2;
      inVain /= 2;
    }
    waits++;
    if (refused) inVain++;
  };

  return {
    wait(now) {
      // A clock that was set back must not hold the model for longer than any hint.
      openAt = Math.min(openAt, now + longest);
      return Math.max(0, openAt - now);
    },
    leave(now) {
      if (firstIsOut || now < openAt) return false;
      firstIsOut = true;
      return true;
    },
    answered(isFirst) {
      if (isFirst) learn(false);
    },
    refused(isFirst, retryAfterMs, now) {
      if (isFirst) learn(true);
      if (retryAfterMs === undefined || retryAfterMs > longest) return false;
      if (inVain > BY_CHANCE.calls && inVain / waits > BY_CHANCE.share) {
        doubtedUntil = now + DOUBTED_FOR_MS;
        waits = 0;
        inVain = 0;
        onDoubt();
      }
      if (now < doubtedUntil) return false;
      openAt = Math.max(openAt, now + retryAfterMs);
      firstIsOut = false;
      return true;
    },
  };
}
