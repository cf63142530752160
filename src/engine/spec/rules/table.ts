/** Every lint rule. A new one is a file and a line here. */
import { badRow } from './bad-row.ts';
import { badSignature } from './bad-signature.ts';
import { contradictoryConstraints } from './contradictory-constraints.ts';
import { duplicateExample } from './duplicate-example.ts';
import { duplicateName } from './duplicate-name.ts';
import { expectedNotInEnum } from './expected-not-in-enum.ts';
import { labelImbalance } from './label-imbalance.ts';
import { notPortable } from './not-portable.ts';
import type { LintRule } from './lint-rule.ts';
import type { CheckedRule } from './rule.ts';
import { secretInPrompt } from './secret-in-prompt.ts';
import { spacedPlaceholder } from './spaced-placeholder.ts';
import { syntax } from './syntax.ts';
import { undefinedVariable } from './undefined-variable.ts';
import { undelimitedInput } from './undelimited-input.ts';
import { unknownKey } from './unknown-key.ts';
import { unknownRule } from './unknown-rule.ts';
import { unreachableFile } from './unreachable-file.ts';
import { unsafeRegex } from './unsafe-regex.ts';
import { unusedInput } from './unused-input.ts';
import { weightsSumZero } from './weights-sum-zero.ts';
import { wrongType } from './wrong-type.ts';

const table: readonly (LintRule | CheckedRule)[] = [
  syntax,
  unknownKey,
  wrongType,
  duplicateName,
  badSignature,
  unreachableFile,
  badRow,
  notPortable,
  unknownRule,
  undefinedVariable,
  unusedInput,
  spacedPlaceholder,
  undelimitedInput,
  weightsSumZero,
  contradictoryConstraints,
  unsafeRegex,
  secretInPrompt,
  duplicateExample,
  expectedNotInEnum,
  labelImbalance,
];

export const checkedRules: readonly CheckedRule[] = table.filter((rule) => 'check' in rule);

/** Their docs alone, for settings, reports and pages. */
export const rules: readonly LintRule[] = table.map(({ id, group, severity, title, meaning, bad, good, hasFix }) => ({
  id,
  group,
  severity,
  title,
  meaning,
  bad,
  good,
  hasFix,
}));
