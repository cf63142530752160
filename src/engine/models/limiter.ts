/**
 * When the calls of one model may leave: so many at once, so many and so many tokens a minute, and as the server says.
 * One limiter a model, shared by all runs of a process.
 *
 * First come, first served, and nobody overtakes one who waits for tokens. A queue of its own rather than `p-queue`,
 * whose turns cost one place each and whose interval begins anew: here the width changes, a turn has a weight, the
 * minute slides, and who leaves the queue is told at once.
 */
import { isPromptOptError } from '../../protocol/errors.ts';
import type { Clock } from './clock.ts';
import { createCongestionWindow } from './congestion-window.ts';
import type { LanguageModel } from './language-model.ts';
import { createHold } from './hold.ts';
import { createMinuteWindow } from './minute-window.ts';
import type { MinuteWindow, WindowEntry } from './minute-window.ts';
import { createPace } from './pace.ts';
import { LONGEST_HINT_MS } from './retry.ts';
import { createAllowanceTracker } from './server-limits.ts';
import type { ServerLimits } from './server-limits.ts';
import { createTokenEstimate } from './token-estimate.ts';
import type { TokenEstimate } from './token-estimate.ts';
import { inVain, isOver } from './turn.ts';
import type { Turn } from './turn.ts';

/** What a model may be asked. Absent: not limited by that. */
export interface RateLimits {
  /** In any 60 seconds. */
  readonly requestsPerMinute?: number;
  /** Input and output, in any 60 seconds. */
  readonly tokensPerMinute?: number;
}

/** What a model may be asked. `concurrency` only lowers that of the run. */
export interface ModelLimits extends RateLimits {
  readonly concurrency?: number;
}

export interface LimiterOptions extends RateLimits {
  /** Calls in the air at most. */
  readonly concurrency: number;
  readonly clock: Clock;
}

/** For a call that has left to tell what it learns. */
export interface Departure {
  /** What the server said with its answer. */
  readonly told: (limits: ServerLimits) => void;
  /** Tokens it really used. */
  readonly used: (tokens: number) => void;
}

export interface Limiter {
  /**
   * Runs `call` when its turn has come.
   * @throws PromptOptError `stopped` when the signal aborted before its turn, the reason of `giveUp` when that did.
   */
  run<T>(call: (departure: Departure) => Promise<T>, turn?: Turn): Promise<T>;
  /** Learns from each reply how many tokens to expect. */
  readonly estimate: TokenEstimate;
}

/** 429, and what servers answer that are overloaded. */
const SLOW_DOWN = [429, 503, 529];

interface Left {
  readonly at: number;
  readonly isFirst: boolean;
  readonly round: number;
  readonly epoch: number;
  readonly marks: { readonly requests: number; readonly tokens: number };
  readonly entry: WindowEntry | null;
}

interface Waiting {
  readonly tokens: number;
  readonly go: (left: Left) => void;
}

