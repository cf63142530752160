import assert from 'node:assert/strict';
import { createHold } from '../../../src/engine/models/hold.ts';
import type { Hold } from '../../../src/engine/models/hold.ts';

const LONGEST = 120_000;
const neverDoubted = (): never => assert.fail('A hint was doubted.');
const begin = 1_800_000_000_000;

/** So many times: refused with a hint of a second, then waiting in full. @returns the time after that */
function waits(hold: Hold, count: number, thenRefused: (wait: number) => boolean, from = begin): number {
  let now = from;
  hold.refused(false, 1000, now);
  for (let wait = 0; wait < count; wait++) {
    now += hold.wait(now);
    const isFirst = hold.leave(now);
    if (thenRefused(wait)) hold.refused(isFirst, 1000, now);
    else {
      hold.answered(isFirst);
      hold.refused(false, 1000, now);
    }
  }
  return now;
}

describe('after a refusal', () => {
  it('all wait for as long as the server asks, and one call is the first after it', () => {
    const hold = createHold(LONGEST, neverDoubted);
    assert.equal(hold.wait(begin), 0);
    assert.equal(hold.leave(begin), false);
    assert.equal(hold.refused(false, 5000, begin), true);
    assert.equal(hold.refused(false, 2000, begin), true);
    assert.equal(hold.wait(begin + 1000), 4000, 'the longest hint counts');
    assert.deepEqual([hold.leave(begin + 5000), hold.leave(begin + 5000)], [true, false]);
  });

  it('nobody waits without a hint, nor for one that is too long', () => {
    const hold = createHold(LONGEST, neverDoubted);
    assert.equal(hold.refused(false, undefined, begin), false);
    assert.equal(hold.refused(false, LONGEST + 1, begin), false);
    assert.equal(hold.wait(begin), 0);
  });

  it('nobody waits for hours because the clock was set back', () => {
    const hold = createHold(LONGEST, neverDoubted);
    hold.refused(false, 5000, begin);
    assert.equal(hold.wait(begin - 7_200_000), LONGEST);
  });

  it('all go on waiting where it helps, and where it fails now and then', () => {
    const hold = createHold(LONGEST, neverDoubted);
    const now = waits(hold, 200, (wait) => wait % 20 === 0);
    assert.equal(hold.wait(now), 1000);
  });

  it('only the refused call waits where calls are refused after a full wait as well, until it is tried again', () => {
    let doubts = 0;
    const hold = createHold(LONGEST, () => doubts++);
    const now = waits(hold, 4, (wait) => wait === 3);
    assert.equal(doubts, 0);
    waits(hold, 1, () => true, now);
    assert.equal(doubts, 1);
    assert.equal(hold.refused(false, 1000, now + 5000), false);
    assert.equal(hold.wait(now + 5000), 0);
    assert.equal(hold.refused(false, 1000, now + 400_000), true);
  });
});
