import assert from 'node:assert/strict';
import { createBudget } from '../../../src/engine/models/budget.ts';
import { withCache } from '../../../src/engine/models/cache.ts';
import { identityOf } from '../../../src/engine/models/identity.ts';
import { withJournal } from '../../../src/engine/models/journal.ts';
import { createLimiter, withLimiter } from '../../../src/engine/models/limiter.ts';
import { textOf } from '../../../src/engine/models/language-model.ts';
import { withNominalBudget } from '../../../src/engine/models/nominal-budget.ts';
import { withPaidMeter } from '../../../src/engine/models/paid-meter.ts';
import { withRetry } from '../../../src/engine/models/retry.ts';
import { worstCaseOf } from '../../../src/engine/models/worst-case.ts';
import { isPromptOptError, PromptOptError } from '../../../src/protocol/errors.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import {
  fakeClock,
  heldModel,
  listLog,
  makeGeneration,
  makeInfo,
  makeRequest,
  mapCache,
  mapJournal,
  scriptedModel,
  settle,
} from '../../support/models.ts';

const withCode = (code: string) => (error: unknown) => isPromptOptError(error) && error.code === code;
const transient = (more = {}) => new PromptOptError('transient', 'later', more);

describe('the identity of a call', () => {
  it('is the request and its sample, whatever the order of keys and why it is asked', () => {
    const one = makeRequest('x', { extra: { a: 1, b: 2 } });
    assert.equal(identityOf(one), identityOf({ ...makeRequest('x', { extra: { b: 2, a: 1 } }), role: 'judge' }));
    for (const other of [
      { sample: 1 },
      { temperature: 1 },
      { maxOutputTokens: 11 },
      { model: 'test/other' },
      { topP: 0.5 },
    ])
      assert.notEqual(identityOf(one), identityOf({ ...one, ...other }));
  });
});

describe('the journal', () => {
  it('never buys a reply twice and tells a stored one as cached and free', async () => {
    const model = scriptedModel(() => makeGeneration('hello'));
    const journal = mapJournal();
    const journalled = withJournal(model, journal);
    await journalled.generate(makeRequest('x'));
    const pieces: string[] = [];
    const again = await journalled.generate(makeRequest('x'), { onDelta: (text) => pieces.push(text) });
    assert.equal(model.asked.length, 1);
    assert.equal(again.cached, true);
    assert.deepEqual(again.paid, NO_SPEND);
    assert.deepEqual(pieces, ['hello']);
    await journalled.generate(makeRequest('x', { sample: 1 }));
    assert.equal(model.asked.length, 2);
  });

  it('keeps nothing of a call that failed', async () => {
    const journal = mapJournal();
    const model = withJournal(
      scriptedModel(() => Promise.reject(transient())),
      journal,
    );
    await assert.rejects(model.generate(makeRequest('x')));
    assert.equal(journal.replies.size, 0);
  });
});

