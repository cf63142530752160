import assert from 'node:assert/strict';
import { costOf } from '../../../src/engine/models/price.ts';
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
});
