import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monthLimitOf, requireMonth } from '../../../src/engine/experiments/month-account.ts';
import { openStore } from '../../../src/engine/experiments/sqlite-store.ts';
import type { ResultsStore, RunHeader, RunLease } from '../../../src/engine/experiments/store.ts';
import { isPromptOptError } from '../../../src/protocol/errors.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import type { Spend } from '../../../src/protocol/events.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';

const workerPath = new URL('../../../src/engine/experiments/store-worker.ts', import.meta.url);
const NOVEMBER = Date.UTC(2026, 10, 24);
const DECEMBER = Date.UTC(2026, 11, 1);
const call = { model: 'openai/a', role: 'target' } as const;
const usd = (amount: number): Spend => ({ ...NO_SPEND, calls: 1, usd: amount });
const monthReached = (error: unknown): boolean =>
  isPromptOptError(error) && error.code === 'budget' && error.details.limit === 'month' && !!error.details.remedy;

const header = (id: string): RunHeader => ({
  id,
  name: 'triage',
  strategy: 'auto',
  specPath: '/x.prompt.yaml',
  specText: 'name: x',
  createdAt: NOVEMBER,
  engineVersion: '1',
  config: {},
  rows: { train: [], validation: [], test: [] },
});

describe('the money of a month', () => {
  let folder: string;
  let now: number;
  let opened: ResultsStore[];
  const open = async (): Promise<ResultsStore> => {
    const location = { path: join(folder, 'promptopt.db'), note: null };
    const store = await openStore({ location, workerPath, clock: { now: () => now } });
    opened.push(store);
    return store;
  };
  const paidIn = async (store: ResultsStore): Promise<number> => {
    await store.flush();
    return (await store.month()).paidUsd;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-month-'));
    now = NOVEMBER;
    opened = [];
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = async (store: ResultsStore, id = 'r'): Promise<RunLease> => store.createRun(header(id), 'a test');

  it('counts a call at its worst case until it is settled, and keeps what a deleted run has paid', async () => {
    const store = await open();
    const log = store.spendLog(await run(store));
    const first = await log.sent('x', usd(2), call);
    await log.sent('y', usd(3), call);
    assert.equal(await paidIn(store), 5);
    log.settled(first, usd(0.25));
    assert.equal(await paidIn(store), 3.25);
    await store.deleteRun('r');
    assert.equal(await paidIn(store), 3.25);
    assert.equal((await store.month()).month, '2026-11');
  });

  it('counts evaluations too, and begins anew with the next month in UTC', async () => {
    const store = await open();
    store.limitMonth({ usd: 5, emergencyUsd: 0 });
    const log = store.evaluationLog('triage');
    log.settled(await log.sent('x', usd(4), call), usd(4));
    assert.equal(await paidIn(store), 4);
    await assert.rejects(log.sent('y', usd(2), call), monthReached);
    now = DECEMBER;
    assert.equal(await paidIn(store), 0);
    await log.sent('y', usd(2), call);
    assert.equal(await paidIn(store), 2);
  });

  it('books what is settled in the month it was sent in', async () => {
    const store = await open();
    const log = store.evaluationLog('triage');
    const attempt = await log.sent('x', usd(4), call);
    now = DECEMBER;
    log.settled(attempt, usd(1));
    assert.equal(await paidIn(store), 0);
    now = NOVEMBER;
    assert.equal(await paidIn(store), 1);
  });

  it('sends nothing that does not fit, to the last cent, and lets free calls pass', async () => {
    const store = await open();
    store.limitMonth({ usd: 1, emergencyUsd: 0 });
    const log = store.spendLog(await run(store));
    for (let index = 0; index < 10; index++) log.settled(await log.sent(`x${index}`, usd(0.1), call), usd(0.1));
    await assert.rejects(log.sent('y', usd(0.01), call), monthReached);
    await log.sent('free', usd(0), call);
    assert.equal(await paidIn(store), 1);
  });

  it('waits for calls in the air before it refuses one', async () => {
    const store = await open();
    store.limitMonth({ usd: 1, emergencyUsd: 0 });
    const log = store.spendLog(await run(store));
    const first = await log.sent('x', usd(0.9), call);
    const second = log.sent('y', usd(0.9), call);
    const third = log.sent('z', usd(0.9), call);
    log.settled(first, usd(0.05));
    log.settled(await second, usd(0.2));
    await assert.rejects(third, monthReached);
    assert.equal(await paidIn(store), 0.25);
  });

  it('keeps what living runs hold for their verdicts, and gives each its own when it comes to it', async () => {
    const [one, other] = [await open(), await open()];
    for (const store of [one, other]) store.limitMonth({ usd: 10, emergencyUsd: 0 });
    const [mine, theirs] = [await run(one, 'mine'), await run(other, 'theirs')];
    await one.holdMonth(mine, { verdictUsd: 4, baselineUsd: 1 });
    assert.equal((await other.month()).heldUsd, 4);
    await assert.rejects(other.holdMonth(theirs, { verdictUsd: 4, baselineUsd: 3 }), monthReached);
    // The search, its own hold out of reach as well.
    await assert.rejects(one.spendLog(mine).sent('a', usd(7), call), monthReached);
    const log = other.spendLog(theirs);
    log.settled(await log.sent('b', usd(6), call), usd(6));
    await assert.rejects(log.sent('c', usd(0.5), call), monthReached);
    // More than what is held cannot be had any more: what was held is what there is.
    assert.equal(await one.openMonthHold(mine, 5), 4);
    await one.spendLog(mine).sent('d', usd(4), call);
    assert.equal(await paidIn(one), 10);
  });

  it('forgets the hold of a run that is gone', async () => {
    const store = await open();
    store.limitMonth({ usd: 10, emergencyUsd: 0 });
    await store.holdMonth(await run(store, 'dead'), { verdictUsd: 9, baselineUsd: 0 });
    const log = store.evaluationLog('triage');
    await assert.rejects(log.sent('x', usd(5), call), monthReached);
    now += 31_000;
    await log.sent('x', usd(5), call);
    assert.equal((await store.month()).heldUsd, 0);
  });

  it('is never passed by two processes at once, whatever calls turn out to cost', async () => {
    const stores = [await open(), await open()];
    const random = createRandom(3, 'month');
    const LIMIT = 5;
    let refused = 0;
    let highest = 0;
    await Promise.all(
      stores.map(async (store, number) => {
        store.limitMonth({ usd: LIMIT, emergencyUsd: 0 });
        const log = store.evaluationLog(`p${number}`);
        await Promise.all(
          Array.from({ length: 150 }, async (_, index) => {
            const worst = 0.05 + random.next() * 0.2;
            try {
              const attempt = await log.sent(`${number}-${index}`, usd(worst), call);
              highest = Math.max(highest, (await store.month()).paidUsd);
              log.settled(attempt, usd(worst * random.next()));
            } catch (error) {
              assert.ok(monthReached(error), String(error));
              refused++;
            }
          }),
        );
      }),
    );
    assert.ok(refused > 0, 'the limit was never met');
    assert.ok(highest <= LIMIT + 1e-9, `$${highest} were reserved at once`);
    const paid = await Promise.all(stores.map(paidIn));
    assert.equal(paid[0], paid[1]);
    assert.ok((paid[0] ?? Infinity) <= LIMIT + 1e-9);
  });

  it('has an emergency budget only when the user says so, and no limit without a monthly one', () => {
    const budget = { monthlyUsd: 200, emergencyUsd: 1000, askAboveUsd: null };
    assert.deepEqual(monthLimitOf(budget, false), { usd: 200, emergencyUsd: 0 });
    assert.deepEqual(monthLimitOf(budget, true), { usd: 200, emergencyUsd: 1000 });
    assert.equal(monthLimitOf({ ...budget, monthlyUsd: null }, true), null);
    const state = { month: '2026-11', paidUsd: 199, heldUsd: 0.5, limit: { usd: 200, emergencyUsd: 0 } };
    requireMonth({ verdictUsd: 0.25, baselineUsd: 0.25 }, state);
    assert.throws(() => {
      requireMonth({ verdictUsd: 0.5, baselineUsd: 0.25 }, state);
    }, monthReached);
  });
});
