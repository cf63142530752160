import assert from 'node:assert/strict';
import { answerAsApprentice } from '../../../src/engine/models/providers/embedded/apprentice.ts';
import { readProposal } from '../../../src/engine/optimizers/gepa/reflection.ts';

interface Record {
  readonly input: string;
  readonly output: string;
  readonly feedback: string;
}

function request(current: string, records: readonly Record[], more = ''): string {
  const shown = records.map(
    ({ input, output, feedback }, index) =>
      `### Record ${index + 1}\nInputs:\n${input}\nOutput:\n${output}\nFeedback:\n${feedback}`,
  );
  return `You improve the system message of a prompt that another model follows.\n\n## Current instruction\n\`\`\`\n${current}\n\`\`\`\n\n## Records\n${shown.join('\n\n')}${more}\n\nAnswer with the new instruction in one fenced block.`;
}

/** What samples 0 to 9 propose at temperature 1, after the greedy proposal. */
function proposals(content: string): string[] {
  return [0, ...Array.from({ length: 10 }, () => 1)].map((temperature, sample) => {
    const { text } = answerAsApprentice([{ role: 'user', content }], { temperature, sample, maxOutputTokens: 4096 });
    const proposal = readProposal(text);
    assert.notEqual(proposal, null);
    return proposal ?? '';
  });
}

describe('the apprentice as proposer', () => {
  const labelled = [
    {
      input: 'message: The roses wither in dry soil',
      output: 'What a lovely message!',
      feedback: 'Expected "garden", got "What a lovely message!".',
    },
    { input: 'message: My oven burns every cake', output: 'Great!', feedback: 'Expected "kitchen", got "Great!".' },
  ];

  it('names every label that the request declares, also those no record shows', () => {
    const outputs = '## Outputs\n- topic: one of garden, kitchen, garage. Where it belongs\n\n';
    const content = request('Sort the message.', labelled).replace('## Current', `${outputs}## Current`);
    for (const text of proposals(content)) assert.match(text, /only one of: garden, kitchen, garage\./);
  });

  it('learns the labels, their form and words that speak for them', () => {
    for (const text of proposals(request('Sort the message.', labelled))) {
      assert.match(text, /^Sort the message\./);
      assert.match(text, /Answer with only one of: garden, kitchen\./);
      assert.match(text, /- garden: .*(?:roses|wither|dry|soil)/);
    }
  });

  it('adds to the labels and definitions the text has instead of writing them twice', () => {
    const current = 'Sort.\nAnswer with only one of: attic, garden.\n- attic: boxes, dust';
    for (const text of proposals(request(current, labelled))) {
      assert.equal(text.match(/Answer with only one of/g)?.length, 1);
      assert.match(text, /one of: attic, garden, kitchen\./);
      assert.match(text, /- attic: boxes, dust/);
    }
  });

  it('learns JSON keys and the form of each value from fields that were missing', () => {
    const records = [
      {
        input: 'email: two mugs for ab 123 by 3 May, urgent',
        output: '{}',
        feedback: [
          'Field "order_id": expected "AB-123", got nothing.',
          'Field "quantity": expected 2, got nothing.',
          'Field "delivery_date": expected "2027-05-03", got nothing.',
          'Field "urgent": expected true, got nothing.',
        ].join('\n'),
      },
    ];
    const [text = ''] = proposals(request('Get the order.', records));
    assert.match(text, /JSON object with the keys order_id, quantity, delivery_date, urgent\./);
    assert.match(text, /- order_id: written as AB-###/);
    assert.match(text, /- quantity: an integer/);
    assert.match(text, /- delivery_date: .*YYYY-MM-DD.*2027/);
    assert.match(text, /- urgent: true or false/);
  });

  it('turns failed constraints into rules, once', () => {
    const failed = (output: string): Record => ({
      input: 'message: hi',
      output,
      feedback: 'Constraint "length" failed: At most 60 words. The reply has 90 words.',
    });
    for (const text of proposals(request('Answer kindly.', [failed('x'), failed('y')])).slice(0, 1))
      assert.equal(text.match(/At most 60 words\./g)?.length, 1);
    const again = proposals(request('Answer kindly.\nAt most 60 words.', [failed('x')]))[0] ?? '';
    assert.equal(again.match(/At most 60 words\./g)?.length, 1);
  });

  it('keeps placeholders and frozen text, whatever the sample', () => {
    const current = 'Sort it.\nNever be rude.\n\nMessage: {{message}}';
    const frozen = '\n\n## Frozen\nKeep each of these word for word:\n- {{message}}\n- Never be rude.';
    for (const text of proposals(request(current, labelled, frozen))) {
      assert.match(text, /Never be rude\./);
      assert.match(text, /Message: \{\{message\}\}$/);
    }
  });

  it('varies with the sample and stays bounded however often it is asked', () => {
    assert.ok(new Set(proposals(request('Sort the message.', labelled))).size > 5);
    let current = 'Sort the message.';
    for (let round = 0; round < 60; round++) {
      const records = [0, 1, 2].map((index) => ({
        input: `message: ${Array.from({ length: 12 }, (_, word) => `${'abcdefghij'[(round * 7 + word) % 10] ?? ''}word${'klmnopqrst'[(round + word * 3) % 10] ?? ''}${'uvwxyz'[index] ?? ''}`).join(' ')}`,
        output: 'Well!',
        feedback: `Expected "label${(round * 3 + index) % 40}", got "Well!".`,
      }));
      const { text } = answerAsApprentice([{ role: 'user', content: request(current, records) }], {
        temperature: 1,
        sample: round,
        maxOutputTokens: 8192,
      });
      current = readProposal(text) ?? current;
    }
    assert.ok(current.length < 5000, `${current.length} characters`);
  });
});
