/**
 * How long a prompt file takes to lint. Up to 500 lines: one look in this thread, as `promptopt lint` does. 5,000 lines:
 * from the last key to the diagnostics through the editor's thread, its pause included, and the longest that holds up
 * the editor's own thread meanwhile.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { createLintClient } from '../src/engine/lint-client.ts';
import { report } from './support/figures.ts';
import type { Figure } from './support/figures.ts';
import { measure } from './support/measure.ts';
import { longSpec } from './support/long-spec.ts';
import { language } from './support/triage.ts';

/** As src/extension/language/document-linter.ts has it. */
const PAUSE_MS = 80;
const ROUNDS = 15;
const PATH = '/bench/long.prompt.yaml';

/** What a person types: each text a little different, so that nothing is remembered. */
const edited = (text: string, round: number): string => text.replace('wrong colour', `wrong colour ${round}`);

const figures: Figure[] = [];

for (const [lines, rows] of [
  [100, 30],
  [500, 200],
] as const) {
  const text = longSpec(lines, rows);
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { threadMs } = await measure(() => {
      language.read(edited(text, round), { path: PATH, files: { exists: existsSync } });
      return Promise.resolve();
    });
    times.push(threadMs);
  }
  figures.push(
    { what: `${lines} lines, the first time`, values: times.slice(0, 1), unit: 'ms' },
    { what: `${lines} lines`, values: times.slice(1), unit: 'ms', bound: { most: 30 } },
  );
}

const client = createLintClient({ workerPath: new URL('../dist/extension/lint-worker.js', import.meta.url) });
const text = longSpec(5000, 2000);
const waits: number[] = [];
const cpu: number[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const { wallMs, processMs } = await measure(async () => {
    await wait(PAUSE_MS);
    const diagnostics = await client.lint(edited(text, round), PATH);
    if (diagnostics === null) throw new Error('The thread gave no answer.');
  });
  waits.push(wallMs);
  cpu.push(PAUSE_MS + processMs);
}

/** The CPU time of the longest turn of this thread's event loop while `work` goes on. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  let done = false;
  const watch = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
    if (!done) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  await new Promise(setImmediate);
  done = true;
  return longest;
}

const turns: number[] = [];
const idle: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  idle.push(await longestTurn(() => wait(100)));
  turns.push(await longestTurn(() => client.lint(edited(text, ROUNDS + round), PATH)));
}
await client.close();

figures.push(
  { what: '5,000 lines, from the last key, the first time', values: waits.slice(0, 1), unit: 'ms' },
  { what: '5,000 lines, from the last key', values: waits.slice(1), unit: 'ms', bound: { most: 300 } },
  { what: '  the same by CPU time of both threads', values: cpu.slice(1), unit: 'ms' },
  { what: "5,000 lines, longest turn of the host's thread", values: turns, unit: 'ms', bound: { most: 8 } },
  { what: '  the same with nothing to do', values: idle, unit: 'ms' },
);
report(figures, [
  'Up to 500 lines and the longest turn: CPU time of the thread. From the last key: the clock, with the pause of 80 ms.',
  'A busy system counts CPU time in steps of up to 4 ms: a turn is then never seen shorter than the one with nothing to do.',
]);
