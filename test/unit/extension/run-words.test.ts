import assert from 'node:assert/strict';
import type { RunSession } from '../../../src/extension/runs/run-session.ts';
import { runWords } from '../../../src/extension/views/run-words.ts';
import { foldRun } from '../../../src/protocol/folds/run-view.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import type { Spend } from '../../../src/protocol/events.ts';

describe('the words of a run in the status bar', () => {
  const words = (spent: Partial<Spend>, paid: Partial<Spend>): string => {
    const view = { ...foldRun([]), spent: { ...NO_SPEND, ...spent }, paid: { ...NO_SPEND, ...paid } };
    return runWords({ view, status: 'running' } as RunSession);
  };

  it('say what it has spent, and what was really paid where the cache made that less', () => {
    assert.equal(words({ calls: 212, usd: 0.18 }, { calls: 212, usd: 0.18 }), '212 calls · $0.18');
    assert.equal(words({ calls: 212, usd: 0.18 }, { calls: 90, usd: 0.1 }), '212 calls · $0.18 ($0.10 paid)');
  });

  it('never call a run free whose model has no known price', () => {
    const some = { calls: 9, unpricedCalls: 9 };
    assert.equal(words(some, some), '9 calls · no price');
    assert.equal(words({ calls: 9, usd: 0.2, unpricedCalls: 3 }, some), '9 calls · $0.20 and more');
  });
});
