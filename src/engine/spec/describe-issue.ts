/** A schema's complaint as a sentence about the file. */
import type * as z from 'zod';
import type { Path } from './spec-document.ts';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return 'true or false';
  return KINDS[typeof value] ?? typeof value;
};

/** `messages[0].content` */
export const printPath = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');

export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    root,
  );
}

const stepsOf = (issue: z.core.$ZodIssue): (string | number)[] => issue.path.filter((step) => typeof step !== 'symbol');

/** The issues behind a failed choice of forms: of the form that went deepest, else one that names all forms. */
export function plainIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inner = issue.errors.map((branch) => branch.flatMap(plainIssues));
  const depth = (branch: readonly z.core.$ZodIssue[]): number => Math.max(0, ...branch.map((one) => one.path.length));
  const deepest = inner.reduce<readonly z.core.$ZodIssue[]>(
    (best, branch) => (depth(branch) > depth(best) ? branch : best),
    [],
  );
  if (deepest.length > 0) return deepest.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  return [issue];
}

function expectedBy(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flatMap((branch) => branch.flatMap(expectedBy));
  return issue.code === 'invalid_type' ? [KINDS[issue.expected] ?? issue.expected] : [];
}

/** @param root the value the issue's path starts from; @param at the path of that value in the file. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown, at: Path): string {
  const steps = stepsOf(issue);
  const name = printPath([...at, ...steps]);
  const value = valueAt(root, steps);
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union': {
      const expected = [...new Set(expectedBy(issue))];
      if (expected.length === 0) break;
      const wanted = expected.join(' or ');
      return value === undefined
        ? `${name} is missing; it is ${wanted}.`
        : `${name} must be ${wanted}, not ${kindOf(value)}.`;
    }
    case 'invalid_value': {
      const options = issue.values.map((option) => (typeof option === 'string' ? `"${option}"` : String(option)));
      return `${name} must be ${options.length === 1 ? '' : 'one of '}${options.join(', ')}.`;
    }
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return `${name} must not be empty.`;
      return `${name} must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}.`;
    case 'too_big':
      return `${name} must be ${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}.`;
    default:
  }
  return `${name}: ${issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '')}.`;
}
