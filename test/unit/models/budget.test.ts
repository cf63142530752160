import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBudget } from '../../../src/engine/models/budget.ts';
import type { Budget, Reservation } from '../../../src/engine/models/budget.ts';
import { isPromptOptError, PromptOptError } from '../../../src/protocol/errors.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import type { Spend } from '../../../src/protocol/events.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';
import { settle } from '../../support/models.ts';

const usd = (amount: number): Spend => ({ ...NO_SPEND, calls: 1, usd: amount });
const refusedFor = (limit: string) => (error: unknown) =>
  isPromptOptError(error) && error.code === 'budget' && error.details.limit === limit;

describe('a budget', () => {
  it('holds with 200 calls in the air: call 201 waits, and is refused when none is left in the air', async () => {
    const budget = createBudget({ calls: 200 });
    const admitted = await Promise.all(Array.from({ length: 200 }, () => budget.admit(usd(0))));
    let refused: unknown = null;
    const next = budget.admit(usd(0)).catch((error: unknown) => (refused = error));
    await settle();
    assert.equal(refused, null, 'it waits while calls are in the air');
    assert.equal(budget.left().calls, 0);
    for (const reservation of admitted) reservation.settle(usd(0));
    await next;
    assert.ok(refusedFor('calls')(refused));
    assert.equal(budget.spent().calls, 200);
  });

  it('never passes a limit in money, whatever order replies arrive in and whatever they cost below their worst case', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 100 })), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer(),
        async (calls, limit, seed) => {
          const run = async (order: number): Promise<{ admitted: number[]; spent: number }> => {
            const budget = createBudget({ usd: limit / 100 });
            const random = createRandom(order, 'arrival');
            const admitted: number[] = [];
            const air: (() => void)[] = [];
            const ends = calls.map(async ([worst, part], index) => {
              let reservation: Reservation;
              try {
                reservation = await budget.admit(usd(worst / 100));
              } catch {
                return;
              }
              admitted.push(index);
              await new Promise<void>((resolve) => air.push(resolve));
              reservation.settle(usd(Math.floor((worst * part) / 100) / 100));
              assert.ok(budget.spent().usd <= limit / 100 + 1e-9);
            });
            const state = { open: true };
            const all = Promise.all(ends).then(() => (state.open = false));
            while (state.open) {
              await new Promise((resolve) => setImmediate(resolve));
              if (air.length > 0) air.splice(random.integer(air.length), 1)[0]?.();
            }
            await all;
            return { admitted: admitted.sort((a, b) => a - b), spent: budget.spent().usd };
          };
          assert.deepEqual(
            await run(seed),
            await run(seed + 1),
            'who is admitted does not depend on who arrives first',
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('admits in call order: a small call behind a large one waits for it', async () => {
    const budget = createBudget({ usd: 1 });
    const first = await budget.admit(usd(0.6));
    const order: string[] = [];
    const large = budget.admit(usd(0.9)).then((reservation) => (order.push('large'), reservation));
    const small = budget.admit(usd(0.1)).then((reservation) => (order.push('small'), reservation));
    await settle();
    assert.deepEqual(order, []);
    first.settle(usd(0));
    await Promise.all([large, small]);
    assert.deepEqual(order, ['large', 'small']);
  });

  it('refuses everything after a refusal, until the limits change: what still fits must not depend on who asked first', async () => {
    const budget = createBudget({ usd: 1 });
    (await budget.admit(usd(0.8))).settle(usd(0.8));
    await assert.rejects(budget.admit(usd(0.5)), refusedFor('usd'));
    await assert.rejects(budget.admit(usd(0.1)), refusedFor('usd'));
    budget.setLimits({ usd: 2 });
    (await budget.admit(usd(0.5))).settle(usd(0.5));
    assert.equal(budget.spent().usd, 1.3);
  });

  it('takes the last cent: ten times ten cents are a dollar', async () => {
    const budget = createBudget({ usd: 1 });
    for (let call = 0; call < 10; call++) (await budget.admit(usd(0.1))).settle(usd(0.1));
    assert.equal(budget.left().usd, 0);
    await assert.rejects(budget.admit(usd(0.000001)), refusedFor('usd'));
  });

  it('books and then reports a call that used more than it reserved', async () => {
    const budget = createBudget({ usd: 1 });
    const reservation = await budget.admit(usd(0.1));
    assert.throws(
      () => {
        reservation.settle(usd(0.2));
      },
      (error) => isPromptOptError(error) && error.code === 'usage-overrun',
    );
    assert.equal(budget.spent().usd, 0.2);
    assert.throws(() => {
      reservation.settle(usd(0.1));
    }, /twice/);
  });

  it('counts what its children spend, and a stop reaches them at the same admission', async () => {
    const parent = createBudget({ calls: 10 });
    const child = parent.child({ calls: 5 });
    for (let call = 0; call < 3; call++) (await child.admit(usd(0))).settle(usd(0));
    assert.equal(parent.admitted(), 3);
    assert.equal(parent.left().calls, 7);
    assert.equal(child.left().calls, 2);
    parent.stopAt(4, new PromptOptError('stopped', 'enough'));
    (await child.admit(usd(0))).settle(usd(0));
    await assert.rejects(child.admit(usd(0)), /enough/);
    await assert.rejects(parent.admit(usd(0)), /enough/);
  });

  it('closes a child at its own limit and leaves the parent open', async () => {
    const parent = createBudget({ calls: 3 });
    const child = parent.child({ calls: 1 });
    (await child.admit(usd(0))).settle(usd(0));
    await assert.rejects(child.admit(usd(0)), refusedFor('calls'));
    (await parent.admit(usd(0))).settle(usd(0));
    assert.equal(parent.spent().calls, 2);
  });

  it('holds calls back while paused, and lets a waiting call go when its signal aborts', async () => {
    const budget = createBudget({});
    budget.pause();
    const controller = new AbortController();
    const waiting = budget.admit(usd(0), controller.signal);
    let through = false;
    const next = budget.admit(usd(0)).then((reservation) => {
      through = true;
      reservation.settle(usd(0));
    });
    await settle();
    assert.equal(through, false);
    controller.abort();
    await assert.rejects(waiting, (error) => isPromptOptError(error) && error.code === 'stopped');
    budget.resume();
    await next;
    assert.equal(budget.admitted(), 1);
  });

  it('takes a larger limit up at the admission it was given for, not before', async () => {
    const budget = createBudget({ calls: 2 });
    budget.limitsAt(2, { calls: 4 });
    assert.equal(budget.left().calls, 2);
    (await budget.admit(usd(0))).settle(usd(0));
    assert.equal(budget.left().calls, 1, 'the old limit until then');
    (await budget.admit(usd(0))).settle(usd(0));
    assert.equal(budget.left().calls, 2);
    for (let call = 0; call < 2; call++) (await budget.admit(usd(0))).settle(usd(0));
    await assert.rejects(budget.admit(usd(0)), refusedFor('calls'));
  });

  it('goes on from what was spent before', async () => {
    const budget: Budget = createBudget({ calls: 5 }, { ...NO_SPEND, calls: 4 });
    (await budget.admit(usd(0))).settle(usd(0));
    await assert.rejects(budget.admit(usd(0)), refusedFor('calls'));
  });
});
