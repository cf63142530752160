import type { LintRule } from './lint-rule.ts';

/** Reported while reading. */
export const badSignature: LintRule = {
  id: 'bad-signature',
  group: 'structure',
  severity: 'error',
  title: 'The signature cannot be read',
  meaning:
    'A signature is written as in DSPy: names with optional types on both sides of one arrow, e.g. `message, order? -> category: Literal["a", "b"], score: float`.',
  bad: 'signature: "message, category"\n',
  good: 'signature: "message -> category"\n',
  hasFix: false,
};
