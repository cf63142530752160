/** Every lint rule. A new one is a file and a line here. */
import { badRow } from './bad-row.ts';
import type { CheckedRule, LintRule } from './rule.ts';
import { syntax } from './syntax.ts';

export const rules: readonly LintRule[] = [syntax, badRow];

export const checkedRules: readonly CheckedRule[] = rules.filter((rule): rule is CheckedRule => 'check' in rule);
