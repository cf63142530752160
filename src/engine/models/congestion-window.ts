/**
 * How many calls of a model may be out at once: fewer when the server asks to slow down, more while answers come.
 * Additive increase, multiplicative decrease, which shares a server fairly among all who keep to it (Chiu and Jain,
 * "Analysis of the increase and decrease algorithms for congestion avoidance", 1989), with TCP's two refinements
 * (RFC 5681, RFC 6582): calls that left before a decrease do not decrease again, and up to the level that was nearly
 * enough it grows by one an answer, from there by one a round of answers. Where it is known how many a second the
 * server takes, it does not fall below what these keep in the air (as TCP Westwood does: Mascolo et al., 2001).
 *
 * It begins at its maximum: that is a number a person chose, a refused call is not billed, and one refusal halves it.
 */
export interface CongestionWindow {
  /** Calls that may be out now: at least 1. */
  calls(): number;
  /** The round a call that leaves now belongs to: handed back with its end. */
  round(): number;
  /** @param tookMs milliseconds from its leaving to its answer */
  answered(round: number, tookMs: number): void;
  /** The server asked to slow down. @param perSecond calls a second it is known to take; 0 when that is not known */
  refused(round: number, perSecond: number): void;
}

/** Of the width that was refused, what is regained quickly. */
const REGAINED = 0.75;

/** Of the calls that a pace keeps in the air: replies do not all take the same time. */
const SPARE = 1.5;
/** Weight of the newest latency. */
const NEWEST = 0.1;

/** @param most calls out at most, 1 or more */
export function createCongestionWindow(most: number): CongestionWindow {
  let width = most;
  let regained = most;
  let round = 0;
  let latency: number | null = null;
  return {
    calls: () => Math.floor(width),
    round: () => round,
    answered(of, tookMs) {
      latency = latency === null ? tookMs : latency + NEWEST * (tookMs - latency);
      // What left before the decrease says nothing of what is right after it.
      if (of !== round) return;
      width = Math.min(most, width + (width < regained ? 1 : 1 / width));
    },
    refused(of, perSecond) {
      if (of !== round) return;
      round++;
      const needed = Math.min(width, SPARE * perSecond * ((latency ?? 0) / 1000));
      regained = Math.max(1, width * REGAINED);
      width = Math.max(1, width / 2, needed);
    },
  };
}
