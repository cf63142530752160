/** The typed error an attempt ends in. */
import assert from 'node:assert/strict';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';

/** Fails unless the attempt ends in an error of this code that tells none of the secrets anywhere. */
export async function typedFailure(
  attempt: Promise<unknown>,
  code: ErrorCode,
  secrets: readonly string[],
): Promise<PromptOptError> {
  try {
    await attempt;
  } catch (error) {
    assert.ok(isPromptOptError(error), String(error));
    assert.equal(error.code, code, error.message);
    const told = [describeError(error), error.stack ?? '', String(error.cause), JSON.stringify(error.details)];
    for (const secret of secrets) assert.ok(!told.join('\n').includes(secret), secret);
    return error;
  }
  throw new assert.AssertionError({ message: `It did not fail; ${code} was expected.` });
}
