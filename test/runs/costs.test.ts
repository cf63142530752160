import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { groupCosts, totalPaid } from '../../src/protocol/folds/cost-groups.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const PRICE = { inputPerMillion: 1000, outputPerMillion: 2000 };

describe('the account of a workspace', () => {
  let server: OpenAiServer;
  let workspace: Workspace;
  let failed = 0;

  before(async () => {
    server = await startOpenAiServer((call, response) => {
      if (call.index % 10 === 3) {
        failed++;
        sendError(response, 500, 'server_error', { 'retry-after-ms': '1' });
      } else send(response, apprenticeCompletion(call));
    });
    const config = `${configFor(server.baseUrl, PRICE)}budget: { monthlyUsd: 5000 }\n`;
    workspace = makeWorkspace({ model: 'openai/m', config });
  });
  after(async () => {
    await server.close();
    workspace.remove();
  });

  it('has every attempt of runs and evaluations, by run, day, model and role, to the nano-dollar', async () => {
    const engine = workspace.open({ retries: 4 });
    try {
      const task = await engine.openTask(workspace.spec);
      const run = await (await engine.plan(task, { seed: 7, limits: { calls: 300 } })).start();
      const result = await run.result;
      // A prompt the run has not asked: nothing of it is in the cache.
      const other = await engine.readTask(task.text.replace('You help', 'You serve'), task.path);
      const report = await engine.evaluate(other, { limits: { usd: 100 } });
      const store = await engine.store(workspace.folder);
      const account = await engine.costs(store);

      assert.ok(failed > 0);
      assert.equal(totalPaid(account.rows).calls, server.calls.length, 'failed attempts are in it too');
      const byRun = groupCosts(account.rows, 'run');
      assert.deepEqual(byRun.find(({ runId }) => runId === run.id)?.paid, result.paid);
      const evaluation = byRun.find(({ runId }) => runId === null);
      assert.ok(evaluation !== undefined);
      assert.equal(evaluation.label, 'sorting');
      assert.deepEqual(evaluation.paid, report.paid);
      assert.deepEqual(
        groupCosts(account.rows, 'model').map(({ label }) => label),
        ['openai/m'],
      );
      assert.ok(groupCosts(account.rows, 'role').some(({ label }) => label === 'target'));
      const today = new Date().toISOString().slice(0, 10);
      // A test may run over midnight.
      assert.ok(groupCosts(account.rows, 'day').every(({ day }) => day <= today));

      const [own] = account.runs;
      assert.equal(own?.runId, run.id);
      assert.deepEqual(own.forecast, result.forecast);
      assert.deepEqual(own.spent, result.spent);
      assert.deepEqual(own.paid, result.paid);
      assert.equal(account.month.limitUsd, 5000);
      assert.deepEqual(account.month.paid, totalPaid(account.rows));
      assert.ok(account.rows.every(({ unsettled }) => unsettled === 0));
    } finally {
      await engine.close();
    }
  }).timeout(60_000);

  it('writes down what an evaluation without the cache has paid', async () => {
    const engine = workspace.open({ retries: 4, useCache: false });
    try {
      const store = await engine.store(workspace.folder);
      const before = totalPaid((await engine.costs(store)).rows);
      const report = await engine.evaluate(await engine.openTask(workspace.spec), { limits: { usd: 100 } });
      const after = totalPaid((await engine.costs(store)).rows);
      assert.equal(after.calls - before.calls, report.paid.calls);
      assert.ok(report.paid.calls > 0);
    } finally {
      await engine.close();
    }
  }).timeout(60_000);

  it('counts lost attempts at their most, and those of older versions for the day their run began', async () => {
    const database = new DatabaseSync(workspace.database);
    database.exec(`UPDATE attempts SET model = NULL, role = NULL, time = NULL WHERE run NOT LIKE 'evaluation/%'`);
    database.exec(`UPDATE runs SET created_at = ${Date.UTC(2026, 0, 2, 12)}`);
    database.exec(`UPDATE attempts SET paid = NULL WHERE id = (SELECT MIN(id) FROM attempts)`);
    const { worst } = database
      .prepare('SELECT worst FROM attempts WHERE id = (SELECT MIN(id) FROM attempts)')
      .get() as {
      worst: string;
    };
    database.close();
    const engine = workspace.open();
    try {
      const account = await engine.costs(await engine.store(workspace.folder));
      const old = account.rows.filter(({ model }) => model === null);
      assert.deepEqual(
        old.map(({ day, role, unsettled }) => ({ day, role, unsettled })),
        [{ day: '2026-01-02', role: null, unsettled: 1 }],
      );
      assert.ok((old[0]?.paid.usd ?? 0) > (JSON.parse(worst) as { usd: number }).usd);
      assert.equal(
        groupCosts(account.rows, 'role').some(({ label }) => label === null),
        true,
      );
    } finally {
      await engine.close();
    }
  }).timeout(60_000);
});
