import assert from 'node:assert/strict';
import { createLimiter, withLimiter } from '../../../src/engine/models/limiter.ts';
import type { Departure, Limiter, LimiterOptions } from '../../../src/engine/models/limiter.ts';
import { waitedInVain } from '../../../src/engine/models/turn.ts';
import { isPromptOptError, PromptOptError } from '../../../src/protocol/errors.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';
import { handClock } from '../../support/hand-clock.ts';
import type { HandClock } from '../../support/hand-clock.ts';
import { heldModel, makeGeneration, makeRequest, scriptedModel, settle } from '../../support/models.ts';

const MINUTE = 60_000;
const refusal = (status = 429, more = {}): PromptOptError =>
  new PromptOptError('transient', 'slow down', { status, ...more });

interface Bench {
  readonly clock: HandClock;
  readonly limiter: Limiter;
  /** When each call left, from the start. */
  readonly left: number[];
  /** Sends so many calls that take `takes` milliseconds. */
  readonly send: (count: number, tokens?: number, takes?: number) => Promise<void>[];
  /** A call that is answered at once, with what it learns. */
  readonly learn: (what: (departure: Departure) => void, tokens?: number) => Promise<void>;
}

function bench(options: Partial<LimiterOptions> = {}): Bench {
  const clock = handClock();
  const start = clock.now();
  const limiter = createLimiter({ concurrency: 100, clock, ...options });
  const left: number[] = [];
  return {
    clock,
    limiter,
    left,
    learn: (what, tokens = 0) =>
      limiter.run(
        (departure) => {
          what(departure);
          return Promise.resolve();
        },
        { tokens },
      ),
    send: (count, tokens = 0, takes = 0) =>
      Array.from({ length: count }, () =>
        limiter.run(
          async () => {
            left.push(clock.now() - start);
            if (takes > 0) await clock.sleep(takes);
          },
          { tokens },
        ),
      ),
  };
}

/** The most that left in any window of 60 seconds. */
const mostInAMinute = (left: readonly number[], weight = 1): number =>
  Math.max(...left.map((from) => left.filter((at) => at >= from && at < from + MINUTE).length * weight));

describe('requests a minute', () => {
  it('hold in every window of 60 seconds, not only from one full minute to the next', async () => {
    const { clock, left, send } = bench({ requestsPerMinute: 10 });
    const calls = send(4);
    await clock.advance(50_000);
    calls.push(...send(30));
    await clock.advance(5 * MINUTE);
    await Promise.all(calls);
    assert.equal(left.length, 34);
    assert.equal(mostInAMinute(left), 10);
    assert.deepEqual(left.slice(0, 14), [
      ...Array<number>(4).fill(0),
      ...Array<number>(6).fill(50_000),
      ...Array<number>(4).fill(60_000),
    ]);
    assert.equal(clock.sleepers(), 0, 'nobody is left waiting');
  });

  it('hold whenever calls come', async () => {
    const { clock, left, send } = bench({ requestsPerMinute: 7 });
    const random = createRandom(3, 'arrivals');
    const calls: Promise<void>[] = [];
    for (let burst = 0; burst < 60; burst++) {
      calls.push(...send(random.integer(4), 0, random.integer(2000)));
      await clock.advance(random.integer(20_000));
    }
    await clock.advance(60 * MINUTE);
    await Promise.all(calls);
    assert.equal(left.length, calls.length);
    assert.ok(mostInAMinute(left) <= 7, String(mostInAMinute(left)));
  });

  it('do not hold for hours when the clock is set back', async () => {
    const { clock, left, send } = bench({ requestsPerMinute: 2 });
    await Promise.all(send(2));
    clock.set(clock.now() - 7_200_000);
    const call = send(1);
    await clock.advance(MINUTE);
    await Promise.all(call);
    assert.equal(left.length, 3);
  });
});

