import assert from 'node:assert/strict';
import { costOf } from '../../../src/engine/models/price.ts';
import { worstCaseOf } from '../../../src/engine/models/worst-case.ts';
import { makeInfo, makeRequest } from '../../support/models.ts';

const PRICE = { inputPerMillion: 1, cachedInputPerMillion: 0.1, cacheWritePerMillion: 1.25, outputPerMillion: 5 };

describe('the most a call can use', () => {
  const request = makeRequest('What is it?', { maxOutputTokens: 100 });

  it('is at the dearest rate, whichever way the input is charged', () => {
    for (const [rates, dearest] of [
      [PRICE, 1.25],
      [{ ...PRICE, cacheWritePerMillion: 0.5 }, 1],
      [{ inputPerMillion: 1, outputPerMillion: 5 }, 1],
      [{ ...PRICE, cachedInputPerMillion: 3 }, 3],
    ] as const) {
      const price = { ...rates, source: 'test' };
      const { usd, inputTokens, outputTokens } = worstCaseOf(request, makeInfo({ price }));
      assert.equal(usd, (inputTokens * dearest + 100 * 5) / 1e6);
      for (const [cachedInputTokens, cacheWriteTokens] of [
        [0, 0],
        [inputTokens, 0],
        [0, inputTokens],
      ] as const) {
        const usage = { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens: 0 };
        assert.ok((costOf(usage, price) ?? Infinity) <= usd);
      }
    }
  });

  it('is at the rates of long input where its bound is long', () => {
    const price = {
      ...PRICE,
      source: 'test',
      longContext: { ...PRICE, cacheWritePerMillion: 9, aboveInputTokens: 60 },
    };
    const short = worstCaseOf(makeRequest('x', { maxOutputTokens: 0 }), makeInfo({ price }));
    const long = worstCaseOf(makeRequest('x'.repeat(60), { maxOutputTokens: 0 }), makeInfo({ price }));
    assert.ok(short.inputTokens <= 60 && long.inputTokens > 60);
    assert.equal(short.usd, (short.inputTokens * 1.25) / 1e6);
    assert.equal(long.usd, (long.inputTokens * 9) / 1e6);
  });

  it('leaves room for what a provider adds of its own to tools and to a schema', () => {
    const info = makeInfo();
    const plain = worstCaseOf(request, info).inputTokens;
    const schema = { type: 'object' };
    const tools = [{ name: 'f', description: '', parameters: schema }];
    const withTools = worstCaseOf({ ...request, tools }, info).inputTokens;
    // What Anthropic's page says of Claude 3 Opus, over the words of the tools themselves.
    assert.ok(withTools >= plain + JSON.stringify(tools).length + 530);
    const withSchema = worstCaseOf(
      { ...request, responseFormat: { type: 'json_schema', name: 'r', schema } },
      info,
    ).inputTokens;
    assert.ok(withSchema > plain + JSON.stringify(schema).length + 256);
    // An empty list is none; the two bytes of it are counted.
    assert.equal(worstCaseOf({ ...request, tools: [] }, info).inputTokens, plain + 2);
  });
});
