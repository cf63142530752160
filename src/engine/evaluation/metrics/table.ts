/** Every metric. A new one is a file and a line here. */
import { constraintsMetric } from './constraints-metric.ts';
import { accuracy, exactMatch } from './exact.ts';
import { jsonMatch } from './json-match.ts';
import type { MetricDescriptor } from './metric.ts';
import { tokenF1Metric } from './token-f1.ts';

export const metrics = [
  accuracy,
  exactMatch,
  tokenF1Metric,
  jsonMatch,
  constraintsMetric,
] as readonly MetricDescriptor[];