describe('the cache', () => {
  it('shares one call in the air among all who ask the same, and only the first pays', async () => {
    const held = heldModel();
    const model = withCache(held, mapCache());
    const asks = [1, 2, 3].map(() => model.generate(makeRequest('x')));
    await settle();
    assert.equal(held.held.length, 1);
    held.held[0]!.answer(makeGeneration('once', { paid: { ...NO_SPEND, calls: 1 } }));
    const replies = await Promise.all(asks);
    assert.deepEqual(replies.map(textOf), ['once', 'once', 'once']);
    assert.deepEqual(
      replies.map(({ paid }) => paid.calls),
      [1, 0, 0],
    );
  });

  it('sends what is asked twice at once but once, whether or not replies are kept', async () => {
    for (const cache of [mapCache(), null]) {
      const held = heldModel();
      const model = withJournal(withCache(held, cache), mapJournal());
      const asks = ['a', 'b', 'a', 'a', 'b'].map((text) => model.generate(makeRequest(text)));
      await settle();
      assert.equal(held.held.length, 2);
      for (const call of held.held) call.answer();
      assert.equal((await Promise.all(asks)).filter(({ cached }) => !cached).length, 2);
      void model.generate(makeRequest('c'));
      void model.generate(makeRequest('c', { sample: 1 }));
      await settle();
      assert.equal(held.held.length, 4, 'another sample is another call');
    }
  });

  it('ends the call when the last asker leaves, and not before', async () => {
    const held = heldModel();
    const model = withCache(held, null);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = model.generate(makeRequest('x'), { signal: one.signal });
    const second = model.generate(makeRequest('x'), { signal: two.signal });
    await settle();
    one.abort();
    await assert.rejects(first, withCode('stopped'));
    held.held[0]!.answer();
    assert.equal(textOf(await second), 'held');
  });

  it('gives whoever asks after an abandoned call a call of their own', async () => {
    const model0 = scriptedModel((_request, call) =>
      call === 0 ? new Promise(() => undefined) : makeGeneration('second'),
    );
    const model = withCache(model0, null);
    const controller = new AbortController();
    const first = model.generate(makeRequest('x'), { signal: controller.signal });
    await settle();
    controller.abort();
    await assert.rejects(first, withCode('stopped'));
    assert.equal(textOf(await model.generate(makeRequest('x'))), 'second');
  });

  it('gives no reply of one endpoint for another: the same name there is another model', async () => {
    const cache = mapCache();
    const at = (endpoint: string | undefined, reply: string) =>
      withCache(
        scriptedModel(() => makeGeneration(reply)),
        cache,
        () => endpoint,
      );
    assert.equal(textOf(await at(undefined, 'own').generate(makeRequest('x'))), 'own');
    assert.equal(textOf(await at('http://127.0.0.1:1/v1', 'one').generate(makeRequest('x'))), 'one');
    assert.equal(textOf(await at('http://127.0.0.1:2/v1', 'two').generate(makeRequest('x'))), 'two');
    assert.equal(textOf(await at('http://127.0.0.1:1/v1', 'new').generate(makeRequest('x'))), 'one');
  });

  it('forgets a failed call: the next asker may have more luck', async () => {
    const model = withCache(
      scriptedModel((_request, call) => (call === 0 ? Promise.reject(transient()) : makeGeneration('ok'))),
      mapCache(),
    );
    await assert.rejects(model.generate(makeRequest('x')));
    assert.equal(textOf(await model.generate(makeRequest('x'))), 'ok');
  });
});

describe('retries', () => {
  const retrying = (failures: PromptOptError[], retries = 4) => {
    const clock = fakeClock();
    const model = scriptedModel((_request, call) => {
      const failure = failures[call];
      return failure === undefined ? makeGeneration('ok') : Promise.reject(failure);
    });
    return { clock, model, retrying: withRetry(model, { retries, clock, random: () => 0.5 }) };
  };

  it('wait as long as the server asks, else twice as long each time', async () => {
    const { clock, retrying: model } = retrying([transient({ retryAfterMs: 7000 }), transient(), transient()]);
    await model.generate(makeRequest('x'));
    assert.deepEqual(clock.slept, [7025, 750, 1500]);
  });

  it('are bounded in number, in length and in patience, and off when they are off', async () => {
    const many = retrying(Array.from({ length: 9 }, () => transient()));
    await assert.rejects(many.retrying.generate(makeRequest('x')), withCode('transient'));
    assert.equal(many.model.asked.length, 5);
    const hour = retrying([transient({ retryAfterMs: 3_600_000 })]);
    await assert.rejects(hour.retrying.generate(makeRequest('x')), withCode('transient'));
    assert.deepEqual(hour.clock.slept, []);
    const off = retrying([transient()], 0);
    await assert.rejects(off.retrying.generate(makeRequest('x')), withCode('transient'));
    assert.equal(off.model.asked.length, 1);
  });

  it('of refused calls are not counted as failures are: a storm loses nobody, but its patience ends too', async () => {
    const refused = (more = {}) => transient({ status: 429, ...more });
    const stormy = retrying(Array.from({ length: 20 }, () => refused()));
    assert.equal(textOf(await stormy.retrying.generate(makeRequest('x'))), 'ok');
    assert.ok(Math.max(...stormy.clock.slept) <= 2000);
    const endless = retrying(Array.from({ length: 100 }, () => refused()));
    await assert.rejects(endless.retrying.generate(makeRequest('x')), withCode('transient'));
    assert.equal(endless.model.asked.length, 33, 'eight refusals for each of four retries, and the first');
    const slow = retrying(Array.from({ length: 100 }, () => refused({ retryAfterMs: 60_000 })));
    await assert.rejects(slow.retrying.generate(makeRequest('x')), withCode('transient'));
    assert.ok(slow.clock.slept.reduce((sum, wait) => sum + wait, 0) <= 300_000);
    const off = retrying([refused()], 0);
    await assert.rejects(off.retrying.generate(makeRequest('x')), withCode('transient'));
    assert.equal(off.model.asked.length, 1);
  });

  it('are made for what may work later only', async () => {
    for (const code of ['bad-request', 'unavailable', 'budget', 'stopped', 'usage-overrun', 'store'] as const) {
      const { model, retrying: asked } = retrying([new PromptOptError(code, 'no')]);
      await assert.rejects(asked.generate(makeRequest('x')), withCode(code));
      assert.equal(model.asked.length, 1, code);
    }
  });
});

