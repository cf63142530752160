/** From a reply to a row's score: the weighted mean of its row metrics, 0 when a `must` fails or it cannot be read. */
import type { Example } from '../data/example.ts';
import { readReply } from '../spec/reply.ts';
import type { MetricSpec, TaskSpec } from '../spec/task-spec.ts';
import type { ConstraintServices } from './constraints/constraint.ts';
import type { ConstraintResult, RowResult } from './evaluation.ts';
import { metrics as table } from './metrics/table.ts';
import type { MetricScore, ScoredReply } from './metrics/metric.ts';
import { runEvaluator } from './string-evaluators.ts';
import { validateResponse } from './validate-response.ts';

/** The weight of `constraints` beside a default metric. */
const CONSTRAINTS_WEIGHT = 0.3;

/** The metrics of a file that names none: its evaluators, else by what it answers. */
export function defaultMetrics(spec: TaskSpec, example: Pick<Example, 'expected'>): MetricSpec[] {
  const metric = (kind: string, weight = 1): MetricSpec => ({ kind, weight, config: {} });
  const constraints = spec.constraints.length > 0 ? [metric('constraints', CONSTRAINTS_WEIGHT)] : [];
  if (spec.evaluators.length > 0) return constraints;
  const labels = spec.outputs.length === 1 && spec.outputs[0]?.enum !== undefined;
  if (labels) return [metric('accuracy'), ...constraints];
  if (spec.responseFormat.type !== 'text' || (typeof example.expected === 'object' && example.expected !== null))
    return [metric('json_match'), ...constraints];
  return [metric('token_f1'), ...constraints];
}

interface Weighted extends MetricScore {
  readonly name: string;
  readonly weight: number;
}

function applyMetrics(spec: TaskSpec, example: Example, scored: ScoredReply): Weighted[] {
  const chosen = spec.metrics.length > 0 ? spec.metrics : defaultMetrics(spec, example);
  const scores = chosen.flatMap((metric): Weighted[] => {
    const descriptor = table.find((kind) => kind.key === metric.kind);
    const score = descriptor?.score(metric.config, scored) ?? null;
    return score === null ? [] : [{ ...score, name: metric.kind, weight: metric.weight }];
  });
  if (spec.metrics.length > 0) return scores;
  return [
    ...spec.evaluators.map((evaluator) => ({
      ...runEvaluator(evaluator, scored.reply, example),
      name: evaluator.name,
      weight: 1,
    })),
    ...scores,
  ];
}

const constraintFeedback = (results: readonly ConstraintResult[]): string[] =>
  results
    .filter((result) => !result.passed)
    .map((result) => `Constraint "${result.name}" failed: ${result.description} ${result.reason}`);

export type RowScore = Pick<RowResult, 'score' | 'metrics' | 'constraints' | 'feedback' | 'outputs'>;

/** @throws PromptOptError `spec` when the file asks for what this version cannot check. */
export async function scoreReply(
  spec: TaskSpec,
  example: Example,
  reply: string,
  services: ConstraintServices,
): Promise<RowScore> {
  const outputs = readReply(spec, reply);
  const constraints = await validateResponse(spec, { text: reply, inputs: example.inputs }, services);
  const scores = applyMetrics(spec, example, { spec, reply, outputs, expected: example.expected, constraints });
  const total = scores.reduce((sum, { weight }) => sum + weight, 0);
  const mean =
    total > 0 ? scores.reduce((sum, { score, weight }) => sum + score * weight, 0) / total : constraints.overallScore;
  const unreadable = outputs === null ? ['The reply could not be read in the form it must have.'] : [];
  return {
    score: outputs === null || constraints.mustFailed ? 0 : mean,
    metrics: Object.fromEntries(scores.map(({ name, score }) => [name, score])),
    constraints: constraints.constraintResults,
    feedback: [
      ...unreadable,
      ...scores.flatMap(({ feedback }) => feedback),
      ...constraintFeedback(constraints.constraintResults),
    ].join('\n'),
    outputs,
  };
}
