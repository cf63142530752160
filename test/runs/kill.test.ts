import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { createRandom } from '../../src/engine/statistics/random.ts';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import { optimizeInProcess } from '../support/optimize-process.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const OPTIONS = { seed: 7, limits: { calls: 300, usd: 500 } };
const ENGINE = { concurrency: 8, useCache: false };

/** A server that answers after a few milliseconds and calls `onCall` at each call it has received. */
const startSlowServer = (onCall: (count: number) => void): Promise<OpenAiServer> =>
  startOpenAiServer((call, response) => {
    setTimeout(() => {
      send(response, apprenticeCompletion(call));
    }, 3);
    onCall(call.index + 1);
  });

/** Calls that had left, or were about to, and whose reply the journal does not have. */
function inTheAir(database: string): number {
  const store = new DatabaseSync(database);
  const row = store
    .prepare(
      'SELECT count(*) AS lost FROM attempts a WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.run = a.run AND j.identity = a.identity)',
    )
    .get() as { lost: number };
  store.close();
  return row.lost;
}

/** What must be the same however often the process died. */
const resultOf = ({ verdict, chosen, candidates, spent, stopReason }: OptimizationResult): string =>
  JSON.stringify({ verdict, chosen, candidates, spent, stopReason });

describe('a killed run', function () {
  this.timeout(120_000);
  let server: OpenAiServer;
  let workspace: Workspace;
  let onCall: (count: number) => void = () => undefined;
  let whole: OptimizationResult;
  let callsOfWhole: number;

  const prepare = async (): Promise<void> => {
    server = await startSlowServer((count) => {
      onCall(count);
    });
    workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) });
  };
  const clear = async (): Promise<void> => {
    onCall = () => undefined;
    await server.close();
    workspace.remove();
  };

  before(async () => {
    await prepare();
    const result = await optimizeInProcess({ spec: workspace.spec, options: OPTIONS, engine: ENGINE }).result;
    assert.ok(result !== null && result.verdict !== null);
    whole = result;
    callsOfWhole = server.calls.length;
    assert.equal(whole.paid.calls, callsOfWhole, 'every call is accounted for');
    await clear();
  });
  beforeEach(prepare);
  afterEach(clear);

  /** Kills the run at each of these counts of calls, resuming in a new process each time; then lets it end. */
  async function killAt(moments: readonly number[]): Promise<{ result: OptimizationResult; lost: number }> {
    let lost = 0;
    for (const [index, moment] of moments.entries()) {
      const process = optimizeInProcess({ spec: workspace.spec, options: OPTIONS, engine: ENGINE, resume: index > 0 });
      let killed = false;
      onCall = (count) => {
        if (count < moment || killed) return;
        killed = true;
        process.kill();
      };
      assert.equal(await process.result, null, `killed at call ${moment}`);
      const air = inTheAir(workspace.database);
      assert.ok(air <= ENGINE.concurrency, `${air} replies were lost`);
      lost += air;
    }
    onCall = () => undefined;
    const result = await optimizeInProcess({ spec: workspace.spec, engine: ENGINE, resume: true }).result;
    assert.ok(result !== null);
    return { result, lost };
  }

  const random = createRandom(2026, 'kills');
  // In the baseline, in the search, in the verdict: one moment of each third, drawn at random.
  for (const third of [0, 1, 2]) {
    const share = (third + random.next()) / 3;
    it(`at ${Math.round(share * 100)} % of its calls ends as if nothing had happened, paying only for what was in the air`, async () => {
      const { result, lost } = await killAt([Math.max(1, Math.floor(share * callsOfWhole))]);
      assert.equal(resultOf(result), resultOf(whole));
      assert.ok(
        server.calls.length <= callsOfWhole + lost,
        `${server.calls.length} calls, ${callsOfWhole} uninterrupted, ${lost} lost`,
      );
      assert.ok(result.paid.calls >= server.calls.length, 'what was lost in the air is charged');
      assert.ok(result.paid.calls <= OPTIONS.limits.calls);
    });
  }

  it('again and again ends all the same', async () => {
    const moments = [0.2, 0.5, 0.75].map((share) => Math.floor((share + random.next() * 0.1) * callsOfWhole));
    const { result, lost } = await killAt(moments);
    assert.ok(server.calls.length <= callsOfWhole + lost);
    assert.ok(result.paid.calls <= OPTIONS.limits.calls);
    assert.equal(resultOf(result), resultOf(whole));
  });
});
