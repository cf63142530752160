import assert from 'node:assert/strict';
import { constraints } from '../../../src/engine/evaluation/constraints/table.ts';
import { validateResponse } from '../../../src/engine/evaluation/validate-response.ts';
import { createWorkerSandbox } from '../../../src/engine/evaluation/worker-sandbox.ts';
import type { WorkerSandbox } from '../../../src/engine/evaluation/worker-sandbox.ts';
import { makeConstraint, makeSpec } from '../../support/task.ts';

/** Per kind: value as written, texts that keep it, texts that break it. */
const cases: readonly [kind: string, value: unknown, holds: readonly string[], breaks: readonly string[]][] = [
  ['maxWords', 3, ['one two three', ''], ['one two three four']],
  ['minWords', 2, ['one two'], ['one', '']],
  ['maxChars', 3, ['abc', '👍👍👍'], ['abcd']],
  ['maxTokens', 2, ['abcdefgh'], ['abcdefghi']],
  ['maxSentences', 1, ['One. ', 'Version 1.5 is out'], ['One. Two.']],
  [
    'readingGrade',
    6,
    ['The cat sat on the mat.'],
    ['Institutional heterogeneity complicates interdepartmental communication considerably.'],
  ],
  ['format', 'Answer: [YES/NO]', ['Well. answer: yes', 'Answer:  NO.'], ['Answer: maybe', 'Answer: YESTERDAY']],
  ['format', 'Total: [NUMBER] EUR', ['Total: 1,200.50 EUR'], ['Total: many EUR']],
  ['format', 'Due [DATE]', ['Due 2026-03-14', 'due 14 March 2026'], ['Due soon']],
  ['format', '(a+b)? [TEXT]!', ['(a+b)? well!'], ['aab well!']],
  ['regex', '^[A-Z]{2}-\\d+$', ['ab-12'], ['ab-', 'x ab-12']],
  ['notRegex', '\\btbd\\b', ['done'], ['still TBD']],
  ['contains', '{{order_id}}', ['about NW-1 now'], ['about NW-2']],
  ['contains', ['a1', 'b2'], ['b2 a1'], ['a1 only']],
  ['containsAny', ['refund', 'exchange'], ['an EXCHANGE'], ['neither']],
  ['notContains', ['guarantee', '100%'], ['we try'], ['we Guarantee it', '100% sure']],
  ['startsWith', 'Hello {{name}}', [' hello Ana, hi'], ['Dear Ana']],
  ['endsWith', 'regards', ['Kind regards\n'], ['regards, me']],
  ['equals', 'yes', ['Yes '], ['yes!']],
  ['oneOf', ['yes', 'no'], ['No'], ['no, thanks']],
  ['json', true, ['{"a":1}', ' [1] '], ['{a:1}', '```json\n{}\n```']],
  [
    'jsonSchema',
    { type: 'object', required: ['id'], properties: { id: { type: 'integer' } }, additionalProperties: false },
    ['{"id":3}'],
    ['{"id":"3"}', '{}', '{"id":1,"x":2}', 'no'],
  ],
  [
    'language',
    'en',
    ['We will send you the parcel to the new address.', '42'],
    ['Wir werden Ihnen das Paket an die neue Adresse senden.'],
  ],
  [
    'noPii',
    true,
    ['Order NW-48213 of 2026-03-14', '1234567890123456'],
    ['write to a.b@example.com', 'IBAN DE89 3704 0044 0532 0130 00', 'card 4111 1111 1111 1111', 'call +49 30 901820'],
  ],
  ['noCopy', 4, ['my parcel is late'], ['You said: where is my parcel now.']],
  ['javascript', 'response.includes(inputs.order_id)', ['about NW-1'], ['none']],
  ['length', '< 3 words', ['one two'], ['one two three']],
  ['max_response_time', '< 24 hours', ['We reply within 12 hours.', 'soon'], ['We reply within two days.']],
];

const inputs = { order_id: 'NW-1', name: 'Ana', message: 'Hi, where is my parcel now?' };

describe('constraints', () => {
  let sandbox: WorkerSandbox;
  before(() => {
    sandbox = createWorkerSandbox({
      workerPath: new URL('../../../src/engine/evaluation/sandbox-worker.ts', import.meta.url),
      milliseconds: 200,
      after(milliseconds, action) {
        const timer = setTimeout(action, milliseconds);
        return () => {
          clearTimeout(timer);
        };
      },
    });
  });
  after(() => sandbox.close());
  const services = () => ({ countTokens: (text: string) => Promise.resolve(Math.ceil(text.length / 4)), sandbox });
  const check = async (kind: string, value: unknown, text: string) => {
    const config = constraints.find(({ key }) => key === kind)!.schema.parse(value);
    const spec = makeSpec({ constraints: [makeConstraint(kind, config)] });
    return (await validateResponse(spec, { text, inputs }, services())).constraintResults[0]!;
  };

  for (const [kind, value, holds, breaks] of cases) {
    it(`${kind} ${JSON.stringify(value)} tells kept from broken`, async () => {
      for (const text of holds) assert.equal((await check(kind, value, text)).reason, '', `should hold: ${text}`);
      for (const text of breaks) assert.notEqual((await check(kind, value, text)).reason, '', `should break: ${text}`);
    });
  }

  it('every deterministic kind has a case, a summary, an example and words a model can follow', () => {
    for (const kind of constraints) {
      assert.ok(kind.summary.endsWith('.'), kind.key);
      assert.notEqual(kind.example, '', kind.key);
      if (kind.key !== 'judge' && kind.key !== 'tone')
        assert.ok(
          cases.some(([name]) => name === kind.key),
          `no case for ${kind.key}`,
        );
    }
    for (const [kind, value] of cases) {
      const descriptor = constraints.find(({ key }) => key === kind)!;
      assert.match(descriptor.describe(descriptor.schema.parse(value)), /\w+.*[.}"]$/s, kind);
    }
  });

  it('a pattern that would hang and code that loops fail their constraint, and the next check works', async () => {
    assert.match((await check('regex', '^(a+)+$', `${'a'.repeat(40)}!`)).reason, /longer than/);
    assert.match((await check('javascript', '(() => { while (true) {} })()', 'x')).reason, /could not be checked/);
    assert.match((await check('javascript', 'process.exit(1)', 'x')).reason, /could not be checked/);
    assert.equal((await check('javascript', 'response.length === 1', 'x')).reason, '');
  });

  it('weigh as the seed does, and a failed must is told', async () => {
    const spec = makeSpec({
      constraints: [
        makeConstraint('maxWords', 1, { weight: 0.3 }),
        makeConstraint('contains', ['x'], { weight: 0.5 }),
        makeConstraint('oneOf', ['zz'], { weight: 0.2, severity: 'must' }),
      ],
    });
    const result = await validateResponse(spec, { text: 'a x', inputs }, services());
    assert.equal(result.overallScore, 0.5);
    assert.equal(result.mustFailed, true);
  });
});
