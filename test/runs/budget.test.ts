import assert from 'node:assert/strict';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import type { EngineOptions, OptimizeOptions } from '../../src/engine/engine.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace, WorkspaceOptions } from '../support/workspace.ts';

/** USD per token at the server's prices. */
const PRICE = { inputPerMillion: 1000, outputPerMillion: 2000 };

interface Outcome {
  readonly result: OptimizationResult;
  readonly events: readonly { readonly type: string; readonly data: unknown }[];
}

describe('the budget of a run', () => {
  let server: OpenAiServer;
  let workspace: Workspace;
  /** What the server has charged, by its own count. */
  let charged: { calls: number; usd: number; tokens: number };
  let failEvery: number;

  const open = async (options: WorkspaceOptions = {}): Promise<void> => {
    charged = { calls: 0, usd: 0, tokens: 0 };
    failEvery = Infinity;
    const random = createRandom(5, 'delays');
    server = await startOpenAiServer((call, response) => {
      charged.calls++;
      if ((call.index + 1) % failEvery === 0) {
        sendError(response, 500, 'server_error', { 'retry-after-ms': '1' });
        return;
      }
      const reply = apprenticeCompletion(call) as { usage: { prompt_tokens: number; completion_tokens: number } };
      const { prompt_tokens: input, completion_tokens: output } = reply.usage;
      charged.usd += (input * PRICE.inputPerMillion + output * PRICE.outputPerMillion) / 1e6;
      charged.tokens += input + output;
      setTimeout(() => {
        send(response, reply);
      }, random.integer(3));
    });
    workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl, PRICE), ...options });
  };
  afterEach(async () => {
    await server.close();
    workspace.remove();
  });

  async function optimize(options: OptimizeOptions, engineOptions: Partial<EngineOptions> = {}): Promise<Outcome> {
    const engine = workspace.open(engineOptions);
    try {
      const run = await (await engine.plan(await engine.openTask(workspace.spec), { seed: 7, ...options })).start();
      const events = [];
      for await (const event of run) events.push(event);
      return { result: await run.result, events };
    } finally {
      await engine.close();
    }
  }

  it('of 200 calls never makes call 201: 200 at once, with failures and retries, and ends with a verdict', async () => {
    await open();
    failEvery = 9;
    const { result } = await optimize({ limits: { calls: 200 } }, { concurrency: 200, retries: 4 });
    assert.ok(charged.calls <= 200, `${charged.calls} calls reached the server`);
    assert.equal(result.paid.calls, charged.calls, 'what is said to be paid is what the server saw');
    assert.notEqual(result.verdict, null);
  });

  it('keeps the verdict out of reach of retries', async () => {
    await open();
    // Every second call fails: the search pays twice for what its own account shows once.
    failEvery = 2;
    const { result } = await optimize({ limits: { calls: 200 } }, { concurrency: 8, retries: 30 });
    assert.ok(charged.calls <= 200, `${charged.calls} calls reached the server`);
    assert.match(result.stopReason, /^(?:budget-calls|too-small-to-search)$/);
  });

  for (const [usd, concurrency] of [
    [0.5, 8],
    [2, 64],
    [3, 200],
    [8, 16],
  ] as const) {
    it(`of $${usd} is never passed by a cent with ${concurrency} calls in the air`, async () => {
      await open();
      let result: OptimizationResult | null = null;
      try {
        ({ result } = await optimize({ limits: { usd } }, { concurrency }));
      } catch (error) {
        assert.ok(isPromptOptError(error) && error.code === 'budget', String(error));
      }
      assert.ok(charged.usd <= usd + 1e-9, `$${charged.usd} were charged`);
      if (result === null) return;
      assert.ok(
        Math.abs(result.paid.usd - charged.usd) < 1e-6,
        `$${result.paid.usd} are said to be paid, the server charged $${charged.usd}`,
      );
      assert.ok(result.spent.usd <= usd + 1e-9);
      if (result.verdict === null) assert.match(result.stopReason, /budget-usd|too-small/);
    });
  }

  it('of tokens is never passed', async () => {
    await open();
    const { result } = await optimize({ limits: { tokens: 45_000 } }, { concurrency: 16 });
    assert.ok(charged.tokens <= 45_000, `${charged.tokens} tokens`);
    assert.notEqual(result.verdict, null);
  });

  it('that is too small for a baseline is refused before anything is sent, with what it takes', async () => {
    await open();
    await assert.rejects(
      optimize({ limits: { calls: 60 } }),
      (error) =>
        isPromptOptError(error) &&
        error.code === 'budget' &&
        error.message.includes('too small even for a baseline') &&
        /Allow at least \d+ calls/.test(error.details.remedy ?? ''),
    );
    assert.equal(charged.calls, 0);
  });

  it('that is too small to search says so and by how much', async () => {
    await open();
    const { result } = await optimize({ limits: { calls: 100 } });
    assert.equal(result.stopReason, 'too-small-to-search');
    assert.ok(
      result.notes.some((note) => /too small to search: the next step needed \d+ calls more/.test(note)),
      result.notes.join('\n'),
    );
    assert.equal(result.verdict?.outcome, 'original-kept');
  });

  it('that ends in the baseline says so', async () => {
    await open();
    const { result } = await optimize({ limits: { usd: 0.5 } });
    assert.equal(result.stopReason, 'too-small-to-search');
    assert.ok(
      result.notes.some((note) => note.includes('$0.50 was too small to measure the original prompt')),
      result.notes.join('\n'),
    );
  });

  it('lets the verdict shrink to 30 rows and no further, and says so', async () => {
    await open({ test: 60 });
    const { result } = await optimize({ limits: { calls: 150 } });
    assert.equal(result.verdict?.rows, 30);
    assert.equal(result.verdict.rowsLeftOut, 30);
    assert.ok(result.notes.some((note) => note.includes('30 of 60 test rows')));
  });

  it('of minutes ends the search and still makes the verdict', async () => {
    await open();
    const { result } = await optimize({ limits: { calls: 800, minutes: 0.3 / 60 } }, { concurrency: 2 });
    assert.equal(
      result.stopReason === 'budget-minutes' || result.stopReason === 'too-small-to-search',
      true,
      result.stopReason,
    );
    assert.notEqual(result.verdict, null);
  });

  it('in money of a model without a known price is refused: what cannot be counted cannot be limited', async () => {
    await open();
    const unpriced = makeWorkspace({ model: 'openai/unknown', config: configFor(server.baseUrl, PRICE) });
    const engine = unpriced.open();
    await assert.rejects(
      async () => engine.plan(await engine.openTask(unpriced.spec), { limits: { usd: 1 } }),
      (error) => isPromptOptError(error) && error.code === 'budget' && error.message.includes('openai/unknown'),
    );
    const plan = await engine.plan(await engine.openTask(unpriced.spec), { limits: { usd: 1, calls: 200 } });
    assert.ok(
      plan.notes.some((note) => note.includes('no known price')),
      plan.notes.join('\n'),
    );
    await engine.close();
    unpriced.remove();
  });
});
