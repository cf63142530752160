/** Asks the apprentice for every row of a split and scores what it says. */
import { answerAsApprentice } from '../../src/engine/models/providers/embedded/apprentice.ts';
import type { ApprenticeMessage } from '../../src/engine/models/providers/embedded/apprentice.ts';
import type { Row, Scored } from './score.ts';
import { extend, fill, messagesOf, rowsOf } from './tasks.ts';
import type { Task } from './tasks.ts';

export interface Answered extends Scored {
  readonly row: Row;
  readonly reply: string;
}

export function answerRows(task: Task, messages: readonly ApprenticeMessage[], rows: readonly Row[]): Answered[] {
  return rows.map((row) => {
    const filled = messages.map((message) => ({ ...message, content: fill(message.content, row) }));
    const { text } = answerAsApprentice(filled, {
      temperature: 0,
      sample: 0,
      maxOutputTokens: 512,
      ...(task.json ? { json: true } : {}),
    });
    return { row, reply: text, ...task.score(text, row) };
  });
}

export function meanScore(task: Task, messages: readonly ApprenticeMessage[], rows: readonly Row[]): number {
  return answerRows(task, messages, rows).reduce((sum, { score }) => sum + score, 0) / rows.length;
}

/** `count` rows spread evenly over the training rows. */
export function spread(rows: readonly Row[], count: number): Row[] {
  return Array.from(
    { length: Math.min(count, rows.length) },
    (_, index) => rows[Math.floor((index * rows.length) / count)]!,
  );
}

/** Demonstrations that show each row another row's answer. */
function swapped(task: Task, rows: readonly Row[]): { row: Row; answer: string }[] {
  const other = Math.floor(rows.length / 2) + 1;
  return rows.map((row, index) => ({ row, answer: task.answerOf(rows[(index + other) % rows.length]!) }));
}

export interface Rung {
  readonly name: string;
  readonly messages: readonly ApprenticeMessage[];
}

/** The prompts of the ladder, each with what the one before it has. */
export function rungsOf(task: Task): Rung[] {
  const bare = messagesOf(task.name, `${task.name}.prompt.yaml`);
  const train = rowsOf(task.name, 'train');
  const good = (count: number): { row: Row; answer: string }[] =>
    spread(train, count).map((row) => ({ row, answer: task.answerOf(row) }));
  const both = [task.format, task.definitions];
  return [
    { name: 'bare prompt', messages: bare },
    { name: '+ format', messages: extend(bare, [task.format]) },
    { name: '+ definitions', messages: extend(bare, both) },
    { name: '+ 4 demonstrations', messages: extend(bare, both, good(4)) },
    { name: '+ 16 demonstrations', messages: extend(bare, both, good(16)) },
    { name: 'reference prompt', messages: messagesOf(task.name, 'reference.prompt.yaml') },
    { name: 'wrong definitions', messages: extend(bare, [task.format, task.wrongDefinitions]) },
    { name: '16 bad demonstrations', messages: extend(bare, both, swapped(task, spread(train, 16))) },
  ];
}
