/** How many events a second reach the store on disk when each is appended by itself, as a run does. */
import type { RunEvent } from '../src/protocol/events.ts';
import { report } from './support/figures.ts';
import { measure } from './support/measure.ts';
import { createStoredRun } from './support/stack.ts';

const EVENTS = 50_000;
const ROUNDS = 5;
/** Written one after the other before the program goes on, as by an optimizer between two waits. */
const BURST = 50;

const event = (ordinal: number): RunEvent => ({
  path: 'run/search/evaluate',
  ordinal,
  type: 'rows-done',
  data: { done: ordinal, of: EVENTS },
});

const wall: number[] = [];
const cpu: number[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const run = await createStoredRun();
  try {
    const { wallMs, processMs } = await measure(async () => {
      for (let ordinal = 0; ordinal < EVENTS; ordinal++) {
        run.store.append(run.lease, [event(ordinal)]);
        if (ordinal % BURST === BURST - 1) await new Promise(setImmediate);
      }
      await run.store.flush();
    });
    const kept = (await run.store.events(run.lease.runId)).length;
    if (kept !== EVENTS) throw new Error(`${kept} of ${EVENTS} events were kept.`);
    // The first round only warms up.
    if (round === 0) continue;
    wall.push(EVENTS / (wallMs / 1000));
    cpu.push(EVENTS / (processMs / 1000));
  } finally {
    await run.remove();
  }
}
report([
  { what: 'appended and durable', values: wall, unit: 'events/s', bound: { least: 20_000 } },
  { what: 'by CPU time of both threads together', values: cpu, unit: 'events/s' },
]);
