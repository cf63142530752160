/** What the shell is told (docs: "The command line"). */
import type { ErrorCode } from '../engine/index.ts';
import { isPromptOptError } from '../engine/index.ts';

/**
 * - `done`: also when a limit or the user ended the search, as long as there is a verdict.
 * - `found`: what was asked for was found: lint errors, a score under the bar.
 */
export const EXIT = { done: 0, found: 1, usage: 2, provider: 3, budget: 4, interrupted: 130 } as const;

/** The same for people: the docs print it. */
export const exitMeanings: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'Done. A search that was ended by a limit or by hand counts as done when there is a verdict.',
  found: 'Found what was asked for: lint errors, or a score under the bar.',
  usage: 'The command line, a prompt file, its data or the results store has to be mended first.',
  provider: 'The model could not be asked: key, quota, network, or a request it does not take.',
  budget: 'The limit ended the run before a verdict, or is too small even for a baseline.',
  interrupted: 'Interrupted, or the cost was not agreed to. Nothing that was paid for is lost.',
};

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const byCode: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: EXIT.usage,
  spec: EXIT.usage,
  data: EXIT.usage,
  'bad-request': EXIT.provider,
  unavailable: EXIT.provider,
  transient: EXIT.provider,
  'usage-overrun': EXIT.provider,
  budget: EXIT.budget,
  stopped: EXIT.interrupted,
  // Neither has a number of its own: the machine or this product has to be mended first, as with a wrong command.
  store: EXIT.usage,
  internal: EXIT.usage,
};

export const exitCodeOf = (error: unknown): ExitCode => (isPromptOptError(error) ? byCode[error.code] : EXIT.usage);
