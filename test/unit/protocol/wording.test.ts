import assert from 'node:assert/strict';
import {
  batchLine,
  counted,
  duration,
  limits,
  money,
  pValue,
  plusMinus,
  signed,
  spend,
} from '../../../src/protocol/wording.ts';

describe('wording', () => {
  it('writes money to the cent, smaller sums to the hundredth of a cent, and never 0 for an unknown price', () => {
    assert.equal(money(0.314), '$0.31');
    assert.equal(money(0), '$0.00');
    assert.equal(money(0.0042), '$0.0042');
    assert.equal(money(0.00001), 'under $0.0001');
    assert.equal(money(null), 'price unknown');
  });

  it('writes durations in the unit a person would use', () => {
    assert.deepEqual([0.001, 0.5, 1.4, 4.2, 80].map(duration), ['under 1 s', '30 s', '84 s', '4 min', '1 h 20 min']);
  });

  it('writes counts with their noun', () => {
    assert.deepEqual([counted(1, 'row'), counted(1200, 'call')], ['1 row', '1,200 calls']);
  });

  it('writes scores with half the width of their interval, and differences with a sign', () => {
    assert.equal(plusMinus({ mean: 0.5, low: 0.4, high: 0.6, rows: 60 }), '0.50 ± 0.10');
    assert.deepEqual([signed(0.361), signed(-0.02)], ['+0.36', '−0.02']);
    assert.deepEqual([pValue(0.0001), pValue(0.0312)], ['p < 0.001', 'p = 0.031']);
  });

  it('says of a batch how long it has been out', () => {
    const batch = { state: 'out', model: 'openai/m', calls: 60, answered: 20, minutes: 0 } as const;
    assert.equal(batchLine(batch), 'Batch of 60 calls to openai/m is handed in.');
    assert.equal(
      batchLine({ ...batch, minutes: 12 }),
      'Batch of 60 calls to openai/m, out for 12 min: 20 answered so far.',
    );
    assert.match(
      batchLine({ ...batch, state: 'ended', answered: 60, minutes: 90 }),
      /back after 1 h 30 min: 60 answered/,
    );
  });

  it('names each limit, and calls that had no price', () => {
    assert.equal(limits({ usd: 2, calls: 800, minutes: 30 }), '$2.00, 800 calls, 30 min');
    const spent = { calls: 3, inputTokens: 0, outputTokens: 0, usd: 0.5, unpricedCalls: 1 };
    assert.equal(spend(spent), '$0.50 and 1 call without a price, 3 calls');
  });
});
