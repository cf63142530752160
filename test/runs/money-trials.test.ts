import assert from 'node:assert/strict';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import { NO_SPEND } from '../../src/protocol/events.ts';
import type { Limits, Spend } from '../../src/protocol/events.ts';
import { createBudget } from '../../src/engine/models/budget.ts';
import type { Budget } from '../../src/engine/models/budget.ts';
import { createConnections } from '../../src/engine/models/connections.ts';
import { createGateway } from '../../src/engine/models/gateway.ts';
import type { LanguageModel } from '../../src/engine/models/language-model.ts';
import type { ProviderDescriptor } from '../../src/engine/models/provider.ts';
import { addSpend } from '../../src/protocol/spend.ts';
import { worstCaseOf } from '../../src/engine/models/worst-case.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';
import type { RandomStream } from '../../src/engine/statistics/random.ts';
import { billingServer } from '../support/billing-server.ts';
import type { BillingServer } from '../support/billing-server.ts';
import { fakeClock, listLog, makeRequest, mapJournal, settle } from '../support/models.ts';

const MODEL = 'test/model';
const IN_FLIGHT = 200;
const TRIALS = 1000;

/** What outlives a process: replies and what was written down of every attempt. */
interface Kept {
  readonly journal: ReturnType<typeof mapJournal>;
  readonly logs: ReturnType<typeof listLog>[];
}

type End = 'all-answered' | 'budget' | 'stopped' | 'killed' | 'usage-overrun' | 'transient';

/** As a run is resumed: what was sent and not settled counts at its worst. */
const paidBefore = ({ logs }: Kept): Spend =>
  logs.flatMap(({ attempts }) => attempts).reduce((sum, { paid, worst }) => addSpend(sum, paid ?? worst), NO_SPEND);

interface Life {
  readonly server: BillingServer;
  readonly kept: Kept;
  readonly limits: Limits;
  readonly rows: number;
  readonly random: RandomStream;
  /** Turns after which it is stopped or killed; neither when absent. */
  readonly endsAfter?: number;
  readonly by?: 'abort' | 'kill';
  /** Calls answered in one turn at most. */
  readonly atOnce?: number;
}

/** A provider as a process sees it that may be killed: from then on it sends nothing and hears of nothing. */
function until(isDead: () => boolean, provider: ProviderDescriptor): ProviderDescriptor {
  const never = new Promise<never>(() => undefined);
  return {
    ...provider,
    async connect(settings) {
      const connected = await provider.connect(settings);
      return {
        ...connected,
        async generate(request, options) {
          if (isDead()) return await never;
          try {
            const generation = await connected.generate(request, options);
            return isDead() ? await never : generation;
          } catch (error) {
            if (isDead()) return await never;
            throw error;
          }
        },
      };
    },
  };
}

/** One process in the life of a run: all rows through the whole stack, 200 in flight. */
async function live({ server, kept, limits, rows, random, endsAfter, by, atOnce = 80 }: Life): Promise<[End, Budget]> {
  const clock = fakeClock();
  let dead = false;
  const connections = createConnections({
    providers: [until(() => dead, server.provider)],
    settingsFor: () => ({}),
    concurrency: IN_FLIGHT,
    clock,
  });
  const log = listLog();
  const paid = createBudget(limits, paidBefore(kept));
  kept.logs.push(log);
  const gateway = createGateway({
    connections,
    models: new Map([[MODEL, server.info]]),
    journal: kept.journal,
    cache: null,
    spendLog: { ...log, sent: (...attempt) => (dead ? new Promise(() => undefined) : log.sent(...attempt)) },
    paid,
    clock,
    random: () => random.next(),
    retries: 3,
  });
  const model: LanguageModel = gateway.under(createBudget(limits));
  const controller = new AbortController();
  let next = 0;
  let failure: unknown = null;
  const worker = async (): Promise<void> => {
    while (next < rows && failure === null) {
      try {
        await model.generate(requestOf(next++), { signal: controller.signal });
      } catch (error) {
        failure ??= error;
      }
    }
  };
  const state = { open: true };
  const all = Promise.all(Array.from({ length: IN_FLIGHT + 20 }, worker)).then(() => (state.open = false));
  for (let turn = 0; state.open; turn++) {
    if (turn === endsAfter && by === 'kill') {
      dead = true;
      return ['killed', paid];
    }
    if (turn === endsAfter) controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    // Until the air is full the server takes its time.
    if (turn > 3) server.answer(1 + random.integer(atOnce));
  }
  await all;
  // Whoever is stopped is told at once; what it had under way ends a little later.
  await settle();
  if (failure === null) return ['all-answered', paid];
  assert.ok(isPromptOptError(failure));
  return [failure.code as End, paid];
}

const requestOf = (row: number) => makeRequest(`row ${row} ${'x'.repeat((row * 37) % 150)}`, { maxOutputTokens: 50 });

