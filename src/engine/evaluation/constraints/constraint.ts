/** The contract of a constraint kind: one small file each, one line each in `table.ts`. */
import type * as z from 'zod';
import type { ConstraintKind } from '../../spec/descriptors.ts';

/** Runs user code and user patterns where they can neither hang nor reach anything. */
export interface Sandbox {
  /** Whether `pattern` is found in `text`. @throws PromptOptError `data` when it takes too long or is no pattern. */
  matches(pattern: string, flags: string, text: string): Promise<boolean>;
  /** The value of a JavaScript expression over plain data. @throws PromptOptError `data` on errors and overruns. */
  evaluate(expression: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export interface ConstraintServices {
  countTokens(text: string): Promise<number>;
  readonly sandbox: Sandbox;
}

/** What a constraint looks at. */
export interface CheckedText {
  /** The whole reply, or the output the constraint names. */
  readonly text: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Training texts for `noCopy`; empty elsewhere. */
  readonly caseSensitive: boolean;
}

/** Null when it holds, else why it does not, as a sentence a model can learn from. */
export type CheckResult = string | null;

export interface ConstraintDescriptor<Config = unknown> extends ConstraintKind {
  readonly schema: z.ZodType<Config>;
  describe(config: Config): string;
  check(config: Config, checked: CheckedText, services: ConstraintServices): CheckResult | Promise<CheckResult>;
}

/** Two texts as the constraint's case rule compares them. */
export const folded = (text: string, caseSensitive: boolean): string => (caseSensitive ? text : text.toLowerCase());
