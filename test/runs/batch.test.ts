import assert from 'node:assert/strict';
import type { EvaluationReport } from '../../src/protocol/evaluation-report.ts';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import type { BatchProgress } from '../../src/protocol/events.ts';
import { optimizeInProcess } from '../support/optimize-process.ts';
import { startAnthropicBatchServer } from '../support/anthropic-batch-server.ts';
import { answerAsApprentice, startOpenAiBatchServer } from '../support/openai-batch-server.ts';
import type { OpenAiBatchServer, ServedBatch } from '../support/openai-batch-server.ts';
import { makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const OPTIONS = { seed: 7, limits: { calls: 110, usd: 500 } };
const ENGINE = { useCache: false, retries: 2 };

/** Set by a callback, so that the compiler cannot follow it. */
const isKilled = (batch: ServedBatch | null): batch is ServedBatch => batch !== null;

const near = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1e-8, `${actual} is not ${expected}`);
};

describe('work by batch', function () {
  this.timeout(240_000);
  let server: OpenAiBatchServer;
  let workspace: Workspace;
  beforeEach(async () => {
    server = await startOpenAiBatchServer();
    workspace = makeWorkspace({
      model: 'openai/m',
      config: `providers: { openai: { baseUrl: "${server.baseUrl}", prices: { m: { inputPerMillion: 10, outputPerMillion: 20, batchFactor: 0.5 } } } }\n`,
      train: 12,
      validation: 12,
      test: 30,
    });
  });
  afterEach(async () => {
    await server.close();
    workspace.remove();
  });

  const eachOnce = (): void => {
    const often = [...server.comings().values()].filter((times) => times > 1);
    assert.deepEqual(often, [], 'a call came in two batches');
  };

  async function evaluate(
    more: Parameters<ReturnType<typeof workspace.open>['evaluate']>[1],
  ): Promise<EvaluationReport> {
    const engine = workspace.open(ENGINE);
    try {
      return await engine.evaluate(await engine.openTask(workspace.spec), { limits: {}, ...more });
    } finally {
      await engine.close();
    }
  }

  it('scores an evaluation as call by call does, in one batch, at half the price', async () => {
    const single = await evaluate({});
    assert.equal(server.batches.length, 0);
    const told: BatchProgress[] = [];
    const batched = await evaluate({ batch: true, onBatch: (progress) => told.push(progress) });
    assert.equal(server.batches.length, 1);
    assert.equal(server.batches[0]?.lines.length, 12);
    assert.equal(server.asked(), 12);
    assert.deepEqual(batched.estimate, single.estimate);
    near(batched.spent.usd, single.spent.usd / 2);
    near(batched.paid.usd, single.paid.usd / 2);
    assert.equal(batched.paid.calls, 12);
    assert.equal(told.at(-1)?.state, 'ended');
  });

  it('asks again in another batch for what a batch ended without, and pays for it once', async () => {
    server.answer = (line, index) => (server.batches.length === 1 && index % 3 === 0 ? null : answerAsApprentice(line));
    server.atOnce = false;
    const ends = (async () => {
      for (const status of ['expired', 'completed'] as const) {
        const batch = await server.nextBatch();
        server.end(batch, status);
      }
    })();
    const report = await evaluate({ batch: true });
    await ends;
    assert.deepEqual(
      server.batches.map(({ lines }) => lines.length),
      [12, 4],
    );
    server.atOnce = true;
    const single = await evaluate({});
    assert.deepEqual(report.estimate, single.estimate);
    near(report.paid.usd, single.paid.usd / 2);
  });

  it('goes on with the batch of an evaluation that was left, in the same process too', async () => {
    server.atOnce = false;
    const engine = workspace.open(ENGINE);
    try {
      const task = await engine.openTask(workspace.spec);
      const controller = new AbortController();
      const coming = server.nextBatch();
      const left = engine.evaluate(task, { limits: {}, batch: true, signal: controller.signal });
      const batch = await coming;
      while (server.polls() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort();
      await assert.rejects(left, (error) => isPromptOptError(error) && error.code === 'stopped');
      server.end(batch);
      const report = await engine.evaluate(task, { limits: {}, batch: true });
      assert.equal(server.batches.length, 1);
      assert.equal(report.paid.calls, 12);
      // Done with: the same evaluation again, without a cache, is bought anew.
      server.atOnce = true;
      await engine.evaluate(task, { limits: {}, batch: true });
      assert.equal(server.batches.length, 2);
      const calls = (await engine.costs(await engine.store(workspace.spec))).rows.reduce(
        (sum, { paid }) => sum + paid.calls,
        0,
      );
      assert.equal(calls, 24, 'an attempt that was taken up is accounted for once');
    } finally {
      await engine.close();
    }
  });

  it('goes by Anthropic’s batches as well', async () => {
    const claude = await startAnthropicBatchServer();
    const other = makeWorkspace({
      model: 'anthropic/claude-haiku-4-5',
      config: `providers: { anthropic: { baseUrl: "${claude.baseUrl}", prices: { claude-haiku-4-5: { inputPerMillion: 1, outputPerMillion: 5, batchFactor: 0.5 } } } }\n`,
      validation: 9,
    });
    const engine = other.open(ENGINE);
    try {
      claude.loseNextAnswer = true;
      const report = await engine.evaluate(await engine.openTask(other.spec), { limits: {}, batch: true });
      assert.equal(claude.batches.length, 1);
      assert.equal(claude.batches[0]?.requests.length, 9);
      const { inputTokens, outputTokens, usd, calls } = report.paid;
      assert.equal(calls, 9);
      near(usd, (inputTokens + 5 * outputTokens) / 2e6);
    } finally {
      await engine.close();
      await claude.close();
      other.remove();
    }
  });

  it('outlives polls that fail, and a submission whose answer is lost', async () => {
    server.loseNextAnswer = true;
    server.failPolls = 3;
    const report = await evaluate({ batch: true });
    assert.equal(report.paid.calls, 12);
    assert.equal(server.batches.length, 1);
  });

  it('refuses a model whose provider has no batches, before anything is sent', async () => {
    const engine = workspace.open(ENGINE);
    try {
      const task = await engine.openTask(workspace.spec);
      for (const attempt of [
        () => engine.evaluate(task, { model: 'embedded/apprentice', batch: true }),
        () => engine.plan(task, { proposer: 'embedded/apprentice', batch: true }),
      ]) {
        await assert.rejects(attempt(), (error) => isPromptOptError(error) && error.code === 'usage');
      }
      assert.equal(server.batches.length + server.asked(), 0);
    } finally {
      await engine.close();
    }
  });

  it('cancels at the provider what a discarded run has out', async () => {
    server.atOnce = false;
    const engine = workspace.open(ENGINE);
    try {
      const plan = await engine.plan(await engine.openTask(workspace.spec), { ...OPTIONS, batch: true });
      const coming = server.nextBatch();
      const run = await plan.start();
      const batch = await coming;
      while (server.polls() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      run.stop('discard');
      const result = await run.result;
      assert.equal(batch.status, 'cancelled');
      assert.equal(result.verdict, null);
      assert.equal(server.batches.length, 1);
    } finally {
      await engine.close();
    }
  });

  it('optimizes to the same result at half the price, and resumes a killed run on the batch that was out', async () => {
    const single = await optimizeInProcess({ spec: workspace.spec, options: OPTIONS, engine: ENGINE }).result;
    assert.ok(single?.verdict);
    const whole = await optimizeInProcess({
      spec: workspace.spec,
      options: { ...OPTIONS, batch: true },
      engine: ENGINE,
    }).result;
    assert.ok(whole?.verdict);
    assert.deepEqual(whole.verdict.after, single.verdict.after);
    assert.equal(whole.chosen.hash, single.chosen.hash);
    near(whole.spent.usd, single.spent.usd / 2);
    near(whole.paid.usd, single.paid.usd / 2);
    assert.equal(whole.paid.calls, single.paid.calls);
    eachOnce();
    const batchesOfWhole = server.batches.length;

    // Once while the first batch is out, once in the search, once in the verdict.
    server.atOnce = false;
    const killAt = [1, Math.ceil(batchesOfWhole / 2), batchesOfWhole - 1];
    let seen = 0;
    const before = server.batches.length;
    for (let process = 0; ; process++) {
      const run = optimizeInProcess({
        spec: workspace.spec,
        options: { ...OPTIONS, batch: true },
        engine: ENGINE,
        resume: process > 0,
      });
      let killed: ServedBatch | null = null;
      let over = false;
      const tend = async (): Promise<void> => {
        while (!over) {
          const open = server.batches.find(({ status }) => status === 'in_progress');
          if (open === undefined) {
            await new Promise((resolve) => setTimeout(resolve, 10));
            continue;
          }
          seen = server.batches.length - before;
          if (killAt[0] === seen) {
            killAt.shift();
            killed = open;
            run.kill();
            return;
          }
          server.end(open);
        }
      };
      const tending = tend();
      const result = await run.result;
      over = true;
      await tending;
      if (isKilled(killed)) {
        assert.equal(result, null);
        server.end(killed);
        continue;
      }
      assert.ok(result?.verdict);
      assert.deepEqual(result.verdict, whole.verdict);
      assert.equal(result.chosen.hash, whole.chosen.hash);
      assert.deepEqual(result.spent, whole.spent);
      assert.deepEqual(result.paid, whole.paid, 'what was out at a kill is paid for once');
      break;
    }
    assert.equal(server.batches.length - before, batchesOfWhole);
  });
});
