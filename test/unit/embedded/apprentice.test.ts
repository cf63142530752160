import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerAsApprentice, countApprenticeTokens } from '../../../src/engine/models/providers/embedded/apprentice.ts';
import type { ApprenticeMessage, ApprenticeOptions } from '../../../src/engine/models/providers/embedded/apprentice.ts';

const system = (content: string): ApprenticeMessage => ({ role: 'system', content });
const user = (content: string): ApprenticeMessage => ({ role: 'user', content });
const assistant = (content: string): ApprenticeMessage => ({ role: 'assistant', content });

const answer = (messages: readonly ApprenticeMessage[], options: Partial<ApprenticeOptions> = {}): string =>
  answerAsApprentice(messages, { temperature: 0, sample: 0, maxOutputTokens: 512, ...options }).text;

describe('the apprentice, told to label', () => {
  const definitions = '- garden: plants, soil, watering, roses\n- kitchen: pans, ovens, baking, knives';
  const only = 'Answer with only one of: garden, kitchen.';

  it('rambles when nobody tells it the labels or the form', () => {
    const reply = answer([system('Sort this.'), user('Message: My oven does not heat.')]);
    assert.ok(reply.split(' ').length > 40);
    assert.match(reply, /!/);
  });

  it('names a label in a ramble until it is told to answer with only the label', () => {
    const labels = 'Sort the message into garden or kitchen.';
    const message = user('Message: Where do I put the kitchen scissors?');
    assert.match(answer([system(labels), message]), /for kitchen/);
    assert.equal(answer([system(`${labels} Answer with only the label.`), message]), 'kitchen');
  });

  it('believes the definitions it is given, right or wrong', () => {
    const message = user('Message: The roses need better soil');
    assert.equal(answer([system(`${only}\n${definitions}`), message]), 'garden');
    const wrong = definitions.replace('garden', 'x').replace('kitchen', 'garden').replace('x', 'kitchen');
    assert.equal(answer([system(`${only}\n${wrong}`), message]), 'kitchen');
  });

  it('believes demonstrations, right or wrong', () => {
    const shown = (first: string, second: string): ApprenticeMessage[] => [
      system('Sort the message.'),
      user('Message: my tulips wither in this heat'),
      assistant(first),
      user('Message: the whisk is bent'),
      assistant(second),
      user('Message: all tulips wither'),
    ];
    assert.equal(answer(shown('garden', 'kitchen')), 'garden');
    assert.equal(answer(shown('kitchen', 'garden')), 'kitchen');
  });

  it('keeps a stated pattern around the label', () => {
    const told = system(
      'Is the message about plants? Format: "Answer: [YES/NO]"\nYES: plants, roses, soil\nNO: anything without plants',
    );
    assert.equal(answer([told, user('Message: roses and soil')]), 'Answer: YES');
  });
});

describe('the apprentice, told to extract', () => {
  const email = user('E-mail:\nPlease send a dozen blue mugs for order nw 4821 by 3rd of May. No hurry at all.\nAda');
  const read = (prompt: string): Record<string, unknown> =>
    JSON.parse(answer([system(prompt), email], { json: true })) as Record<string, unknown>;

  it('gives only keys it was told of', () => {
    assert.deepEqual(Object.keys(read('Answer with JSON with the keys order_id, quantity.')), ['order_id', 'quantity']);
    assert.ok(!('quantity' in read('Get the order details as JSON.')));
  });

  it('normalises codes and dates only when told', () => {
    const raw = read('JSON with the keys order_id, delivery_date.');
    assert.equal(raw['order_id'], 'nw 4821');
    assert.equal(raw['delivery_date'], '3rd of May');
    const told = read(
      'JSON with the keys order_id, delivery_date.\n- order_id: written as NW-####\n- delivery_date: as YYYY-MM-DD, with the year 2027 when none is given',
    );
    assert.deepEqual(told, { order_id: 'NW-4821', delivery_date: '2027-05-03' });
  });

  it('reads number words, listed choices and cues with a "no" before them', () => {
    const told = read(
      'JSON with the keys quantity, product, express.\n- quantity: an integer\n- product: one of: red plate, blue mug\n- express: true or false, true when the text says hurry, urgent',
    );
    assert.deepEqual(told, { quantity: 12, product: 'blue mug', express: false });
  });

  it('takes the form of each value from demonstrations', () => {
    const messages = [
      system('Get the order.'),
      user('E-mail: 3 red plates for NW1111 on 1 June 2027, urgent'),
      assistant('{"order_id":"NW-1111","quantity":3,"when":"x"}'),
      user('E-mail: five red plates for nw 2222'),
    ];
    const values = JSON.parse(answer(messages)) as Record<string, unknown>;
    assert.equal(values['order_id'], 'NW-2222');
    assert.equal(values['quantity'], 5);
  });

  it('follows a schema handed in beside the prompt', () => {
    const schema = { type: 'object', properties: { quantity: { type: 'integer' } } };
    assert.equal(answer([system('Read it.'), email], { schema }), '{"quantity":12}');
  });
});

