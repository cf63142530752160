/** When one attempt ends at the latest: at the caller's word or when its time is up. For SDKs that know only one signal, or none. */

export interface Deadline {
  /** Aborts at either. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  readonly timedOut: () => boolean;
  /** After a whole answer: nothing is open, so nothing is aborted: that alone takes a fifth of a call’s own work. */
  settle(): void;
  /** Ends what is still open, and lets go of the caller's signal, which may live as long as a run. */
  close(): void;
}

/** @param timeoutMs milliseconds from now. */
export function startDeadline(timeoutMs: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeoutMs);
  const follow = (): void => {
    controller.abort();
  };
  if (signal?.aborted === true) follow();
  else signal?.addEventListener('abort', follow, { once: true });
  const settle = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', follow);
  };
  return {
    signal: controller.signal,
    timedOut: () => late,
    settle,
    close() {
      settle();
      controller.abort();
    },
  };
}