/** Limits of any kinds, small enough to be reached now and then. */
function limitsOf(random: RandomStream, server: BillingServer, rows: number): Limits {
  const whole = Array.from({ length: rows }, (_, row) => worstCaseOf(requestOf(row), server.info)).reduce(addSpend);
  const share = (): number => 0.05 + 0.9 * random.next();
  const kinds = 1 + random.integer(7);
  return {
    ...((kinds & 1) === 0 ? {} : { usd: Math.ceil(whole.usd * share() * 100) / 100 }),
    ...((kinds & 2) === 0 ? {} : { calls: Math.ceil(rows * 1.3 * share()) }),
    ...((kinds & 4) === 0 ? {} : { tokens: Math.ceil((whole.inputTokens + whole.outputTokens) * share()) }),
  };
}

function mostWithin(limits: Limits, { bill }: BillingServer, paid: Spend, about: string): void {
  const { usd = Infinity, calls = Infinity, tokens = Infinity } = limits;
  assert.ok(bill.usd <= usd + 1e-9, `${about}: $${bill.usd} were charged of $${usd}`);
  assert.ok(bill.calls <= calls, `${about}: ${bill.calls} calls were made of ${calls}`);
  assert.ok(bill.tokens <= tokens, `${about}: ${bill.tokens} tokens were used of ${tokens}`);
  assert.ok(paid.usd >= bill.usd - 1e-9, `${about}: $${paid.usd} are accounted for, $${bill.usd} were charged`);
  assert.ok(paid.calls >= bill.calls, `${about}: ${paid.calls} calls are accounted for, ${bill.calls} were made`);
  assert.ok(paid.inputTokens + paid.outputTokens >= bill.tokens, `${about}: tokens are missing from the account`);
}

describe('the limit of a run with 200 calls in flight', function () {
  this.timeout(300_000);

  it(`is kept in ${TRIALS} random trials, through retries and failures and across stops, kills and resumes`, async () => {
    const ends = new Map<string, number>();
    let fullAir = 0;
    for (let seed = 1; seed <= TRIALS; seed++) {
      const random = createRandom(seed, 'money');
      const server = billingServer({
        random,
        price: { inputPerMillion: 1 + random.integer(900), outputPerMillion: 1 + random.integer(3000), source: 'test' },
        failing: random.next() * 0.15,
        refusing: random.next() * 0.1,
        cutting: random.next() * 0.1,
        overrunAt: -1,
      });
      const rows = 220 + random.integer(120);
      const limits = limitsOf(random, server, rows);
      const kept: Kept = { journal: mapJournal(), logs: [] };
      const life = { server, kept, limits, rows, random };
      const lives: End[] = [];
      for (let resumed = 0; resumed < 4; resumed++) {
        const cutShort = resumed < 2 && random.next() < 0.5;
        const [end, paid] = await live({
          ...life,
          ...(cutShort ? { endsAfter: 2 + random.integer(14), by: random.next() < 0.5 ? 'abort' : 'kill' } : {}),
        });
        lives.push(end);
        const account = paidBefore(kept);
        mostWithin(limits, server, account, `seed ${seed}, ${lives.join(', ')}`);
        // Who is stopped does not wait for what is in the air; it counts at its worst until it is settled.
        if (end !== 'killed' && server.inAir() === 0)
          assert.deepEqual(paid.spent(), account, `seed ${seed}: budget and log agree`);
        if (end === 'all-answered' || end === 'budget') break;
        // What a killed process had sent is answered to nobody, and charged all the same.
        while (server.inAir() > 0) server.answer(IN_FLIGHT);
        await new Promise((resolve) => setImmediate(resolve));
        mostWithin(limits, server, account, `seed ${seed}, after ${lives.join(', ')}`);
      }
      for (const end of lives) ends.set(end, (ends.get(end) ?? 0) + 1);
      if (server.mostInAir() === IN_FLIGHT) fullAir++;
    }
    const seen = JSON.stringify([...ends]);
    for (const end of ['all-answered', 'budget', 'stopped', 'killed', 'transient'])
      assert.ok((ends.get(end) ?? 0) > TRIALS / 100, `trials that end with ${end}: ${seen}`);
    assert.ok(fullAir > TRIALS / 10, `${fullAir} trials had ${IN_FLIGHT} calls in the air at once`);
  });

  it('that a reply passes by using more than was announced ends the run with that reason, and no more leave', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = createRandom(seed, 'overrun');
      const server = billingServer({
        random,
        price: { inputPerMillion: 100, outputPerMillion: 500, source: 'test' },
        failing: 0.1,
        refusing: 0,
        cutting: 0,
        overrunAt: random.integer(250),
      });
      const kept: Kept = { journal: mapJournal(), logs: [] };
      const [end, paid] = await live({
        server,
        kept,
        limits: { usd: 1000, calls: 5000 },
        rows: 400,
        random,
        atOnce: 1,
      });
      assert.equal(end, 'usage-overrun', `seed ${seed}`);
      // One may have taken the place it left.
      assert.ok(server.bill.calls <= (server.atOverrun() ?? 0) + 1, `seed ${seed}: nothing is sent after the overrun`);
      assert.ok(Math.abs(paid.spent().usd - server.bill.usd) < 1e-6, `seed ${seed}: and it is accounted for in full`);
    }
  });
});
