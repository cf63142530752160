import assert from 'node:assert/strict';
import { answerRows, meanScore, rungsOf } from '../../../bench/ladder/measure.ts';
import { climb } from '../../../bench/ladder/reflect.ts';
import { TASKS, messagesOf, rowsOf } from '../../../bench/ladder/tasks.ts';
import type { Row } from '../../../bench/ladder/score.ts';

/** The same rows, each with the answer expected of another row. */
function shuffled(rows: readonly Row[]): Row[] {
  const shift = Math.floor(rows.length / 2) + 1;
  return rows.map((row, index) => ({ ...row, expected: rows[(index + shift) % rows.length]!['expected'] }));
}

for (const task of TASKS) {
  describe(`the ladder of ${task.name}`, () => {
    const validation = rowsOf(task.name, 'validation');
    const scores = new Map<string, number>();
    before(() => {
      for (const { name, messages } of rungsOf(task)) scores.set(name, meanScore(task, messages, validation));
    });
    const of = (rung: string): number => scores.get(rung) ?? Number.NaN;

    it('starts low and reaches the top with a careful prompt', () => {
      assert.ok(of('bare prompt') <= 0.5, `bare ${of('bare prompt')}`);
      assert.ok(of('reference prompt') >= 0.85, `reference ${of('reference prompt')}`);
    });

    it('rises with format, definitions and demonstrations', () => {
      assert.ok(of('+ format') > of('bare prompt'));
      assert.ok(of('+ definitions') > of('+ format'));
      assert.ok(of('+ 4 demonstrations') >= of('+ definitions'));
      assert.ok(of('+ 16 demonstrations') >= of('+ 4 demonstrations'));
    });

    it('falls with wrong definitions and bad demonstrations', () => {
      assert.ok(of('wrong definitions') < of('+ definitions') - 0.1);
      assert.ok(of('16 bad demonstrations') < of('+ 16 demonstrations') - 0.03);
    });

    it('collapses when the expected answers are shuffled: replies follow the input, not the key', () => {
      const reference = messagesOf(task.name, 'reference.prompt.yaml');
      const replies = answerRows(task, reference, validation);
      const drop =
        replies.reduce((sum, { score }) => sum + score, 0) -
        shuffled(validation).reduce((sum, row, index) => sum + task.score(replies[index]!.reply, row).score, 0);
      assert.ok(drop / validation.length > 0.08, `dropped by ${drop / validation.length}`);
      const asked = answerRows(task, reference, shuffled(validation));
      assert.deepEqual(
        asked.map(({ reply }) => reply),
        replies.map(({ reply }) => reply),
      );
    });

    it('is climbed by a proposer that sees nothing but records', () => {
      const bare = messagesOf(task.name, `${task.name}.prompt.yaml`);
      const climbed = meanScore(task, climb(task, bare, 12), validation);
      assert.ok(climbed > of('bare prompt') + 0.2, `${of('bare prompt')} → ${climbed}`);
    });
  });
}
