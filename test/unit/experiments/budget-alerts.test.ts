import assert from 'node:assert/strict';
import { announceEmergency, createBudgetAlerts } from '../../../src/engine/experiments/budget-alerts.ts';
import { createEventWriter } from '../../../src/engine/experiments/event-writer.ts';
import type { EventWriter } from '../../../src/engine/experiments/event-writer.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';

describe('budget alerts', () => {
  let events: RunEvent[];
  let writer: EventWriter;
  beforeEach(() => {
    events = [];
    writer = createEventWriter((event) => events.push(event));
  });
  const codes = (): string[] => events.map((event) => (event.type === 'warning' ? event.data.code : event.type));

  it('come once each, at half and at four fifths of the nearest limit', () => {
    const alert = createBudgetAlerts(writer, { usd: 2, calls: 100, tokens: 1000 });
    for (const usd of [0.5, 1, 1.2, 1.6, 1.9, 2]) alert({ ...NO_SPEND, calls: 10, usd });
    assert.deepEqual(codes(), ['budget-50', 'budget-80']);
    const [half] = events;
    assert.ok(half?.type === 'warning');
    assert.equal(half.data.message, 'Half of the limit is used: $1.00 of $2.00.');
  });

  it('name the limit that will end the run first', () => {
    createBudgetAlerts(writer, { usd: 2, tokens: 100 })({ ...NO_SPEND, calls: 1, inputTokens: 80, outputTokens: 5 });
    const [event] = events;
    assert.ok(event?.type === 'warning');
    assert.equal(event.data.message, '80 % of the limit is used: 85 of 100 tokens.');
  });

  it('that are passed at once are told as the later one', () => {
    const alert = createBudgetAlerts(writer, { calls: 10 });
    alert({ ...NO_SPEND, calls: 9 });
    alert({ ...NO_SPEND, calls: 10 });
    assert.deepEqual(codes(), ['budget-80']);
  });

  it('never come without a limit that counts', () => {
    for (const limits of [{}, { minutes: 1 }, { usd: 0 }])
      createBudgetAlerts(writer, limits)({ ...NO_SPEND, calls: 1000, usd: 50 });
    assert.deepEqual(codes(), []);
  });

  it('count minutes beside the account, each with its own marks', () => {
    const alert = createBudgetAlerts(writer.below('alerts'), { calls: 10, minutes: 20 });
    alert({ ...NO_SPEND, calls: 1 }, 12);
    assert.deepEqual(codes(), []);
    alert({ ...NO_SPEND, calls: 5 }, 9);
    alert({ ...NO_SPEND, calls: 6 }, 3);
    alert({ ...NO_SPEND, calls: 6 }, 0);
    assert.deepEqual(
      events.map(({ path }) => path),
      ['alerts/budget-50', 'alerts/minutes/budget-50', 'alerts/minutes/budget-80'],
    );
    const [, half] = events;
    assert.ok(half?.type === 'warning');
    assert.match(half.data.message, /^Half of the limit is used: 11 .* of 20 /);
  });

  it('have a place of their own: a resumed run writes the same keys', () => {
    createBudgetAlerts(writer.below('alerts'), { calls: 10 })({ ...NO_SPEND, calls: 5 });
    assert.deepEqual(
      events.map(({ path, ordinal }) => [path, ordinal]),
      [['alerts/budget-50', 0]],
    );
  });

  it('say when the emergency budget may be used, and only then', () => {
    const month = { month: '2026-11', paidUsd: 0, heldUsd: 0 };
    announceEmergency(writer, { ...month, limit: null });
    announceEmergency(writer, { ...month, limit: { usd: 200, emergencyUsd: 0 } });
    assert.deepEqual(codes(), []);
    announceEmergency(writer, { ...month, limit: { usd: 200, emergencyUsd: 1000 } });
    assert.deepEqual(codes(), ['emergency-budget']);
  });
});
