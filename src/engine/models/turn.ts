/** Waiting for a turn in the limiter, and waiting in vain. */
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';

/** What waits for its turn. */
export interface Turn {
  /** About as many as the call will use. Default 0. */
  readonly tokens?: number;
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait but not a call that has left; its reason is the error of the wait. */
  readonly giveUp?: AbortSignal | undefined;
}

export const isOver = ({ signal, giveUp }: Turn): boolean => signal?.aborted === true || giveUp?.aborted === true;

const neverLeft = new WeakSet();

/** Whether a call ended in this error while it waited for its turn: nothing was sent. */
export const waitedInVain = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && neverLeft.has(error);

/** An error of its own for each that waited: an account is kept by error. */
export function inVain(turn: Turn): PromptOptError {
  const reason: unknown = turn.signal?.aborted === true ? undefined : turn.giveUp?.reason;
  const { mayHaveCost: _left, ...details } = isPromptOptError(reason) ? reason.details : {};
  const error = isPromptOptError(reason)
    ? new PromptOptError(reason.code, reason.message, { ...details, retryable: false })
    : new PromptOptError('stopped', 'The call was cancelled.');
  neverLeft.add(error);
  return error;
}
