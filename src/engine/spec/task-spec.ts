/** What a `.prompt.yaml` means, once read. Every front end, optimizer and evaluator works on this, never on the file. */
import type { TextSpan } from '../../protocol/diagnostics.ts';
import type { Limits } from '../../protocol/events.ts';
import type { Prompt } from './prompt.ts';

/** The type of an input or output. */
export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

/** One input or output. */
export interface FieldSpec {
  readonly name: string;
  readonly type: FieldType;
  readonly description?: string;
  /** Allowed values: the labels of a classification. */
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly optional: boolean;
}

/** `must` fails the row; `should` costs its weight. */
export type ConstraintSeverity = 'must' | 'should';

/** A constraint as written: `config` is what its kind's schema made of the value under its kind's key. */
export interface ConstraintSpec {
  readonly name: string;
  readonly description: string;
  readonly kind: string;
  readonly config: unknown;
  /** Relative weight, ≥ 0, default 1. */
  readonly weight: number;
  readonly severity: ConstraintSeverity;
  /** The output it looks at; absent: the whole reply. */
  readonly on?: string;
  readonly caseSensitive: boolean;
  /** Where it stands in the file. */
  readonly span?: TextSpan;
}

/** A metric as written: `config` is what its schema made of the value under its name. */
export interface MetricSpec {
  /** The metric's name in the metric table. */
  readonly kind: string;
  readonly weight: number;
  readonly config: unknown;
}

/** GitHub Models' `evaluators`, with their case rules (FORMATS.md). */
export type EvaluatorSpec =
  | {
      readonly name: string;
      readonly kind: 'string';
      readonly test: 'equals' | 'contains' | 'startsWith' | 'endsWith';
      readonly value: string;
    }
  | { readonly name: string; readonly kind: 'llm' | 'uses'; readonly config: unknown };

/** A value of `expected`: the reply, or a map by output. */
export type ExpectedValue = string | Readonly<Record<string, unknown>>;

/** A row as written in the file or in a data file, before it becomes an `Example`. */
export interface RawRow {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where it came from; `line` is 1-based. */
  readonly source: { readonly file: string; readonly line: number };
}

/** Shares of the rows by split, each 0…1. */
export interface SplitShares {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/** Where rows come from besides `testData`. Paths are as written, relative to the spec. */
export interface DataSpec {
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  /** One file to be split. */
  readonly file?: string;
  readonly split?: SplitShares;
}

/** The form the model is asked to reply in. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly name: string; readonly schema: unknown };

/** What is sent along with every request to the target. */
export interface ModelParameters {
  /** 0…2; 0 when the file does not say. */
  readonly temperature: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  /** Further parameters of the file, kept and handed to the provider. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** How the file asks to be optimized. */
export interface OptimizeSpec {
  readonly strategy: string;
  /** Options of the strategy under its own names. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly budget: Limits;
  readonly seed: number;
  /** Text that every candidate must keep, word for word. */
  readonly frozen: readonly string[];
}

/** A task as its file says it, read and checked. */
export interface TaskSpec {
  readonly name: string;
  readonly description: string;
  readonly signature: string | null;
  readonly inputs: readonly FieldSpec[];
  /** At least one; a file that names none has the one output `reply`. */
  readonly outputs: readonly FieldSpec[];
  readonly prompt: Prompt;
  readonly responseFormat: ResponseFormat;
  readonly modelParameters: ModelParameters;
  readonly constraints: readonly ConstraintSpec[];
  /** Empty when the file names none: the evaluator then takes the defaults of FORMATS.md. */
  readonly metrics: readonly MetricSpec[];
  readonly evaluators: readonly EvaluatorSpec[];
  readonly testData: readonly RawRow[];
  readonly data: DataSpec | null;
  readonly models: {
    /** Null when nothing names one. */
    readonly target: string | null;
    readonly proposer: string | null;
    readonly judges: readonly string[];
  };
  readonly optimize: OptimizeSpec;
  /** Free map, read by the return-on-investment report. */
  readonly business: unknown;
  /** True when the file uses none of our keys and so is read by GitHub Models' rules. */
  readonly github: boolean;
}
