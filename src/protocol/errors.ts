/**
 * The one error base of the product. Everything thrown on purpose is a `PromptOptError`, told apart by `code`,
 * never by its message.
 */

/**
 * What went wrong, as far as a program can act on it.
 *
 * - `usage`: the command line or a setting is wrong. `spec`: a file has errors. `data`: a row or data file cannot be read.
 * - `bad-request`: this one request is refused (too long, filtered, unsupported). Others may work.
 * - `unavailable`: nothing will work from now on until a person acts (wrong key, exhausted quota, no such model, no network).
 * - `transient`: the provider failed for now; a retry may help.
 * - `usage-overrun`: a provider used more than was reserved for it.
 * - `budget`: a limit was reached. `stopped`: the user stopped the run. Both are normal ends of a run.
 * - `store`: the results store cannot be opened, read or written. `internal`: a broken promise of this product.
 */
export type ErrorCode =
  | 'usage'
  | 'spec'
  | 'data'
  | 'bad-request'
  | 'unavailable'
  | 'transient'
  | 'usage-overrun'
  | 'budget'
  | 'stopped'
  | 'store'
  | 'internal';

/** What a program or a person needs to act on an error. Fields are absent where they say nothing. */
export interface ErrorDetails {
  /** What the user can do about it, as a sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** Provider errors: who answered, with which HTTP status, and the server's own hint when to try again. */
  readonly provider?: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** Whether the same request may work later without anybody acting. */
  readonly retryable?: boolean;
  /** Whether the provider may have worked (and billed) although no reply arrived, e.g. a connection cut half way. */
  readonly mayHaveCost?: boolean;
  /** The call is written down and its batch goes on, or it has not left yet: not lost, and not charged by this error. */
  readonly pending?: boolean;
  /** Budget errors: which limit was reached; `month` is the workspace's, over all runs. */
  readonly limit?: 'usd' | 'calls' | 'tokens' | 'minutes' | 'month';
  /** Spec and data errors: the file, and the line (1-based) in it. */
  readonly file?: string;
  readonly line?: number;
}

const brand = Symbol.for('promptopt.error');

/** Carries no key and no prompt text: only what may be shown, logged and stored. */
export class PromptOptError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PromptOptError';
    this.code = code;
    this.details = details;
  }

  get retryable(): boolean {
    return this.details.retryable ?? this.code === 'transient';
  }
}

/** A guard that survives bundling the class twice (`instanceof` does not). */
export function isPromptOptError(value: unknown): value is PromptOptError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** The sentence a user sees: what happened, then what to do. */
export function describeError(error: unknown): string {
  if (isPromptOptError(error)) {
    return error.details.remedy === undefined ? error.message : `${error.message} ${error.details.remedy}`;
  }
  return error instanceof Error ? error.message : String(error);
}
