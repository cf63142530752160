/**
 * How fast the calls of a model may leave, learned from what the server refuses. A limit by rate cannot be kept by a
 * number of calls in the air alone: replies take seconds, and as many calls that leave at once are refused at once.
 *
 * Nothing is paced before the first refusal. From then on calls leave evenly, and by each epoch, some dozen calls of one
 * pace, it is seen what share of them the server took. When it takes fewer than it usually does, the pace was too fast,
 * and what it took tells the right one. When at a slower pace it takes fewer calls a second and not a larger share of
 * them, refusals do not depend on the pace (an overloaded server refuses whomever it will): then going slow is of no
 * use, and that share is the usual one. To judge a rate by what it delivers and not by single losses is the idea of
 * Dong et al., "PCC: Re-architecting congestion control for consistent high performance" (2015), made small.
 *
 * Where nothing leaves after a refusal until its hint is over, a short hint steers by itself, and the pace is not judged
 * by such refusals. Long ones cost so much that the pace is learned from them too.
 */
export interface Pace {
  /** Milliseconds until the next call may leave. */
  wait(now: number): number;
  /** Counts a call that leaves. @returns its epoch, to be handed back with its end */
  leave(now: number): number;
  answered(epoch: number, now: number): void;
  /** @param waitMs milliseconds that nothing leaves because of it; 0 when others go on */
  refused(epoch: number, now: number, waitMs: number): void;
  /** Calls a second that are to leave, as far as is known: 0 as long as none was refused. */
  perSecond(): number;
  /** Begins anew: what was learned was learned while calls were held back for nothing. */
  forget(): void;
}

/** Outcomes by which a pace is judged. */
const JUDGED_BY = 40;
/** While it still looks for the pace it judges sooner. */
const JUDGED_EARLY_BY = 8;
/** Calls a second. */
const SLOWEST = 0.5;
/** One epoch slows down to a quarter at most: it may have been bad luck. */
const LARGEST_CUT = 0.25;
/** A little below what was taken, so that refused calls find a place. */
const AFTER_CUT = 0.95;
const GROWTH = 1.1;
/** Each epoch of growth after another grows by so much more: one that slowed down by bad luck is soon back. */
const ACCELERATION = 0.1;
/** Until it was too fast once. */
const FIRST_GROWTH = 2;
/** Epochs without growth after a cut: one, and twice as many after each further cut, up to these. */
const MOST_HELD = 4;
/** Of the calls a second that were taken before a cut: fewer are a loss that the cut was not worth. */
const WORTH = 0.8;
/** An epoch at a usual share corrects what was learned of it by such a part of the difference. */
const CORRECTED_BY = 8;
/** Epochs after which it is tried again whether the server refuses less at a slower pace. */
const DOUBTED_AFTER = 24;
/** Milliseconds; waits up to these steer by themselves. */
const SHORT_WAIT_MS = 250;
/** Milliseconds by which departures may catch up when a timer was late. */
const CATCH_UP_MS = 50;
/** Without a pace more are sent than were taken, or fewer and fewer would be. */
const SPARE = 1.5;

interface Epoch {
  readonly number: number;
  begunAt: number;
  left: number;
  lastLeftAt: number;
  taken: number;
  refused: number;
  /** Refusals after which nothing left for a short or a long time. */
  short: number;
  long: number;
}

const newEpoch = (number: number, now: number): Epoch => ({
  number,
  begunAt: now,
  left: 0,
  lastLeftAt: now,
  taken: 0,
  refused: 0,
  short: 0,
  long: 0,
});