describe('the apprentice, told to write', () => {
  const message = user('Message: The chair arrived broken.\nCustomer: Ada King\nOrder: AB-1234');
  const rules =
    'Begin with "Hello <first name>,". Mention the order id. Between 25 and 40 words. Say sorry when something went wrong. Do not use "promise" or "100%". No exclamation marks. End with "Yours, the shop".';

  it('keeps every stated rule', () => {
    const reply = answer([system(rules), message]);
    assert.match(reply, /^Hello Ada,/);
    assert.match(reply, /Yours, the shop$/);
    assert.match(reply, /AB-1234/);
    assert.match(reply, /sorry/);
    assert.doesNotMatch(reply, /promise|100%|!/);
    const count = reply.split(/\s+/).length;
    assert.ok(count >= 25 && count <= 40, `${count} words`);
  });

  it('is not sorry where nothing went wrong', () => {
    assert.doesNotMatch(
      answer([system(rules), user('Message: Which colours are there?\nCustomer: Ada King\nOrder: AB-1234')]),
      /sorry/,
    );
  });

  it('copies the manner of the nearest demonstration with names and codes put in', () => {
    const reply = answer([
      system('Answer.'),
      user('Message: The lamp is broken.\nCustomer: Bo Lee\nOrder: AB-9999'),
      assistant('Dear Bo, a new lamp for AB-9999 leaves today.'),
      user('Message: Do you sell carpets?\nCustomer: Cy Moe\nOrder: AB-8888'),
      assistant('Dear Cy, we sell no carpets.'),
      user('Message: My lamp is broken too.\nCustomer: Ada King\nOrder: AB-1234'),
    ]);
    assert.equal(reply, 'Dear Ada, a new lamp for AB-1234 leaves today.');
  });

  it('finds the nearest demonstration by its answer where the messages tell no difference', () => {
    const reply = answer([
      system('Answer.'),
      user('Message: My chair wobbles.'),
      assistant('Please tighten the four screws.'),
      user('Message: My chair squeaks.'),
      assistant('Please oil the hinge.'),
      user('Message: My chair has a dry hinge.'),
    ]);
    assert.equal(reply, 'Please oil the hinge.');
  });

  it('begins a sentence with a capital when an apology comes before what followed a greeting', () => {
    const reply = answer([
      system('Begin with "Hello <first name>,". Say sorry when something went wrong.'),
      user('Message: The lamp is blue.\nCustomer: Bo Lee'),
      assistant('Hello Bo, we will look at the lamp.'),
      user('Message: The lamp is broken.\nCustomer: Ada King'),
    ]);
    assert.equal(reply, 'Hello Ada, I am sorry for the trouble this has caused you. We will look at the lamp.');
  });
});

describe('the apprentice as a model', () => {
  const messages = [system('Write something kind.'), user('Message: hello, the roses are late')];

  it('gives one answer at temperature 0 and several above it, the same for the same sample', () => {
    const at = (temperature: number, sample: number): string => answer(messages, { temperature, sample });
    assert.equal(at(0, 1), at(0, 2));
    assert.equal(at(1, 5), at(1, 5));
    assert.ok(new Set(Array.from({ length: 12 }, (_, sample) => at(1, sample))).size > 2);
  });

  it('cuts a reply at the limit and says so', () => {
    const cut = answerAsApprentice(messages, { temperature: 0, sample: 0, maxOutputTokens: 7 });
    assert.equal(cut.truncated, true);
    assert.equal(cut.outputTokens, 7);
  });

  it('never counts more tokens than bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => countApprenticeTokens(text) <= Buffer.byteLength(text)),
    );
  });

  it('answers any conversation without failing', () => {
    const turn = fc.record({
      role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
      content: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 6 }), fc.boolean(), (turns, json) => {
        const { text, outputTokens } = answerAsApprentice(turns, {
          temperature: 0,
          sample: 0,
          maxOutputTokens: 100,
          json,
        });
        assert.ok(outputTokens <= 100 && typeof text === 'string');
      }),
    );
  });
});

describe('the apprentice, asked for sections', () => {
  it('fills each from listed values, in order', () => {
    const told = system('1. `team` (str): one of: garden, kitchen\n2. `count` (int): an integer');
    const asked = user(
      '[[ ## message ## ]]\nPlease send 4 roses to the garden.\n\nRespond with `[[ ## team ## ]]`, then `[[ ## count ## ]]`.',
    );
    assert.equal(answer([told, asked]), '[[ ## team ## ]]\ngarden\n\n[[ ## count ## ]]\n4');
  });
});
