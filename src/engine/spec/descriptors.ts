/** What the rooms above lend the spec language, so that it knows their kinds without importing them. */
import type * as z from 'zod';

/** A row of the constraint table, as far as reading and linting a spec needs it. */
export interface ConstraintKind {
  /** The key that names it in a constraint, e.g. `maxWords`. */
  readonly key: string;
  /** One sentence for hover, completion and docs. */
  readonly summary: string;
  /** An example value, as YAML. */
  readonly example: string;
  /** The schema of the value under `key`. */
  readonly schema: z.ZodType;
  /** What to know before using it, e.g. where it is a best effort; absent where there is nothing to say. */
  readonly note?: string;
  /** What the constraint asks for, in words a model can follow; also the default description. */
  describe(config: unknown): string;
}

/** A row of the metric table, as far as reading and linting a spec needs it. */
export interface MetricKind {
  readonly key: string;
  readonly summary: string;
  /** How a score comes about and when there is none, in a sentence or two. */
  readonly computes: string;
  /** An item of `metrics`, as YAML. */
  readonly example: string;
  readonly schema: z.ZodType;
  readonly scope: 'row' | 'corpus';
}

export interface StrategyKind {
  readonly name: string;
  readonly summary: string;
  readonly configSchema: z.ZodType;
}

/** Read access to the files beside a spec. Paths are absolute; a missing file is `null`. */
export interface SpecFiles {
  exists(path: string): boolean;
}

/** Everything `createSpecLanguage` is handed; index.ts joins the rooms' tables into it. */
export interface SpecTables {
  readonly constraints: readonly ConstraintKind[];
  readonly metrics: readonly MetricKind[];
  readonly strategies: readonly StrategyKind[];
}
