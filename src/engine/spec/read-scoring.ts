/** How replies are scored: metrics by the table of their kinds, and GitHub Models' evaluators. */
import type { SpecTables } from './descriptors.ts';
import { nearestName } from './near-names.ts';
import { reportIssues } from './read-values.ts';
import type { Values } from './read-values.ts';
import type { Report } from './report.ts';
import type { Path, SpecDocument } from './spec-document.ts';
import type { EvaluatorSpec, MetricSpec } from './task-spec.ts';

interface WrittenMetric {
  readonly name: string;
  readonly config: unknown;
  readonly weight: number;
  readonly path: Path;
}

/** A list of names or of maps `name: config`, or a map from name to weight. */
function writtenMetrics(written: NonNullable<Values['metrics']>): WrittenMetric[] {
  if (!Array.isArray(written))
    return Object.entries(written).map(([name, weight]) => ({ name, config: {}, weight, path: ['metrics', name] }));
  return written.flatMap((entry, index): WrittenMetric[] => {
    const path = ['metrics', index];
    if (typeof entry === 'string') return [{ name: entry, config: {}, weight: 1, path }];
    return Object.entries(entry).map(([name, config]) => ({
      name,
      config: config ?? {},
      weight: 1,
      path: [...path, name],
    }));
  });
}

export function readMetrics(
  written: Values['metrics'],
  tables: SpecTables,
  document: SpecDocument,
  report: Report,
): MetricSpec[] {
  if (written === undefined) return [];
  const names = tables.metrics.map((metric) => metric.key);
  return writtenMetrics(written).flatMap(({ name, config: given, weight, path }): MetricSpec[] => {
    const kind = tables.metrics.find((metric) => metric.key === name);
    if (kind === undefined) {
      const meant = nearestName(name, names);
      const hint = meant === null ? `Metrics are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
      const span = document.keySpanOf(path);
      const fix = meant === null ? undefined : { title: `Change to "${meant}"`, edits: [{ span, newText: meant }] };
      report.atSpan('unknown-key', 'error', span, `There is no metric "${name}". ${hint}`, fix);
      return [];
    }
    const { weight: own = weight, ...config } = (typeof given === 'object' && given !== null ? given : {}) as Record<
      string,
      unknown
    >;
    if (typeof own !== 'number' || !(own >= 0)) {
      report.at('wrong-type', 'error', [...path, 'weight'], 'A weight is a number from 0 up.');
      return [];
    }
    const read = kind.schema.safeParse(config);
    if (!read.success) reportIssues(read.error.issues, config, path, { document, report, severity: 'error' });
    return read.success ? [{ kind: name, weight: own, config: read.data }] : [];
  });
}

export function readEvaluators(written: Values['evaluators'], report: Report): EvaluatorSpec[] {
  return (written ?? []).flatMap((entry, index): EvaluatorSpec[] => {
    if (entry.llm !== undefined) return [{ name: entry.name, kind: 'llm', config: entry.llm }];
    if (entry.uses !== undefined) return [{ name: entry.name, kind: 'uses', config: entry.uses }];
    const test = (['equals', 'contains', 'startsWith', 'endsWith'] as const).find(
      (name) => entry.string?.[name] !== undefined,
    );
    const value = test === undefined ? undefined : entry.string?.[test];
    if (test !== undefined && value !== undefined) return [{ name: entry.name, kind: 'string', test, value }];
    const path = entry.string === undefined ? ['evaluators', index] : ['evaluators', index, 'string'];
    const message =
      entry.string === undefined
        ? 'An evaluator has one of `string`, `llm` or `uses`.'
        : 'A string evaluator has one of `equals`, `contains`, `startsWith` or `endsWith`.';
    report.at('wrong-type', 'error', path, message);
    return [];
  });
}
