/** GitHub Models' `evaluators`, with that product's case rules: `equals` minds case, the others do not. */
import { PromptOptError } from '../../protocol/errors.ts';
import type { Example } from '../data/example.ts';
import type { EvaluatorSpec } from '../spec/task-spec.ts';
import { fill } from '../spec/template.ts';
import type { MetricScore } from './metrics/metric.ts';

const tests: Readonly<
  Record<Extract<EvaluatorSpec, { kind: 'string' }>['test'], (reply: string, wanted: string) => boolean>
> = {
  equals: (reply, wanted) => reply === wanted,
  contains: (reply, wanted) => reply.toLowerCase().includes(wanted.toLowerCase()),
  startsWith: (reply, wanted) => reply.toLowerCase().startsWith(wanted.toLowerCase()),
  endsWith: (reply, wanted) => reply.toLowerCase().endsWith(wanted.toLowerCase()),
};

/** @throws PromptOptError `spec` for `llm` and `uses`, which need a judge. */
export function runEvaluator(evaluator: EvaluatorSpec, reply: string, example: Example): MetricScore {
  if (evaluator.kind !== 'string') {
    throw new PromptOptError(
      'spec',
      `The evaluator "${evaluator.name}" needs a judge, and this version has none yet.`,
      {
        remedy: 'Take it out, or use a `string` evaluator.',
      },
    );
  }
  const expected = typeof example.expected === 'string' ? example.expected : JSON.stringify(example.expected ?? '');
  const wanted = fill(evaluator.value, { ...example.inputs, expected });
  if (tests[evaluator.test](reply.trim(), wanted)) return { score: 1, feedback: [] };
  return {
    score: 0,
    feedback: [
      `Evaluator "${evaluator.name}" failed: the reply should ${evaluator.test.replace('With', ' with')} "${wanted}".`,
    ],
  };
}
