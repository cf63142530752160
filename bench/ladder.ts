/** Prints how far a better prompt carries the embedded model on each example: `node bench/ladder.ts [train|validation|test]`. */
import { meanScore, rungsOf } from './ladder/measure.ts';
import { TASKS, rowsOf } from './ladder/tasks.ts';

const json = process.argv.includes('--json');
const split = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? 'test';
if (split !== 'train' && split !== 'validation' && split !== 'test') throw new Error(`There is no split "${split}".`);

const table = new Map<string, string[]>();
let calls = 0;
const start = performance.now();
for (const task of TASKS) {
  const rows = rowsOf(task.name, split);
  for (const { name, messages } of rungsOf(task)) {
    table.set(name, [...(table.get(name) ?? []), meanScore(task, messages, rows).toFixed(3)]);
    calls += rows.length;
  }
}
const perCall = (performance.now() - start) / calls;

if (json) {
  console.log(
    JSON.stringify({ split, tasks: TASKS.map(({ name }) => name), rungs: Object.fromEntries(table), perCall }),
  );
} else {
  const cell = (text: string): string => text.padStart(16);
  console.log(`embedded/apprentice on the ${split} rows, mean score 0…1`);
  console.log(`${''.padEnd(24)}${TASKS.map((task) => cell(task.name)).join('')}`);
  for (const [name, scores] of table) console.log(`${name.padEnd(24)}${scores.map(cell).join('')}`);
  console.log(`${perCall.toFixed(2)} ms a call over ${calls} calls`);
}