export function createPace(): Pace {
  let pace: number | null = null;
  let nextAt = 0;
  let epoch: Epoch | null = null;
  let epochs = 0;
  let deliveredPerSecond = 0;
  /** The share a server takes of calls that are not too fast. */
  let usual = 1;
  let sinceLearned = 0;
  let growth = FIRST_GROWTH;
  let wasTooFast = false;
  let held = 0;
  let hold = 1;
  let cut: { readonly pace: number; readonly share: number; readonly delivered: number } | null = null;

  /** How far below the usual share is still usual: chance alone makes a difference. */
  const margin = (outcomes: number): number => Math.max(0.1, 2.5 * Math.sqrt((usual * (1 - usual)) / outcomes));

  /** @param at calls a second that really left */
  const nextPace = (at: number, share: number, outcomes: number): number => {
    if (cut !== null && share < usual - margin(outcomes) && at * share < cut.delivered * WORTH) {
      usual = (share + cut.share) / 2;
      sinceLearned = 0;
      held = 0;
      const before = cut.pace;
      cut = null;
      return before;
    }
    if (share < usual - margin(outcomes)) {
      cut = { pace: at, share, delivered: at * share };
      growth = GROWTH;
      wasTooFast = true;
      held = hold;
      hold = Math.min(MOST_HELD, hold * 2);
      return at * Math.max(LARGEST_CUT, (share / usual) * AFTER_CUT);
    }
    cut = null;
    // While it grows it takes fewer because it grows: only a steady pace tells that fewer are usual.
    if (usual < 1 && (held > 0 || share > usual)) usual += (share - usual) / CORRECTED_BY;
    if (held > 0) {
      held--;
      return pace ?? at;
    }
    // What was not used proves nothing of what is faster still.
    const next = Math.max(at, Math.min((pace ?? at) * growth, at * 2));
    growth = Math.min(FIRST_GROWTH, growth + ACCELERATION);
    return next;
  };

  const judge = ({ begunAt, left, lastLeftAt, taken, refused, short, long }: Epoch, now: number): void => {
    const outcomes = taken + refused + long;
    const tookMs = Math.max(1, now - begunAt);
    deliveredPerSecond = (taken * 1000) / tookMs;
    const seconds = Math.max(1, lastLeftAt - begunAt) / 1000;
    const at = pace === null ? (left * 1000) / tookMs : Math.min(pace, left / seconds);
    const share = outcomes === 0 ? usual : taken / outcomes;
    if (short === 0) {
      if (pace === null) nextAt = now;
      const before = pace;
      pace = Math.max(SLOWEST, nextPace(at, share, outcomes));
      // What left before there was a pace, or after a long wait, left in bursts: nothing is to be compared with that.
      if (before === null || long > 0) cut = null;
    }
    if (++sinceLearned > DOUBTED_AFTER && usual < 1) {
      usual = 1;
      sinceLearned = 0;
    }
    epoch = newEpoch(epochs++, now);
  };

  const isEarly = (): boolean => pace === null || !wasTooFast;

  const count = (of: number, now: number, kind: 'taken' | 'refused' | 'short' | 'long'): void => {
    if (of !== epoch?.number) return;
    epoch[kind]++;
    const refusals = epoch.refused + epoch.short + epoch.long;
    if (pace === null && refusals === 0) return;
    if (epoch.taken + refusals >= (isEarly() ? JUDGED_EARLY_BY : JUDGED_BY)) judge(epoch, now);
  };

  return {
    perSecond: () => pace ?? deliveredPerSecond * SPARE,
    wait: (now) => (pace === null ? 0 : Math.max(0, nextAt - now)),
    leave(now) {
      // Before the first refusal only the last second counts.
      if (epoch === null || (pace === null && now - epoch.begunAt > 1000)) epoch = newEpoch(epochs++, now);
      if (pace !== null) nextAt = Math.max(nextAt, now - CATCH_UP_MS) + 1000 / pace;
      if (epoch.left++ === 0) epoch.begunAt = now;
      epoch.lastLeftAt = now;
      return epoch.number;
    },
    forget() {
      pace = null;
      epoch = null;
      usual = 1;
      growth = FIRST_GROWTH;
      wasTooFast = false;
      held = 0;
      hold = 1;
      cut = null;
    },
    answered(of, now) {
      count(of, now, 'taken');
    },
    refused(of, now, waitMs) {
      count(of, now, waitMs === 0 ? 'refused' : waitMs <= SHORT_WAIT_MS ? 'short' : 'long');
    },
  };
}
