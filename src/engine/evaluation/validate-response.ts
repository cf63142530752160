/** The seed's `validate_response`: which constraints a reply keeps, and the weighted share it keeps. */
import { isPromptOptError } from '../../protocol/errors.ts';
import { readReply } from '../spec/reply.ts';
import type { ConstraintSpec, TaskSpec } from '../spec/task-spec.ts';
import { constraints as table } from './constraints/table.ts';
import type { ConstraintServices } from './constraints/constraint.ts';
import type { ConstraintResult, ConstraintValidationResult } from './evaluation.ts';

export interface CheckedReply {
  readonly text: string;
  readonly inputs: Readonly<Record<string, string>>;
}

function textFor(spec: TaskSpec, constraint: ConstraintSpec, reply: string): string | null {
  if (constraint.on === undefined) return reply;
  const value = readReply(spec, reply)?.[constraint.on];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function check(
  spec: TaskSpec,
  constraint: ConstraintSpec,
  reply: CheckedReply,
  services: ConstraintServices,
): Promise<ConstraintResult> {
  const { name, description, weight, severity } = constraint;
  const result = (reason: string | null): ConstraintResult => ({
    name,
    description,
    weight,
    severity,
    passed: reason === null,
    reason: reason ?? '',
  });
  const descriptor = table.find((kind) => kind.key === constraint.kind);
  if (descriptor === undefined) return result(`There is no constraint kind "${constraint.kind}".`);
  const text = textFor(spec, constraint, reply.text);
  if (text === null) return result(`The reply has no "${constraint.on ?? ''}".`);
  try {
    return result(
      await descriptor.check(
        constraint.config,
        { text, inputs: reply.inputs, caseSensitive: constraint.caseSensitive },
        services,
      ),
    );
  } catch (error) {
    // A user's broken pattern or overrunning code fails its constraint; everything else is not this reply's fault.
    if (isPromptOptError(error) && error.code === 'data') return result(`It could not be checked: ${error.message}`);
    throw error;
  }
}

/** Weights that sum to 0 count as equal. Without constraints the score is 1. */
export async function validateResponse(
  spec: TaskSpec,
  reply: CheckedReply,
  services: ConstraintServices,
): Promise<ConstraintValidationResult> {
  const constraintResults: ConstraintResult[] = [];
  for (const constraint of spec.constraints) constraintResults.push(await check(spec, constraint, reply, services));
  const weigh = (results: readonly ConstraintResult[]): number =>
    results.reduce((sum, result) => sum + result.weight, 0);
  const passed = constraintResults.filter((result) => result.passed);
  const total = weigh(constraintResults);
  const overallScore =
    constraintResults.length === 0 ? 1 : total > 0 ? weigh(passed) / total : passed.length / constraintResults.length;
  return {
    overallScore,
    constraintResults,
    mustFailed: constraintResults.some((result) => result.severity === 'must' && !result.passed),
  };
}
