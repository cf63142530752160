import assert from 'node:assert/strict';
import { costOf, highestCostOf } from '../../../src/engine/models/price.ts';
import { lookUpModel } from '../../../src/engine/models/pricing.ts';
import { readWorkspaceConfig } from '../../../src/engine/models/workspace-config.ts';
import { isPromptOptError } from '../../../src/protocol/errors.ts';

const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000, cachedInputTokens: 0, reasoningTokens: 0 };

describe('prices', () => {
  it('of known models come from the data, of unknown ones are null and never 0', async () => {
    const mini = await lookUpModel('openai', 'gpt-4o-mini');
    assert.equal(mini.price?.inputPerMillion, 0.15);
    assert.equal(mini.price.outputPerMillion, 0.6);
    assert.ok((mini.contextWindow ?? 0) >= 128_000);
    assert.equal((await lookUpModel('openai', 'no-such-model-7')).price, null);
    assert.equal((await lookUpModel('nobody', 'gpt-4o-mini')).price, null);
    assert.equal(costOf(usage, null), null);
  });

  it('count cached input at its own price, which is the input price when there is none', () => {
    const price = { inputPerMillion: 2, outputPerMillion: 4, source: 't' };
    assert.equal(costOf({ ...usage, cachedInputTokens: 500_000 }, price), 6);
    assert.equal(costOf({ ...usage, cachedInputTokens: 500_000 }, { ...price, cachedInputPerMillion: 1 }), 5.5);
  });

  it('charge input written to a cache at its own rate, and reasoning as the output it is part of', async () => {
    const { price } = await lookUpModel('anthropic', 'claude-haiku-4-5');
    assert.equal(price?.cacheWritePerMillion, 1.25);
    assert.equal(costOf({ ...usage, outputTokens: 0, cacheWriteTokens: 1_000_000 }, price), 1.25);
    assert.equal(costOf({ ...usage, reasoningTokens: 900_000 }, price), costOf(usage, price));
  });

  it('of a batch are half at OpenAI and Anthropic, and no less elsewhere', async () => {
    for (const [provider, model] of [
      ['openai', 'gpt-4o-mini'],
      ['anthropic', 'claude-haiku-4-5'],
    ] as const) {
      const { price } = await lookUpModel(provider, model);
      const [one, batch] = [costOf(usage, price), costOf(usage, price, { batch: true })];
      assert.ok(one !== null && batch !== null && one > 0);
      assert.equal(batch, one / 2);
    }
    const own = { inputPerMillion: 2, outputPerMillion: 4, source: 't' };
    assert.equal(costOf(usage, own, { batch: true }), 6);
  });

  it('of zero are prices: what is free costs 0 and is not unknown', () => {
    assert.equal(costOf(usage, { inputPerMillion: 0, outputPerMillion: 0, source: 'free' }), 0);
  });

  it('never earn money from a server that counts more cached tokens than were sent', () => {
    const price = { inputPerMillion: 2, outputPerMillion: 4, cachedInputPerMillion: 0, source: 't' };
    assert.equal(costOf({ ...usage, outputTokens: 0, cachedInputTokens: 9_000_000 }, price), 0);
  });

  it('bound a call by the dearest way its input can be charged', () => {
    const price = { inputPerMillion: 2, outputPerMillion: 4, cacheWritePerMillion: 2.5, source: 't' };
    assert.equal(highestCostOf(usage, price), 6.5);
    assert.equal(highestCostOf(usage, null), null);
    const written = costOf({ ...usage, cacheWriteTokens: 400_000 }, price);
    assert.ok(written !== null && written <= 6.5);
  });

  it('of the workspace are read by full name; a key in the file is refused without being repeated', () => {
    const config = readWorkspaceConfig(
      'providers: { openai: { baseUrl: "http://127.0.0.1:1/v1", prices: { m: { inputPerMillion: 1, outputPerMillion: 2 } } } }',
      'c.yaml',
    );
    assert.equal(config.prices['openai/m']?.outputPerMillion, 2);
    assert.throws(
      () => readWorkspaceConfig('providers: { openai: { api_key: sk-planted } }', 'c.yaml'),
      (error) => isPromptOptError(error) && error.code === 'usage' && !error.message.includes('sk-planted'),
    );
  });

  it('of the workspace hold every rate, and of zero are prices', () => {
    const rates =
      '{ inputPerMillion: 0, outputPerMillion: 0, cachedInputPerMillion: 0, cacheWritePerMillion: 3, batchFactor: 0.4, longContext: { inputPerMillion: 5, outputPerMillion: 6, aboveInputTokens: 100 } }';
    const { prices } = readWorkspaceConfig(`providers: { openai: { prices: { m: ${rates} } } }`, 'c.yaml');
    assert.deepEqual(prices['openai/m'], {
      inputPerMillion: 0,
      outputPerMillion: 0,
      cachedInputPerMillion: 0,
      cacheWritePerMillion: 3,
      batchFactor: 0.4,
      longContext: { inputPerMillion: 5, outputPerMillion: 6, aboveInputTokens: 100 },
      source: 'promptopt.config.yaml',
    });
  });

  for (const [what, text] of [
    ['a negative price', 'providers: { openai: { prices: { m: { inputPerMillion: -1, outputPerMillion: 2 } } } }'],
    [
      'a price that is no number',
      'providers: { openai: { prices: { m: { inputPerMillion: .nan, outputPerMillion: 2 } } } }',
    ],
    [
      'a price in the wrong unit',
      'providers: { openai: { prices: { m: { inputPerMillion: 1.0e12, outputPerMillion: 2 } } } }',
    ],
    ['a price in words', 'providers: { openai: { prices: { m: { inputPerMillion: cheap, outputPerMillion: 2 } } } }'],
    [
      'a batch dearer than its calls',
      'providers: { openai: { prices: { m: { inputPerMillion: 1, outputPerMillion: 2, batchFactor: 2 } } } }',
    ],
    ['a negative month', 'budget: { monthlyUsd: -5 }'],
    ['an endless month', 'budget: { monthlyUsd: .inf }'],
    ['an absurd month', 'budget: { monthlyUsd: 1.0e12 }'],
  ] as const) {
    it(`of the workspace are refused with ${what}, in a sentence that names the place`, () => {
      assert.throws(
        () => readWorkspaceConfig(text, 'c.yaml'),
        (error) =>
          isPromptOptError(error) &&
          error.code === 'usage' &&
          error.details.file === 'c.yaml' &&
          /^c\.yaml: (?:budget|providers)\.\S+: [a-z].*\.$/.test(error.message),
      );
    });
  }
});