export function createLimiter({ concurrency, requestsPerMinute, tokensPerMinute, clock }: LimiterOptions): Limiter {
  const width = createCongestionWindow(concurrency);
  const windowOf = (most: number | undefined): MinuteWindow | null =>
    most === undefined ? null : createMinuteWindow(most);
  const minute = { requests: windowOf(requestsPerMinute), tokens: windowOf(tokensPerMinute) };
  const server = {
    requests: createAllowanceTracker(LONGEST_HINT_MS),
    tokens: createAllowanceTracker(LONGEST_HINT_MS),
  };
  const pace = createPace();
  const hold = createHold(LONGEST_HINT_MS, () => {
    pace.forget();
  });
  const estimate = createTokenEstimate();
  const queue: Waiting[] = [];
  let inAir = 0;
  let alarm: { readonly at: number; readonly controller: AbortController } | null = null;

  const waitFor = (tokens: number, now: number): number =>
    Math.max(
      hold.wait(now),
      pace.wait(now),
      minute.requests?.wait(1, now) ?? 0,
      minute.tokens?.wait(tokens, now) ?? 0,
      server.requests.wait(1, now),
      server.tokens.wait(tokens, now),
    );

  const leave = (tokens: number, now: number): Left => {
    inAir++;
    minute.requests?.take(1, now);
    return {
      at: now,
      isFirst: hold.leave(now),
      round: width.round(),
      epoch: pace.leave(now),
      marks: { requests: server.requests.take(1), tokens: server.tokens.take(tokens) },
      entry: minute.tokens?.take(tokens, now) ?? null,
    };
  };

  const silence = (): void => {
    alarm?.controller.abort();
    alarm = null;
  };

  const wakeAt = (at: number, now: number): void => {
    if (alarm !== null && alarm.at <= at) return;
    silence();
    const set = { at, controller: new AbortController() };
    alarm = set;
    const wake = (): void => {
      if (alarm !== set) return;
      alarm = null;
      pump();
    };
    clock.sleep(at - now, set.controller.signal).then(wake, () => undefined);
  };

  const pump = (): void => {
    for (let head = queue[0]; head !== undefined && inAir < width.calls(); head = queue[0]) {
      const now = clock.now();
      const wait = waitFor(head.tokens, now);
      if (wait > 0) {
        wakeAt(now + wait, now);
        return;
      }
      queue.shift();
      head.go(leave(head.tokens, now));
    }
    silence();
  };

  const take = (turn: Turn): Promise<Left> =>
    new Promise((resolve, reject) => {
      const signals = [turn.signal, turn.giveUp].filter((signal) => signal !== undefined);
      const done = (): void => {
        for (const signal of signals) signal.removeEventListener('abort', abort);
      };
      const waiting: Waiting = {
        tokens: turn.tokens ?? 0,
        go(left) {
          done();
          resolve(left);
        },
      };
      const abort = (): void => {
        done();
        queue.splice(queue.indexOf(waiting), 1);
        reject(inVain(turn));
        pump();
      };
      for (const signal of signals) signal.addEventListener('abort', abort);
      queue.push(waiting);
      pump();
    });

  const failed = (error: unknown, { isFirst, round, epoch }: Left): void => {
    if (!isPromptOptError(error) || !error.retryable) return;
    const { status, retryAfterMs } = error.details;
    const now = clock.now();
    const waits = hold.refused(isFirst, retryAfterMs, now);
    if (status === undefined || !SLOW_DOWN.includes(status)) return;
    pace.refused(epoch, now, waits ? (retryAfterMs ?? 0) : 0);
    width.refused(round, pace.perSecond());
  };

  return {
    estimate,
    async run(call, turn = {}) {
      if (isOver(turn)) throw inVain(turn);
      const left = await take(turn);
      try {
        const value = await call({
          told({ requests, tokens }) {
            const now = clock.now();
            if (requests !== null) server.requests.report(requests, left.marks.requests, now);
            if (tokens !== null) server.tokens.report(tokens, left.marks.tokens, now);
          },
          used(tokens) {
            if (left.entry !== null) minute.tokens?.correct(left.entry, tokens);
          },
        });
        const now = clock.now();
        hold.answered(left.isFirst);
        pace.answered(left.epoch, now);
        width.answered(left.round, now - left.at);
        return value;
      } catch (error) {
        failed(error, left);
        throw error;
      } finally {
        inAir--;
        pump();
      }
    },
  };
}

/**
 * Each attempt passes the limiter of its model.
 * @param giveUp aborted when nothing more of this run is to leave
 */
export function withLimiter(
  inner: LanguageModel,
  limiterOf: (model: string) => Limiter,
  giveUp?: AbortSignal,
): LanguageModel {
  return {
    generate(request, options = {}) {
      const limiter = limiterOf(request.model);
      const turn: Turn = { tokens: limiter.estimate.of(request), signal: options.signal, giveUp };
      return limiter.run(async ({ told, used }) => {
        const generation = await inner.generate(request, { ...options, onLimits: told });
        limiter.estimate.learn(request, generation);
        used(generation.usage.inputTokens + generation.usage.outputTokens);
        return generation;
      }, turn);
    },
  };
}
