import assert from 'node:assert/strict';
import type { Forecast } from '../../src/protocol/events.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunConfig } from '../../src/engine/experiments/run-config.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const within = (value: number, wanted: number, share: number): boolean => Math.abs(value - wanted) <= share * wanted;

describe('forecasts', function () {
  this.timeout(120_000);

  it('learn from runs of the same strategy and model, say so, and stay what they were for a run that has begun', async () => {
    const server = await startOpenAiServer((call, response) => {
      setTimeout(() => {
        send(response, apprenticeCompletion(call));
      }, 5);
    });
    const workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) });
    const engine = workspace.open();
    try {
      await learn(engine, workspace);
    } finally {
      await engine.close();
      workspace.remove();
      await server.close();
    }
  });

  const learn = async (engine: Engine, workspace: Workspace): Promise<void> => {
    const task = await engine.openTask(workspace.spec);
    const limits = { calls: 400 };
    const plain = (await engine.plan(task, { limits })).forecast;
    assert.equal(plain.learned, null);
    const spent: { calls: number; inputTokens: number; outputTokens: number; usd: number }[] = [];
    let last = '';
    for (const seed of [1, 2, 3]) {
      const run = await (await engine.plan(task, { limits, seed })).start();
      const result = await run.result;
      spent.push(result.spent);
      last = run.id;
    }
    const learned = (await engine.plan(task, { limits, seed: 4 })).forecast;
    assert.equal(learned.learned?.runs, 3);
    const of = (forecast: Forecast, figure: 'calls' | 'inputTokens' | 'outputTokens'): number =>
      forecast[figure].likely;
    for (const figure of ['calls', 'inputTokens', 'outputTokens'] as const) {
      const middle = spent.map((one) => one[figure]).sort((a, b) => a - b)[1] ?? 0;
      assert.ok(
        Math.abs(of(learned, figure) - middle) < Math.abs(of(plain, figure) - middle) ||
          within(of(learned, figure), middle, 0.1),
        `${figure}: ${of(plain, figure)} plain, ${of(learned, figure)} learned, ${middle} spent`,
      );
    }
    const cost = spent.map(({ usd }) => usd).sort((a, b) => a - b)[1] ?? 0;
    assert.ok(within(learned.usd?.likely ?? 0, cost, 0.3), `$${learned.usd?.likely} forecast, $${cost} spent`);
    // Measured, not guessed: a call takes some milliseconds here.
    assert.ok(learned.minutes.likely < plain.minutes.likely / 5);
    // What a run began with stays in its header, whatever was learned since.
    const store = await engine.store(workspace.spec);
    const config = (await store.load(last))?.header.config as RunConfig;
    assert.equal(config.forecast.learned, null);
    const other = await engine.plan(task, { limits, strategy: 'bootstrap-few-shot' });
    assert.equal(other.forecast.learned, null, 'another strategy has its own history');
  };
});
