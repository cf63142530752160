/** Every lint rule. A new one is a file and a line here. */
import { badRow } from './bad-row.ts';
import { badSignature } from './bad-signature.ts';
import { duplicateName } from './duplicate-name.ts';
import { notPortable } from './not-portable.ts';
import type { CheckedRule, LintRule } from './rule.ts';
import { spacedPlaceholder } from './spaced-placeholder.ts';
import { syntax } from './syntax.ts';
import { undefinedVariable } from './undefined-variable.ts';
import { undelimitedInput } from './undelimited-input.ts';
import { unknownKey } from './unknown-key.ts';
import { unknownRule } from './unknown-rule.ts';
import { unreachableFile } from './unreachable-file.ts';
import { unusedInput } from './unused-input.ts';
import { wrongType } from './wrong-type.ts';

export const rules: readonly LintRule[] = [
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
];

export const checkedRules: readonly CheckedRule[] = rules.filter((rule): rule is CheckedRule => 'check' in rule);
