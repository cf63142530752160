import assert from 'node:assert/strict';
import { createWorkTimer } from '../../../src/engine/experiments/work-timer.ts';

describe('a work timer', () => {
  it('counts work and no pause, ends once, and does not begin again', async () => {
    let now = 0;
    let ends = 0;
    const ended = Promise.withResolvers<undefined>();
    const timer = createWorkTimer(100, { now: () => now }, () => {
      ends++;
      ended.resolve(undefined);
    });
    now = 30;
    assert.equal(timer.left(), 70);
    timer.hold();
    now = 5000;
    assert.equal(timer.left(), 70, 'a pause is no work');
    timer.go();
    now = 5060;
    assert.equal(timer.left(), 10);
    // The clock that counts is the run's: a timer that fires before it waits on.
    timer.hold();
    timer.go();
    now = 5100;
    // It is unref'd, as a run's is: something else must keep the process.
    const held = setInterval(() => undefined, 1000);
    await ended.promise;
    clearInterval(held);
    assert.equal(timer.left(), 0);
    timer.hold();
    timer.go();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(ends, 1);
  });

  it('that was ended never fires', async () => {
    let ends = 0;
    const timer = createWorkTimer(1, { now: () => 0 }, () => ends++);
    timer.end();
    timer.hold();
    timer.go();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(ends, 0);
  });
});
