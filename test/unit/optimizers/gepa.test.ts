import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gepa } from '../../../src/engine/optimizers/gepa/gepa.ts';
import { nextMinibatch } from '../../../src/engine/optimizers/gepa/minibatch.ts';
import { paretoWeights, pickParent } from '../../../src/engine/optimizers/gepa/pareto.ts';
import { readProposal, rejectionOf } from '../../../src/engine/optimizers/gepa/reflection.ts';
import type { OptimizerRun } from '../../../src/engine/optimizers/optimizer.ts';
import type { GenerationRequest } from '../../../src/engine/models/language-model.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';
import { search, textOfRequest } from '../../support/optimizer-run.ts';
import type { SearchOptions, SearchOutcome } from '../../support/optimizer-run.ts';
import { makeExample, makeSpec } from '../../support/task.ts';

describe('Pareto selection', () => {
  it('removes what others cover, as GEPA’s own function does', () => {
    // Fronts {A}, {A, B}, {B, C}; means A 0.9, B 0.8, C 0.7.
    const candidates = [{ scores: [1, 1, 0.7] }, { scores: [0.4, 1, 1] }, { scores: [0.5, 0.6, 1] }];
    assert.deepEqual(paretoWeights(candidates), [2, 2, 0]);
  });

  it('always keeps a leader of every row and never a candidate that leads none', () => {
    const scores = fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(scores, { minLength: 1, maxLength: 8 }), (all) => {
        const weights = paretoWeights(all.map((own) => ({ scores: own })));
        for (let row = 0; row < 5; row++) {
          const best = Math.max(...all.map((own) => own[row]!));
          assert.ok(
            all.some((own, index) => own[row] === best && weights[index]! > 0),
            `nobody is left to lead row ${row}`,
          );
        }
        // Whoever is left leads some row alone among those left.
        for (const [index, own] of all.entries()) {
          if (weights[index] === 0) continue;
          const alone = own.some((score, row) => {
            const best = Math.max(...all.map((other) => other[row]!));
            return (
              score === best &&
              all.every((other, place) => place === index || weights[place] === 0 || other[row] !== best)
            );
          });
          assert.ok(alone, 'a covered candidate was kept');
        }
      }),
    );
  });

  it('draws parents in proportion to the rows they lead', () => {
    const candidates = [{ scores: [1, 1, 1, 0] }, { scores: [0, 0, 0, 1] }];
    const random = createRandom(1, 'draws');
    let first = 0;
    for (let draw = 0; draw < 4000; draw++) if (pickParent(candidates, random) === 0) first++;
    assert.ok(Math.abs(first / 4000 - 0.75) < 0.03, `${first / 4000}`);
  });
});

describe('the minibatches of GEPA', () => {
  const run = {
    random: (label: string, ...index: readonly (string | number)[]) => createRandom(3, label, ...index),
  } as unknown as OptimizerRun;

  it('look at every row once an epoch, in another order each epoch, never twice in one batch', () => {
    const rows = Array.from({ length: 12 }, (_, index) => makeExample(String(index)));
    const epoch = (number: number): string[] =>
      [0, 1, 2, 3].flatMap((batch) => nextMinibatch(rows, 3, number * 4 + batch, run).map(({ id }) => id));
    for (const number of [0, 1, 2]) assert.equal(new Set(epoch(number)).size, 12);
    assert.notDeepEqual(epoch(0), epoch(1));
  });

  it('are full and without doubles whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 50 }),
        (count, wanted, iteration) => {
          const rows = Array.from({ length: count }, (_, index) => makeExample(String(index)));
          const size = Math.min(wanted, count);
          const batch = nextMinibatch(rows, size, iteration, run);
          assert.equal(batch.length, size);
          assert.equal(new Set(batch).size, size);
        },
      ),
    );
  });
});

describe('a reflection', () => {
  it('is read from its fence, or whole where there is none', () => {
    assert.equal(readProposal('Here:\n```\nSort by team.\n```\nDone.'), 'Sort by team.');
    assert.equal(readProposal('Sort by team.'), 'Sort by team.');
    assert.equal(readProposal(' \n '), null);
    assert.equal(readProposal('```\n\n```'), null);
  });

  it('is refused when it is the same text, loses or invents a placeholder, or drops frozen text', () => {
    const spec = makeSpec({ optimize: { strategy: 'gepa', config: {}, budget: {}, seed: 1, frozen: ['Be brief.'] } });
    assert.equal(rejectionOf(spec, 'a {{message}}', 'b {{message}}'), null);
    for (const [before, after] of [
      ['a', 'a'],
      ['a {{message}}', 'b'],
      ['a', 'b {{nowhere}}'],
      ['a Be brief.', 'b'],
    ] as const)
      assert.notEqual(rejectionOf(spec, before, after), null, after);
  });
});

const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => makeExample(`${prefix} ${index}`));