describe('tokens a minute', () => {
  it('are counted by estimate when a call leaves and by what it used when it is back', async () => {
    const { clock, limiter, left, send, learn } = bench({ tokensPerMinute: 1000 });
    const cheap = Promise.withResolvers<undefined>();
    const first = limiter.run(
      async ({ used }) => {
        await cheap.promise;
        used(100);
      },
      { tokens: 600 },
    );
    const second = send(1, 500);
    await settle();
    assert.deepEqual(left, [], '600 + 500 are more than a minute holds');
    cheap.resolve(undefined);
    await Promise.all([first, ...second]);
    assert.deepEqual(left, [0], '100 + 500 are not');
    // One that was dearer than expected takes its room too.
    await learn(({ used }) => {
      used(400);
    }, 10);
    const third = send(1, 1);
    await settle();
    assert.deepEqual(left, [0]);
    await clock.advance(MINUTE);
    await Promise.all(third);
    assert.deepEqual(left, [0, MINUTE]);
  });

  it('let a call that is larger than a whole minute leave alone, not never', async () => {
    const { clock, left, send } = bench({ tokensPerMinute: 100 });
    const calls = [...send(1, 50), ...send(1, 900), ...send(1, 10)];
    await settle();
    assert.deepEqual(left, [0]);
    await clock.advance(3 * MINUTE);
    await Promise.all(calls);
    assert.deepEqual(left, [0, MINUTE, 2 * MINUTE]);
  });

  it('are waited for in order: a small call does not overtake a large one', async () => {
    const { clock, limiter } = bench({ tokensPerMinute: 100 });
    const order: string[] = [];
    const send = (name: string, tokens: number): Promise<void> =>
      limiter.run(() => Promise.resolve(void order.push(name)), { tokens });
    const calls = [send('first', 60), send('large', 90), send('small', 10)];
    await settle();
    assert.deepEqual(order, ['first']);
    await clock.advance(2 * MINUTE);
    await Promise.all(calls);
    assert.deepEqual(order, ['first', 'large', 'small']);
  });

  it('of a reply are expected as the replies before it were, in each role', async () => {
    const model = scriptedModel(() =>
      makeGeneration('x', { usage: { inputTokens: 10, outputTokens: 7, cachedInputTokens: 0, reasoningTokens: 0 } }),
    );
    const limiter = createLimiter({ concurrency: 1, clock: handClock() });
    const request = makeRequest('x'.repeat(400), { maxOutputTokens: 1000 });
    assert.equal(limiter.estimate.of(request), 100 + 1000, 'before any: the limit of the reply');
    await withLimiter(model, () => limiter).generate(request);
    assert.equal(limiter.estimate.of(request), 100 + 7);
    assert.equal(limiter.estimate.of({ ...request, role: 'judge' }), 100 + 1000);
  });
});

describe('the width of the limiter', () => {
  /** Calls in the air, each to be answered or refused by the test. */
  const open = (concurrency: number) => {
    const held = heldModel();
    const clock = handClock();
    const limiter = createLimiter({ concurrency, clock });
    const model = withLimiter(held, () => limiter);
    let next = 0;
    const inAir: (typeof held.held)[number][] = [];
    const send = (count: number): void => {
      for (let call = 0; call < count; call++) model.generate(makeRequest(`${next++}`)).catch(() => undefined);
    };
    const taken = async (): Promise<number> => {
      // Long enough for any pace.
      await clock.advance(20_000);
      inAir.push(...held.held.splice(0));
      return inAir.length;
    };
    return {
      send,
      taken,
      clock,
      answer: () => inAir.shift()?.answer(),
      refuse: (error = refusal()) => inAir.shift()?.fail(error),
    };
  };

  for (const status of [429, 529, 503]) {
    it(`halves when the server answers ${status}, once for all calls that were out`, async () => {
      const { send, taken, refuse } = open(16);
      send(100);
      assert.equal(await taken(), 16);
      for (let call = 0; call < 16; call++) refuse(refusal(status));
      assert.equal(await taken(), 8);
      for (let call = 0; call < 8; call++) refuse(refusal(status));
      assert.equal(await taken(), 4);
    });
  }

  it('never falls below one', async () => {
    const { send, taken, refuse } = open(4);
    send(50);
    for (let round = 0; round < 8; round++) {
      while ((await taken()) > 0) refuse();
      if (round > 3) break;
    }
    send(5);
    assert.equal(await taken(), 1);
  });

  it('grows while answers come, to its maximum and not beyond', async () => {
    const { send, taken, answer, refuse } = open(16);
    send(2000);
    await taken();
    for (let call = 0; call < 16; call++) refuse();
    const widths: number[] = [];
    for (let round = 0; round < 40; round++) {
      const width = await taken();
      widths.push(width);
      for (let call = 0; call < width; call++) answer();
    }
    assert.equal(widths[0], 8);
    assert.ok(
      widths.some((width) => width > 8 && width < 16),
      'step by step',
    );
    assert.equal(widths.at(-1), 16);
  });

  it('does not change by failures that have nothing to do with how much is asked', async () => {
    const { send, taken, refuse } = open(8);
    send(50);
    await taken();
    for (let call = 0; call < 8; call++)
      refuse(call % 2 === 0 ? refusal(500) : new PromptOptError('bad-request', 'no', { status: 400 }));
    assert.equal(await taken(), 8);
  });
});

