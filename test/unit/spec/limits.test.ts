import assert from 'node:assert/strict';
import { limitsOf } from '../../../src/engine/limits.ts';
import { isPromptOptError } from '../../../src/protocol/errors.ts';
import type { Limits } from '../../../src/protocol/events.ts';
import { lint } from '../../support/spec-language.ts';
import { makeSpec } from '../../support/task.ts';

describe('limits', () => {
  for (const limits of [
    { usd: -1 },
    { usd: Number.NaN },
    { usd: Infinity },
    { usd: 1e12 },
    { calls: 1.5 },
    { tokens: -5 },
    { minutes: 1e9 },
  ] satisfies Limits[]) {
    it(`of ${JSON.stringify(limits)} are refused with what to give`, () => {
      const [name] = Object.keys(limits);
      assert.throws(
        () => limitsOf(makeSpec(), limits),
        (error) =>
          isPromptOptError(error) &&
          error.code === 'usage' &&
          error.details.limit === name &&
          error.details.remedy !== undefined,
      );
    });
  }

  it('of zero are limits', () => {
    assert.deepEqual(limitsOf(makeSpec(), { usd: 0 }), { usd: 0 });
  });

  for (const budget of ['usd: -1', 'usd: .nan', 'usd: 1.0e12', 'calls: 1.5', 'minutes: 1.0e9', 'usd: much']) {
    it(`of a prompt file, ${budget}, are errors at their place`, () => {
      const text = `name: a\nsignature: 'x -> y'\nmessages:\n  - role: user\n    content: Say {{x}}.\noptimize:\n  budget: { ${budget} }\n`;
      const errors = lint(text).filter(({ severity }) => severity === 'error');
      assert.equal(errors.length, 1, JSON.stringify(errors));
      assert.match(errors[0]?.message ?? '', /^optimize\.budget\.\w+ must be .+\.$/);
      assert.equal(errors[0]?.range.start.line, 6);
    });
  }
});
