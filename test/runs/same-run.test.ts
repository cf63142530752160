import assert from 'node:assert/strict';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import type { EngineOptions, OptimizeOptions } from '../../src/engine/engine.ts';
import { optimizers } from '../../src/engine/optimizers/table.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

/** The document without what may differ: times, ids and what was really paid. */
function bytesOf(result: OptimizationResult): string {
  const { runId: _id, time: _time, paid: _paid, ...rest } = result;
  return JSON.stringify(rest);
}

async function optimize(
  workspace: Workspace,
  options: OptimizeOptions,
  engineOptions: Partial<EngineOptions> = {},
): Promise<OptimizationResult> {
  const engine = workspace.open(engineOptions);
  try {
    const run = await (await engine.plan(await engine.openTask(workspace.spec), options)).start();
    return await run.result;
  } finally {
    await engine.close();
  }
}

describe('the same run', () => {
  const workspaces: Workspace[] = [];
  const made = (workspace: Workspace): Workspace => {
    workspaces.push(workspace);
    return workspace;
  };
  afterEach(() => {
    for (const workspace of workspaces.splice(0)) workspace.remove();
  });

  for (const { name: strategy } of optimizers) {
    it(`${strategy}: one seed gives the same bytes with a cold cache, a warm one and none`, async () => {
      const options: OptimizeOptions = { strategy, seed: 7, limits: { calls: 400 } };
      const workspace = made(makeWorkspace());
      const cold = await optimize(workspace, options);
      const warm = await optimize(workspace, options);
      const none = await optimize(made(makeWorkspace()), options, { useCache: false });
      assert.equal(bytesOf(warm), bytesOf(cold));
      assert.equal(bytesOf(none), bytesOf(cold));
      assert.ok(cold.paid.calls > 0);
      assert.equal(warm.paid.calls, 0);
      assert.deepEqual(none.spent, cold.spent);
      assert.ok(
        cold.spent.calls <= cold.forecast.calls.worst,
        `${cold.spent.calls} calls, ${cold.forecast.calls.worst} forecast at worst`,
      );
    });
  }

  it('another seed gives another search', async () => {
    const workspace = made(makeWorkspace());
    const [one, two] = [
      await optimize(workspace, { seed: 1, limits: { calls: 400 } }),
      await optimize(workspace, { seed: 2, limits: { calls: 400 } }),
    ];
    assert.notDeepEqual(
      one.candidates.map(({ hash }) => hash),
      two.candidates.map(({ hash }) => hash),
    );
  });

  it('does not depend on the order replies arrive in', async () => {
    const results: string[] = [];
    for (const seed of [1, 2]) {
      const random = createRandom(seed, 'delays');
      const server = await startOpenAiServer((call, response) => {
        setTimeout(() => {
          send(response, apprenticeCompletion(call));
        }, random.integer(4));
      });
      const workspace = made(makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) }));
      results.push(
        bytesOf(await optimize(workspace, { seed: 7, limits: { calls: 300, usd: 50 } }, { concurrency: 16 })),
      );
      await server.close();
    }
    assert.equal(results[1], results[0]);
  });
});
