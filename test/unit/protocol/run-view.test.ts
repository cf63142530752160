import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Estimate, RunEvent, Spend } from '../../../src/protocol/events.ts';
import { foldRun } from '../../../src/protocol/folds/run-view.ts';
import type { TimedEvent } from '../../../src/protocol/folds/run-view.ts';

const spend = (calls: number): Spend => ({
  calls,
  inputTokens: 0,
  outputTokens: 0,
  usd: calls / 1000,
  unpricedCalls: 0,
});
const estimate = (mean: number): Estimate => ({ mean, low: mean - 0.1, high: mean + 0.1, rows: 60 });
const range = { low: 1, likely: 2, worst: 3 };

const evaluated = (candidate: string, mean: number, calls: number, ordinal: number): RunEvent => ({
  path: 'search',
  ordinal,
  type: 'candidate-evaluated',
  data: {
    candidate,
    split: 'validation',
    estimate: estimate(mean),
    costPerCall: 0.001,
    unparsed: 0,
    constraints: [],
    calls,
    usd: calls / 1000,
  },
});
const proposed = (candidate: string, number: number, ordinal: number, parents: string[] = []): RunEvent => ({
  path: 'search',
  ordinal,
  type: 'candidate-proposed',
  data: {
    candidate,
    number,
    parents,
    origin: number === 0 ? 'original' : 'reflection',
    note: '',
    demonstrations: 0,
    changed: [],
  },
});

/** A small run as it would be stored. */
const story: readonly TimedEvent[] = (
  [
    {
      path: 'run',
      ordinal: 0,
      type: 'run-started',
      data: {
        name: 'triage',
        strategy: 'gepa',
        seed: 7,
        models: { target: 'embedded/apprentice', proposer: 'embedded/apprentice' },
        embedded: true,
        limits: { calls: 800 },
        splits: { train: 80, validation: 60, test: 100 },
        forecast: { calls: range, inputTokens: range, outputTokens: range, usd: null, minutes: range, callsByRole: {} },
      },
    },
    { path: 'search/baseline', ordinal: 0, type: 'phase-started', data: { phase: 'baseline' } },
    proposed('a', 0, 0),
    { path: 'search/evaluate', ordinal: 0, type: 'rows-done', data: { done: 30, of: 60 } },
    { path: 'search/evaluate', ordinal: 1, type: 'rows-done', data: { done: 60, of: 60 } },
    evaluated('a', 0.4, 60, 1),
    {
      path: 'search',
      ordinal: 2,
      type: 'incumbent-changed',
      data: { candidate: 'a', estimate: estimate(0.4), calls: 60 },
    },
    { path: 'search/baseline', ordinal: 1, type: 'phase-ended', data: { phase: 'baseline' } },
    proposed('b', 1, 3, ['a']),
    proposed('c', 2, 4, ['a', 'b']),
    {
      path: 'search',
      ordinal: 5,
      type: 'candidate-rejected',
      data: { candidate: 'c', parents: ['a'], reason: 'lost to 1' },
    },
    {
      path: 'search',
      ordinal: 6,
      type: 'candidate-rejected',
      data: { candidate: null, parents: ['a'], reason: 'dropped a label' },
    },
    evaluated('b', 0.7, 130, 7),
    {
      path: 'search',
      ordinal: 8,
      type: 'incumbent-changed',
      data: { candidate: 'b', estimate: estimate(0.7), calls: 130 },
    },
    { path: 'search', ordinal: 9, type: 'spent', data: { nominal: spend(60), paid: spend(10), limits: {} } },
    { path: 'search', ordinal: 10, type: 'spent', data: { nominal: spend(130), paid: spend(70), limits: {} } },
    { path: 'search/evaluate-2', ordinal: 0, type: 'rows-done', data: { done: 6, of: 60 } },
  ] satisfies RunEvent[]
).map((event, index) => ({ time: 1000 + index * 10, event }));

describe('the view of a run', () => {
  it('shows candidates with their scores, parents and the reason one was dropped', () => {
    const { candidates, incumbent, rejections } = foldRun(story);
    assert.deepEqual(
      candidates.map(({ number, state, reason, parentNumbers }) => ({ number, state, reason, parentNumbers })),
      [
        { number: 0, state: 'evaluated', reason: null, parentNumbers: [] },
        { number: 1, state: 'evaluated', reason: null, parentNumbers: [0] },
        { number: 2, state: 'rejected', reason: 'lost to 1', parentNumbers: [0, 1] },
      ],
    );
    assert.equal(incumbent, 'b');
    assert.deepEqual(rejections, [{ reason: 'dropped a label', parents: ['a'] }]);
  });

  it('counts what is spent, what is under way and how far the search has come', () => {
    const view = foldRun(story);
    assert.equal(view.spent.calls, 130);
    assert.equal(view.paid.calls, 70);
    assert.deepEqual(view.progress, { done: 6, of: 60 });
    assert.deepEqual(
      view.curve.map(({ calls, best, elapsedMs }) => ({ calls, best, elapsedMs })),
      [
        { calls: 60, best: true, elapsedMs: 50 },
        { calls: 130, best: true, elapsedMs: 120 },
      ],
    );
    assert.equal(view.state, 'running');
    assert.deepEqual(view.phases, [{ path: 'search/baseline', name: 'baseline', note: null, state: 'done' }]);
  });

  it('is paused while nothing came after the pause, and running again when something did', () => {
    const paused: TimedEvent = {
      time: 5000,
      event: { path: 'paused', ordinal: 0, type: 'paused', data: { reason: 'unavailable' } },
    };
    assert.equal(foldRun([...story, paused]).state, 'paused');
    assert.equal(foldRun([...story, paused]).pausedReason, 'unavailable');
    const after: TimedEvent = {
      time: 6000,
      event: { path: 'search', ordinal: 11, type: 'warning', data: { code: 'x', message: 'on' } },
    };
    assert.equal(foldRun([...story, paused, after]).state, 'running');
  });

  it('knows the last that was told of a batch', () => {
    const batch = { state: 'out', model: 'openai/m', calls: 60, answered: 0, minutes: 0 } as const;
    const told = (ordinal: number, data: RunEvent['data']): TimedEvent => ({
      time: 3000 + ordinal,
      event: { path: 'batches-1', ordinal, type: 'batch', data } as RunEvent,
    });
    assert.equal(foldRun(story).batch, null);
    const ended = { ...batch, state: 'ended', answered: 60, minutes: 9 } as const;
    assert.deepEqual(foldRun([...story, told(1, ended), told(0, batch)]).batch, ended);
  });

  it('is the same whatever the order of arrival, and with events stored twice', () => {
    const expected = foldRun(story);
    fc.assert(
      fc.property(fc.shuffledSubarray([...story], { minLength: story.length }), (shuffled) => {
        assert.deepEqual(foldRun([...shuffled, ...shuffled]), expected);
      }),
      { numRuns: 200 },
    );
  });
});
