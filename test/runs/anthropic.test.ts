import assert from 'node:assert/strict';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';
import {
  apprenticeMessage,
  refusalOf,
  sendError,
  sendMessage,
  startAnthropicServer,
} from '../support/anthropic-server.ts';
import type { AnthropicServer } from '../support/anthropic-server.ts';
import { makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

/** USD per million tokens; dear, so that a small run is worth a limit. */
const PRICE = { inputPerMillion: 1000, cachedInputPerMillion: 100, cacheWritePerMillion: 1250, outputPerMillion: 5000 };
const KEY = 'sk-ant-test';

describe('a run on Claude', () => {
  let server: AnthropicServer;
  let workspace: Workspace;
  /** By the server's own count. */
  let charged: { calls: number; usd: number; cached: number; written: number };

  const open = async (model: string, more: string): Promise<void> => {
    charged = { calls: 0, usd: 0, cached: 0, written: 0 };
    const random = createRandom(3, 'cache');
    const seen = new Set<string>();
    server = await startAnthropicServer((call, response) => {
      charged.calls++;
      const wrong = refusalOf(call);
      if (wrong !== null) {
        sendError(response, 400, 'invalid_request_error', { message: wrong });
        return;
      }
      const reply = apprenticeMessage(call);
      const { input_tokens: input = 0, output_tokens: output = 0 } = reply.usage ?? {};
      // What is marked is written the first time and read after that, or written anew when it was dropped.
      const { system } = call.body;
      const marked = Array.isArray(system) ? Math.floor(input * 0.6) : 0;
      const read = marked > 0 && seen.has(JSON.stringify(system)) && random.next() < 0.7 ? marked : 0;
      const written = marked - read;
      seen.add(JSON.stringify(system));
      charged.cached += read;
      charged.written += written;
      charged.usd +=
        ((input - marked) * PRICE.inputPerMillion +
          read * PRICE.cachedInputPerMillion +
          written * PRICE.cacheWritePerMillion +
          output * PRICE.outputPerMillion) /
        1e6;
      const usage = {
        input_tokens: input - marked,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
        output_tokens: output,
      };
      setTimeout(() => {
        sendMessage(call, response, { ...reply, usage });
      }, random.integer(3));
    });
    const prices = `{ ${model}: ${JSON.stringify(PRICE)} }`;
    workspace = makeWorkspace({
      model: `anthropic/${model}`,
      config: `providers: { anthropic: { baseUrl: "${server.baseUrl}", prices: ${prices} } }\n`,
      more,
    });
  };
  afterEach(async () => {
    await server.close();
    workspace.remove();
  });

  async function optimize(usd: number): Promise<OptimizationResult> {
    const engine = workspace.open({
      variable: (name) => (name === 'ANTHROPIC_API_KEY' ? KEY : undefined),
      concurrency: 32,
    });
    try {
      const plan = await engine.plan(await engine.openTask(workspace.spec), { seed: 7, limits: { usd } });
      const run = await plan.start();
      return await run.result;
    } finally {
      await engine.close();
    }
  }

  for (const [model, parameters, limit] of [
    ['claude-haiku-4-5', '{ maxTokens: 20 }', 120],
    ['claude-haiku-4-5', '{ maxTokens: 20, cache: true }', 50],
    // It takes no temperature.
    ['claude-sonnet-5', '{ maxTokens: 20, cache: true }', 60],
  ] as const) {
    it(`pays to the cent what ${model} charges with ${parameters}, and never more than $${limit}`, async () => {
      await open(model, `modelParameters: ${parameters}`);
      const result = await optimize(limit);
      assert.ok(charged.usd <= limit + 1e-9, `$${charged.usd} were charged`);
      assert.ok(Math.abs(result.paid.usd - charged.usd) < 1e-6, `$${result.paid.usd} paid, $${charged.usd} charged`);
      assert.equal(result.paid.calls, charged.calls);
      assert.ok(result.candidates.length > 1, 'something was tried');
      assert.notEqual(result.verdict, null);
      assert.equal(
        charged.cached > 0 && charged.written > 0,
        parameters.includes('cache'),
        'the cache was used where it was asked for',
      );
    });
  }
});
