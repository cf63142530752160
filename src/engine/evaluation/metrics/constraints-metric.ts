/** `constraints`: the weighted share of the spec's constraints that hold. */
import * as z from 'zod';
import type { MetricDescriptor } from './metric.ts';

const schema = z.strictObject({});

export const constraintsMetric: MetricDescriptor<z.infer<typeof schema>> = {
  key: 'constraints',
  summary: "Weighted share of the file's constraints that hold.",
  computes:
    'The weights of the constraints that hold over all weights. In a file without constraints it does not count.',
  example: 'constraints',
  scope: 'row',
  schema,
  score: (_config, { spec, constraints }) =>
    spec.constraints.length === 0 ? null : { score: constraints.overallScore, feedback: [] },
};
