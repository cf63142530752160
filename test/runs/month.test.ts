import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import type { EngineOptions } from '../../src/engine/engine.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { optimizeInProcess } from '../support/optimize-process.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const PRICE = { inputPerMillion: 1000, outputPerMillion: 2000 };

describe('the month limit of a workspace', function () {
  this.timeout(60_000);
  let server: OpenAiServer;
  let workspace: Workspace;
  /** USD, by the server's own count. */
  let charged: number;

  let delayMs: number;

  const open = async (budget: string, delay = 0): Promise<void> => {
    charged = 0;
    delayMs = delay;
    server = await startOpenAiServer((call, response) => {
      const reply = apprenticeCompletion(call) as { usage: { prompt_tokens: number; completion_tokens: number } };
      const { prompt_tokens: input, completion_tokens: output } = reply.usage;
      charged += (input * PRICE.inputPerMillion + output * PRICE.outputPerMillion) / 1e6;
      setTimeout(() => {
        send(response, reply);
      }, delayMs);
    });
    workspace = makeWorkspace({ model: 'openai/m', config: `${configFor(server.baseUrl, PRICE)}${budget}\n` });
  };
  afterEach(async () => {
    await server.close();
    workspace.remove();
  });

  const optimize = async (options: Partial<EngineOptions> = {}, seed = 7) => {
    const engine = workspace.open(options);
    try {
      const plan = await engine.plan(await engine.openTask(workspace.spec), { limits: { calls: 300 }, seed });
      const run = await plan.start();
      const events = [];
      for await (const event of run) events.push(event);
      return { plan, result: await run.result, events, month: await (await engine.store(workspace.spec)).month() };
    } finally {
      await engine.close();
    }
  };

  it('is not passed by two processes that optimize at once, and what is begun ends with a verdict', async () => {
    // Each would spend more than $40 alone, and keeps about $20 for its verdict.
    const LIMIT = 70;
    await open(`budget: { monthlyUsd: ${LIMIT} }`, 60);
    const processes = [1, 2].map((seed) =>
      optimizeInProcess({
        spec: workspace.spec,
        options: { limits: { usd: 60, calls: 300 }, seed },
        engine: { useCache: false },
      }),
    );
    const ends = await Promise.allSettled(processes.map(({ result }) => result));
    assert.ok(charged <= LIMIT + 1e-9, `$${charged} were charged`);
    let [paid, met] = [0, false];
    for (const end of ends) {
      if (end.status === 'rejected') {
        // The other was so far ahead that nothing was begun.
        assert.match(String(end.reason), /Of \$70\.00 a month, \$\d/);
        met = true;
        continue;
      }
      paid += end.value?.paid.usd ?? 0;
      met ||= end.value?.stopReason === 'budget-month';
      assert.notEqual(end.value?.verdict ?? null, null, end.value?.stopReason);
    }
    assert.ok(met, 'the limit was never met');
    assert.ok(Math.abs(paid - charged) < 1e-6, `$${paid} are said to be paid, the server charged $${charged}`);
    const engine = workspace.open();
    const month = await (await engine.store(workspace.spec)).month();
    assert.ok(Math.abs(month.paidUsd - charged) < 1e-6);
    await engine.close();
  });

  it('that leaves too little for a baseline and a verdict is told before anything is sent', async () => {
    await open('budget: { monthlyUsd: 1, emergencyUsd: 500 }');
    await assert.rejects(
      optimize(),
      (error) =>
        isPromptOptError(error) &&
        error.code === 'budget' &&
        error.details.limit === 'month' &&
        error.message.startsWith('Of $1.00 a month, $0.00 are paid') &&
        (error.details.remedy ?? '').includes('--use-emergency-budget'),
    );
    assert.equal(server.calls.length, 0);
  });

  it('lets the emergency budget be used when the user says so, and says so in the events', async () => {
    await open('budget: { monthlyUsd: 1, emergencyUsd: 500 }');
    const { events, month, plan, result } = await optimize({ useEmergencyBudget: true });
    assert.ok(charged > 1);
    assert.ok(Math.abs(month.paidUsd - charged) < 1e-6);
    assert.deepEqual(plan.month?.limit, { usd: 1, emergencyUsd: 500 });
    assert.notEqual(result.verdict, null);
    const warning = events.find((event) => event.type === 'warning' && event.data.code === 'emergency-budget');
    assert.ok(
      warning?.type === 'warning' && warning.data.message.includes('$500.00 a month beyond the limit of $1.00'),
    );
  });

  it('is read from an enterprise file beside the config', async () => {
    await open('');
    writeFileSync(
      join(workspace.folder, 'acme.enterprise.yaml'),
      'organization: { name: Acme }\nbudget_limits: { poc_budget: 500.0, monthly_optimization_budget: 1.5, emergency_budget: 1000.0 }\n',
    );
    await assert.rejects(
      optimize(),
      (error) => isPromptOptError(error) && error.details.limit === 'month' && error.message.includes('$1.50 a month'),
    );
    assert.equal(server.calls.length, 0);
  });

  it('ends an evaluation with what is paid in the cache', async () => {
    await open('budget: { monthlyUsd: 1 }');
    const engine = workspace.open();
    const task = await engine.openTask(workspace.spec);
    await assert.rejects(
      engine.evaluate(task, { limits: { calls: 100 } }),
      (error) => isPromptOptError(error) && error.code === 'budget' && error.details.limit === 'month',
    );
    assert.ok(charged <= 1 + 1e-9, `$${charged} were charged`);
    const before = server.calls.length;
    assert.ok(before > 0);
    writeFileSync(
      join(workspace.folder, 'promptopt.config.yaml'),
      `${configFor(server.baseUrl, PRICE)}budget: { monthlyUsd: 50 }\n`,
    );
    const report = await engine.evaluate(task, { limits: { calls: 100 } });
    assert.equal(server.calls.length, report.rows.length, 'a reply was bought twice');
    await engine.close();
  });

  it('is none of what a free model does', async () => {
    await open('budget: { monthlyUsd: 0 }');
    const engine = workspace.open();
    const task = await engine.openTask(workspace.spec);
    const report = await engine.evaluate(task, { model: 'embedded/apprentice' });
    assert.equal(report.paid.usd, 0);
    assert.ok(report.rows.length > 0);
    await engine.close();
  });
});