/** How right the target is on a question, by what the instruction says; the proposer writes `proposal`. */
const modelOf =
  (isRight: (level: number, question: string) => boolean, proposal = 'Sort it. Level 2.') =>
  (request: GenerationRequest): string => {
    if (request.role === 'proposer') return `\`\`\`\n${proposal}\n\`\`\``;
    const text = textOfRequest(request);
    return isRight(text.includes('Level 2') ? 2 : 1, text.split('\n').at(-1) ?? '') ? 'a' : 'b';
  };
const run = (answer: SearchOptions['answer'], config: unknown = {}): Promise<SearchOutcome> =>
  search(gepa, {
    task: { spec: makeSpec(), train: rows('train', 20), validation: rows('validation', 12) },
    answer,
    config: { max_iterations: 1, ...(config as object) },
  });
const askedAbout = (outcome: SearchOutcome, what: RegExp): number =>
  outcome.asked.filter((request) => request.role === 'target' && what.test(textOfRequest(request))).length;
const reasons = ({ events }: SearchOutcome): string[] =>
  events.flatMap((event) => (event.type === 'candidate-rejected' ? [event.data.reason] : []));

describe('GEPA', () => {
  it('takes a child that is better: from its minibatch over fresh rows to the whole validation', async () => {
    const outcome = await run(modelOf((level) => level === 2));
    assert.equal(outcome.error, null);
    assert.equal(outcome.state.incumbent?.candidate.origin, 'reflection');
    assert.equal(outcome.state.incumbent.evaluation.estimate.mean, 1);
    // Minibatch of 3 and 12 fresh rows for parent and child, validation for both, nothing twice.
    assert.equal(askedAbout(outcome, /train/), 2 * (3 + 12));
    assert.equal(askedAbout(outcome, /validation/), 2 * 12);
  });

  it('drops a child that is no better on the rows it was written from, before anything else is asked', async () => {
    const outcome = await run(modelOf(() => false));
    assert.deepEqual(reasons(outcome), ['no better on the rows it was written from']);
    assert.equal(askedAbout(outcome, /train/), 2 * 3);
    assert.equal(askedAbout(outcome, /validation/), 12);
    assert.equal(outcome.state.candidates.length, 2);
  });

  it('drops a child that only knows the rows it was written from, at the fresh rows; the paper’s gate lets it through', async () => {
    // The first training rows anybody asks about are the minibatch: wrong before the child, right with it, and the
    // child is wrong everywhere else.
    const batch = new Set<string>();
    const overfitted = (request: GenerationRequest): string => {
      const text = textOfRequest(request);
      if (request.role === 'proposer') return '```\nSort it. Level 2.\n```';
      const question = /(?:train|validation) \d+$/.exec(text)?.[0] ?? '';
      if (batch.size < 3 && question.startsWith('train')) batch.add(question);
      return text.includes('Level 2') === batch.has(question) ? 'a' : 'b';
    };
    const staged = await run(overfitted);
    assert.match(reasons(staged)[0] ?? '', /fresh rows/);
    assert.equal(askedAbout(staged, /validation/), 12, 'no validation row was spent on it');
    batch.clear();
    const paper = await run(overfitted, { gate: 'paper' });
    assert.deepEqual(reasons(paper), []);
    assert.equal(askedAbout(paper, /validation/), 24);
  });

  it('stops a child on the validation blocks as soon as it cannot reach its parent any more', async () => {
    // The parent is right on all validation rows but one, the child on training rows only.
    const outcome = await run(
      modelOf((level, question) =>
        question.startsWith('train') ? level === 2 : level === 1 && question !== 'validation 11',
      ),
    );
    assert.match(reasons(outcome)[0] ?? '', /cannot reach its parent any more after 3 of 12/);
    assert.equal(askedAbout(outcome, /validation/), 12 + 3);
  });

  it('does not reflect on a minibatch that is all right, unless it is told to', async () => {
    const perfect = modelOf((_level, question) => question.startsWith('train'));
    const skipped = await run(perfect);
    assert.equal(skipped.asked.filter(({ role }) => role === 'proposer').length, 0);
    const told = await run(perfect, { skip_perfect_score: false });
    assert.equal(told.asked.filter(({ role }) => role === 'proposer').length, 1);
  });

  it('shows the proposer what was asked, what was answered and what was wrong with it', async () => {
    const outcome = await run(modelOf((level) => level === 2));
    const [reflection] = outcome.asked.filter(({ role }) => role === 'proposer');
    assert.ok(reflection !== undefined);
    const text = textOfRequest(reflection);
    for (const part of [/Sort it\./, /train \d+/, /Expected "a", got "b"\./]) assert.match(text, part);
    assert.equal(reflection.temperature, 1);
  });

  it('gives up after so many reflections without a child, and when it is perfect', async () => {
    const stale = await run(
      modelOf(() => false),
      { max_iterations: 50, max_stale_iterations: 4 },
    );
    assert.equal(stale.asked.filter(({ role }) => role === 'proposer').length, 4);
    const done = await run(
      modelOf((level) => level === 2),
      { max_iterations: 50 },
    );
    assert.equal(done.asked.filter(({ role }) => role === 'proposer').length, 1);
  });
});
