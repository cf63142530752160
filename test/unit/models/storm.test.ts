import assert from 'node:assert/strict';
import { createBudget } from '../../../src/engine/models/budget.ts';
import { createConnections } from '../../../src/engine/models/connections.ts';
import { createGateway } from '../../../src/engine/models/gateway.ts';
import { textOf } from '../../../src/engine/models/language-model.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';
import { handClock } from '../../support/hand-clock.ts';
import { listLog, makeRequest } from '../../support/models.ts';
import { throttlingServer } from '../../support/throttling-server.ts';
import type { ThrottlingOptions } from '../../support/throttling-server.ts';

const MODEL = 'test/model';
const CONCURRENCY = 64;

interface Storm extends Pick<ThrottlingOptions, 'rate' | 'refuses' | 'hint'> {
  readonly calls: number;
  readonly latency?: number;
  readonly seed?: number;
}

/** Sends all calls through the whole stack, in the time of a clock that only the storm moves. */
async function weather({ calls, seed = 1, latency = 20, ...server }: Storm) {
  const clock = handClock();
  const begun = clock.now();
  const random = createRandom(seed, 'storm');
  const next = (): number => random.next();
  const throttling = throttlingServer({ clock, latency, burst: server.rate / 10, random: next, ...server });
  const connections = createConnections({
    providers: [throttling.provider],
    settingsFor: () => ({}),
    concurrency: CONCURRENCY,
    clock,
  });
  const paid = createBudget({});
  const log = listLog();
  const gateway = createGateway({
    connections,
    models: new Map([[MODEL, await connections.describe(MODEL)]]),
    journal: null,
    cache: null,
    spendLog: log,
    paid,
    clock,
    random: next,
    retries: 4,
  });
  const model = gateway.under(createBudget({}));
  const replies: string[] = [];
  let sent = 0;
  const end = { at: 0 };
  const worker = async (): Promise<void> => {
    while (sent < calls) replies.push(textOf(await model.generate(makeRequest(`${sent++}`))));
  };
  const all = Promise.all(Array.from({ length: 1.5 * CONCURRENCY }, worker)).finally(() => (end.at = clock.now()));
  all.catch(() => undefined);
  while (end.at === 0) await clock.advance(50);
  await all;
  return {
    /** Of the time the server's rate alone would have taken. */
    ratio: (end.at - begun) / ((calls * 1000) / server.rate),
    refused: throttling.refused(),
    answered: throttling.answered(),
    paidCalls: paid.spent().calls,
    open: log.attempts.filter((attempt) => attempt.paid === null).length,
    replies,
  };
}

const HINTS: readonly (readonly [string, ThrottlingOptions['hint']])[] = [
  ['without a hint', undefined],
  ['with the time until there is room', (untilFree) => untilFree],
  ['with a hint of a second', () => 1000],
];

describe('a storm of refusals', function () {
  this.timeout(60_000);

  for (const [name, hint] of HINTS) {
    it(`that meets 30 % of all calls, ${name}, loses none and takes at most 1.5 × of the server’s rate`, async () => {
      for (const seed of [1, 2]) {
        const end = await weather({
          calls: 1500,
          rate: 50,
          refuses: 0.3,
          seed,
          ...(hint === undefined ? {} : { hint }),
        });
        assert.deepEqual([end.replies.length, end.answered, end.open], [1500, 1500, 0], `seed ${seed}`);
        assert.equal(end.paidCalls, end.answered + end.refused, 'every attempt is accounted for');
        assert.ok(end.refused >= 0.25 * (end.answered + end.refused), `${end.refused} were refused`);
        assert.ok(end.ratio <= 1.5, `seed ${seed}: ${end.ratio.toFixed(2)} ×`);
      }
    });
  }

  it('that more calls than are allowed bring about ends when the pace is found: few are refused from then on', async () => {
    for (const rate of [100, 500]) {
      const { ratio, refused, answered } = await weather({ calls: rate * 20, rate, refuses: 0 });
      assert.ok(ratio <= 1.1, `${rate} a second: ${ratio.toFixed(2)} ×`);
      assert.ok(refused < answered / 4, `${rate} a second: ${refused} were refused, ${answered} answered`);
    }
  });

  it('is weathered where replies take seconds, though calls that leave at once are refused at once', async () => {
    const { ratio } = await weather({ calls: 2000, rate: 40, refuses: 0, latency: 1000 });
    assert.ok(ratio <= 1.5, `${ratio.toFixed(2)} ×`);
  });
});
