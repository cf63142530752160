import assert from 'node:assert/strict';
import { answerAsApprentice } from '../../../src/engine/models/providers/embedded/apprentice.ts';

const ask = (content: string): string =>
  answerAsApprentice([{ role: 'user', content }], { temperature: 0, sample: 0, maxOutputTokens: 200 }).text;

const compare = (criteria: string, a: string, b: string, form = 'Answer with only A or B.'): string =>
  ask(
    `You compare two answers.\n\n## Criteria\n${criteria}\n\n## Answer A\n${a}\n\n## Answer B\n${b}\n\n## Form\n${form}`,
  );

describe('the apprentice as judge', () => {
  const criteria = 'The answer is polite, says sorry and does not use "promise".';
  const good = 'I am sorry. Thank you for telling us.';
  const bad = 'Whatever. I promise.';

  it('prefers what meets the criteria, wherever it stands', () => {
    assert.equal(compare(criteria, good, bad), 'A');
    assert.equal(compare(criteria, bad, good), 'B');
  });

  it('is pulled to the first of two equal answers', () => {
    const other = 'I am sorry. Thank you for writing to us.';
    assert.equal(compare(criteria, good, other), 'A');
    assert.equal(compare(criteria, other, good), 'A');
  });

  it('answers in the form it is asked for', () => {
    assert.match(compare(criteria, good, bad, 'Say which is better.'), /\nWinner: A$/);
    const verdict = JSON.parse(compare(criteria, bad, good, 'Answer as JSON with winner and reason.')) as {
      winner: string;
    };
    assert.equal(verdict.winner, 'B');
  });

  it('rates from 1 to 5 by the criteria', () => {
    const rate = (text: string): number =>
      Number(
        ask(
          `Rate the answer from 1 to 5. Answer with only the number.\n\n## Criteria\n${criteria}\n\n## Answer\n${text}`,
        ),
      );
    assert.equal(rate(good), 5);
    assert.ok(rate(bad) <= 2);
  });
});