describe('the limiter', () => {
  it('lets so many calls out at once, in order, over all who share it', async () => {
    const held = heldModel();
    const limiter = createLimiter({ concurrency: 2, clock: fakeClock() });
    const [one, two] = [withLimiter(held, () => limiter), withLimiter(held, () => limiter)];
    const asks = ['a', 'b', 'c', 'd'].map((text, index) => (index % 2 === 0 ? one : two).generate(makeRequest(text)));
    await settle();
    assert.equal(held.held.length, 2);
    held.held[1]!.answer();
    await settle();
    assert.deepEqual(
      held.held.map(({ request }) => request.messages[0]!.content[0]),
      ['a', 'b', 'c'].map((text) => ({ type: 'text', text })),
    );
    held.held[0]!.answer();
    held.held[2]!.answer();
    await settle();
    held.held[3]!.answer();
    await Promise.all(asks);
  });

  it('holds the whole model back after a 429, but not for an hour nobody will wait', async () => {
    const clock = fakeClock();
    const failing = (retryAfterMs: number) => {
      const limiter = createLimiter({ concurrency: 1, clock });
      return withLimiter(
        scriptedModel((_request, call) =>
          call === 0 ? Promise.reject(transient({ retryAfterMs })) : makeGeneration('ok'),
        ),
        () => limiter,
      );
    };
    const patient = failing(5000);
    await assert.rejects(patient.generate(makeRequest('a')));
    await patient.generate(makeRequest('b'));
    assert.deepEqual(clock.slept, [5000]);
    const hour = failing(3_600_000);
    await assert.rejects(hour.generate(makeRequest('a')));
    await hour.generate(makeRequest('b'));
    assert.deepEqual(clock.slept, [5000]);
  });

  it('sends nothing for who left before their turn', async () => {
    const held = heldModel();
    const limiter = createLimiter({ concurrency: 1, clock: fakeClock() });
    const model = withLimiter(held, () => limiter);
    const controller = new AbortController();
    const first = model.generate(makeRequest('a'));
    const second = model.generate(makeRequest('b'), { signal: controller.signal });
    await settle();
    controller.abort();
    held.held[0]!.answer();
    await first;
    await assert.rejects(second, withCode('stopped'));
    assert.equal(held.held.length, 1);
  });
});