describe('what the server says it still allows', () => {
  const allowance = (remaining: number, limit: number | null, resetMs: number) => ({ remaining, limit, resetMs });

  it('is waited for instead of asking for a refusal: until the reset when nothing else is known', async () => {
    const { clock, left, send, learn } = bench();
    await learn(({ told }) => {
      told({ requests: allowance(2, null, 5000), tokens: null });
    });
    const calls = send(4);
    await settle();
    assert.deepEqual(left, [0, 0]);
    await clock.advance(5000);
    await Promise.all(calls);
    assert.deepEqual(left, [0, 0, 5000, 5000]);
  });

  it('refills over time where its whole is known', async () => {
    const { clock, left, send, learn } = bench();
    await learn(({ told }) => {
      told({ requests: allowance(0, 60, 60_000), tokens: null });
    });
    const calls = send(3);
    await clock.advance(3000);
    await Promise.all(calls);
    assert.deepEqual(left, [1000, 2000, 3000]);
  });

  it('counts tokens by their estimate', async () => {
    const { clock, left, send, learn } = bench();
    await learn(({ told }) => {
      told({ requests: allowance(90, 100, 6000), tokens: allowance(500, null, 2000) });
    });
    const calls = [...send(1, 400), ...send(1, 400)];
    await settle();
    assert.deepEqual(left, [0]);
    await clock.advance(2000);
    await Promise.all(calls);
    assert.deepEqual(left, [0, 2000]);
  });

  it('is not taken from an older answer when a newer one is known', async () => {
    const { clock, limiter, left, send, learn } = bench();
    const older = Promise.withResolvers<undefined>();
    const first = limiter.run(async ({ told }) => {
      await older.promise;
      told({ requests: allowance(50, null, 9000), tokens: null });
    });
    await learn(({ told }) => {
      told({ requests: allowance(0, null, 4000), tokens: null });
    });
    older.resolve(undefined);
    await first;
    const calls = send(1);
    await clock.advance(4000);
    await Promise.all(calls);
    assert.deepEqual(left, [4000]);
  });

  it('is not waited for when it would take longer than any hint is waited for', async () => {
    const { left, send, learn } = bench();
    await learn(({ told }) => {
      told({ requests: allowance(0, null, 3_600_000), tokens: null });
    });
    await Promise.all(send(1));
    assert.deepEqual(left, [0]);
  });

  it('never reaches journal or cache: it is no part of a reply', async () => {
    const limiter = createLimiter({ concurrency: 1, clock: handClock() });
    const told = { requests: allowance(1, 2, 3), tokens: null };
    const model = withLimiter(
      { generate: (_request, options) => (options?.onLimits?.(told), Promise.resolve(makeGeneration('x'))) },
      () => limiter,
    );
    assert.deepEqual(await model.generate(makeRequest('x')), makeGeneration('x'));
  });
});

describe('who waits in the limiter', () => {
  const withCode = (code: string) => (error: unknown) => isPromptOptError(error) && error.code === code;

  it('is told at once when it is aborted, and takes nobody along', async () => {
    const { clock, limiter, left, send } = bench({ requestsPerMinute: 1 });
    await Promise.all(send(1));
    const controller = new AbortController();
    const leaving = limiter.run(() => Promise.resolve(left.push(-1)), { signal: controller.signal });
    const staying = send(1);
    await settle();
    controller.abort();
    await assert.rejects(leaving, (error) => withCode('stopped')(error) && waitedInVain(error));
    await clock.advance(MINUTE);
    await Promise.all(staying);
    assert.deepEqual(left, [0, MINUTE]);
  });

  it('leaves no timer behind when nobody waits any more', async () => {
    const { clock, limiter, send } = bench({ requestsPerMinute: 1 });
    await Promise.all(send(1));
    const controller = new AbortController();
    const leaving = limiter.run(() => Promise.resolve(), { signal: controller.signal });
    await settle();
    assert.equal(clock.sleepers(), 1);
    controller.abort();
    await assert.rejects(leaving);
    await settle();
    assert.equal(clock.sleepers(), 0);
  });

  it('ends with the reason when its run is over, while calls in the air come home', async () => {
    const clock = handClock();
    const limiter = createLimiter({ concurrency: 1, clock });
    const over = new AbortController();
    const home = Promise.withResolvers<string>();
    const flying = limiter.run(() => home.promise, { giveUp: over.signal });
    const waiting = limiter.run(() => Promise.resolve('sent'), { giveUp: over.signal });
    const other = limiter.run(() => Promise.resolve('other'));
    await settle();
    over.abort(new PromptOptError('unavailable', 'The key was refused.', { remedy: 'Mend it.', mayHaveCost: true }));
    await assert.rejects(
      waiting,
      (error) =>
        isPromptOptError(error) &&
        error.code === 'unavailable' &&
        error.details.remedy === 'Mend it.' &&
        error.details.mayHaveCost === undefined,
    );
    home.resolve('home');
    assert.equal(await flying, 'home');
    assert.equal(await other, 'other', 'another run goes on');
  });
});