describe('the paid meter', () => {
  it('writes a call down before it leaves and settles it by what it used', async () => {
    const log = listLog();
    const paid = createBudget({});
    const seen: (typeof log.attempts)[number][] = [];
    const model = withPaidMeter(
      scriptedModel(() => {
        seen.push({ ...log.attempts[0]! });
        return makeGeneration('x', { costUsd: 0.007 });
      }),
      paid,
      log,
      () => makeInfo(),
    );
    const reply = await model.generate(makeRequest('x'));
    assert.equal(seen[0]?.paid, null, 'written before it left');
    assert.deepEqual(log.attempts[0]?.paid, reply.paid);
    assert.equal(paid.spent().usd, 0.007);
  });

  it('charges the worst case when a cut connection may have been billed, a call when it cannot have been', async () => {
    const log = listLog();
    const paid = createBudget({});
    const request = makeRequest('x');
    const worst = worstCaseOf(request, makeInfo());
    for (const [mayHaveCost, usd] of [
      [true, worst.usd],
      [false, 0],
    ] as const) {
      const before = paid.spent().usd;
      const model = withPaidMeter(
        scriptedModel(() => Promise.reject(transient({ mayHaveCost }))),
        paid,
        log,
        () => makeInfo(),
      );
      await assert.rejects(model.generate(request));
      assert.ok(Math.abs(paid.spent().usd - before - usd) < 1e-12);
    }
    assert.deepEqual(
      log.attempts.map((attempt) => attempt.paid?.calls),
      [1, 1],
    );
  });

  it('lets nothing leave that cannot be written down', async () => {
    const model = scriptedModel(() => makeGeneration('x'));
    const paid = createBudget({});
    const log = { sent: () => Promise.reject(new PromptOptError('store', 'full')), settled: () => undefined };
    await assert.rejects(
      withPaidMeter(model, paid, log, () => makeInfo()).generate(makeRequest('x')),
      withCode('store'),
    );
    assert.equal(model.asked.length, 0);
    assert.equal(paid.spent().calls, 0);
    assert.equal(paid.fits(worstCaseOf(makeRequest('x'), makeInfo())), true);
  });

  it('counts every attempt of a retried call', async () => {
    const paid = createBudget({});
    const metered = withPaidMeter(
      scriptedModel((_request, call) =>
        call < 2 ? Promise.reject(transient()) : makeGeneration('ok', { costUsd: 0.001 }),
      ),
      paid,
      null,
      () => makeInfo(),
    );
    const reply = await withRetry(metered, { retries: 4, clock: fakeClock(), random: () => 0 }).generate(
      makeRequest('x'),
    );
    assert.equal(reply.paid.calls, 3);
    assert.equal(paid.spent().calls, 3);
  });
});

describe('the nominal budget', () => {
  it('counts a reply from journal or cache as if it were bought, at the prices of this run', async () => {
    const budget = createBudget({});
    const cached = scriptedModel(() => makeGeneration('x', { cached: true, costUsd: 99 }));
    const reply = await withNominalBudget(cached, budget, () => makeInfo()).generate(makeRequest('x'));
    assert.equal(reply.costUsd, 0.007);
    assert.equal(budget.spent().usd, 0.007);
    assert.equal(budget.spent().calls, 1);
  });

  it('gives back what a failed call had reserved', async () => {
    const budget = createBudget({ calls: 1 });
    const model = withNominalBudget(
      scriptedModel((_request, call) => (call === 0 ? Promise.reject(transient()) : makeGeneration('ok'))),
      budget,
      () => makeInfo(),
    );
    await assert.rejects(model.generate(makeRequest('x')));
    assert.equal(textOf(await model.generate(makeRequest('x'))), 'ok');
  });
});

describe('the worst case', () => {
  it('bounds input by its bytes for byte-level tokenizers, raises an estimate for others, and takes the reply limit', () => {
    const text = 'é'.repeat(100);
    const bytes = worstCaseOf(makeRequest(text), makeInfo());
    assert.ok(bytes.inputTokens >= 200);
    assert.equal(bytes.outputTokens, 10);
    const estimated = worstCaseOf(makeRequest(text), makeInfo({ byteLevelTokenizer: false }));
    assert.ok(estimated.inputTokens >= 75 && estimated.inputTokens < bytes.inputTokens);
  });

  it('counts a model without a price as unpriced, never as free', () => {
    assert.equal(worstCaseOf(makeRequest('x'), makeInfo({ price: null })).unpricedCalls, 1);
  });

  it('takes the higher rate of a long context', () => {
    const price = {
      inputPerMillion: 1,
      outputPerMillion: 1,
      source: 't',
      longContext: { inputPerMillion: 10, outputPerMillion: 10, aboveInputTokens: 100 },
    };
    assert.ok(
      worstCaseOf(makeRequest('x'.repeat(200)), makeInfo({ price })).usd >
        9 * worstCaseOf(makeRequest('x'.repeat(20)), makeInfo({ price })).usd,
    );
  });
});
