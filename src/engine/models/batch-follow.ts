/** A batch from its submission to its replies: handed in once, found again when its answer was lost, waited for. */
import type { BatchProgress } from '../../protocol/events.ts';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import type { BatchCall, BatchPort, BatchResults } from './batch-port.ts';
import type { Clock } from './clock.ts';
import type { BatchLog, StoredBatch } from './ports.ts';

export interface FollowServices {
  readonly port: BatchPort;
  readonly log: BatchLog | null;
  readonly clock: Clock;
  readonly tell: (progress: BatchProgress) => void;
  /** Ends every wait of this batch. */
  readonly signal: AbortSignal;
}

/** A batch the provider has. */
export type OpenBatch = StoredBatch & { readonly batchId: string };

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 60_000;
const POLL_GROWTH = 1.5;

/** Failures in a row that a wait outlives: the batch goes on at the provider all the while. */
const FAILURES_OUTLIVED = 8;

/** Minutes after which a batch that is out is told of; then every hour. */
const TOLD_AT_MINUTES = [0, 1, 5, 15, 30];

/**
 * Hands a batch in.
 * @throws PromptOptError when it surely was not taken: nothing of it is stored any more and nothing was paid
 */
export async function submitBatch(
  batch: Omit<StoredBatch, 'batchId'>,
  calls: readonly BatchCall[],
  kind: string,
  services: FollowServices,
): Promise<OpenBatch> {
  const { port, log, clock, signal } = services;
  // Written down first: should this process end now, the next one knows what to look for.
  await log?.submitting(batch);
  let batchId: string | null = null;
  try {
    batchId = await port.submit(calls, kind, batch.token, signal);
  } catch (error) {
    // Left in the middle: whoever resumes looks for it.
    if (signal.aborted) throw error;
    const mayBeTaken = isPromptOptError(error) && error.details.mayHaveCost === true;
    if (mayBeTaken) {
      await clock.sleep(FIRST_POLL_MS, signal);
      batchId = await findBatch({ ...batch, batchId }, services);
    }
    if (batchId === null) {
      await log?.forget(batch.token);
      throw mayBeTaken
        ? new PromptOptError(error.code, error.message, { ...error.details, mayHaveCost: false })
        : error;
    }
  }
  await log?.submitted(batch.token, batchId);
  return { ...batch, batchId };
}

/** The provider's name of a batch whose submission was not answered; null when it has no such batch. */
export async function findBatch(lost: StoredBatch, services: FollowServices): Promise<string | null> {
  const { port, signal } = services;
  const wanted = new Set(lost.calls);
  for (const { batchId, certain } of await patiently(services, () => port.find(lost, signal))) {
    if (certain) return batchId;
    await waitFor(batchId, services, () => undefined);
    const { replies } = await patiently(services, () => port.results(batchId, signal));
    if ([...replies.keys()].some((id) => wanted.has(id))) return batchId;
  }
  return null;
}

/** Waits until a batch has ended, telling of it now and then, and fetches what came of it. */
export async function collectBatch(
  { batchId, model, calls, submittedAt }: OpenBatch,
  services: FollowServices,
): Promise<BatchResults> {
  const { port, clock, tell, signal } = services;
  const minutes = (): number => (clock.now() - submittedAt) / 60_000;
  let told = 0;
  const tellAt = (): number => TOLD_AT_MINUTES[told] ?? 60 * (told - TOLD_AT_MINUTES.length + 1);
  await waitFor(batchId, services, (answered) => {
    if (minutes() < tellAt()) return;
    while (tellAt() <= minutes()) told++;
    tell({ state: 'out', model, calls: calls.length, answered, minutes: minutes() });
  });
  const results = await patiently(services, () => port.results(batchId, signal));
  tell({ state: 'ended', model, calls: calls.length, answered: results.replies.size, minutes: minutes() });
  return results;
}

/** Looks again and again, less and less often, until the batch has ended. */
async function waitFor(batchId: string, services: FollowServices, stillOut: (answered: number) => void): Promise<void> {
  const { port, clock, signal } = services;
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(LONGEST_POLL_MS, wait * POLL_GROWTH)) {
    const { ended, done } = await patiently(services, () => port.poll(batchId, signal));
    if (ended) return;
    stillOut(done);
    await clock.sleep(wait, signal);
  }
}

/** Asks until it is answered, however often the network fails for a moment. */
async function patiently<T>({ clock, signal }: FollowServices, ask: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isPromptOptError(error) || !error.retryable || failures > FAILURES_OUTLIVED) throw error;
      const backoff = Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * 2 ** failures);
      await clock.sleep(error.details.retryAfterMs ?? backoff, signal);
    }
  }
}

/** A failure of the wait, not of the call: that is still out, neither lost nor charged by this. */
export function stillOut(error: unknown): PromptOptError {
  if (!isPromptOptError(error))
    return new PromptOptError('internal', 'A batch could not be followed.', { pending: true, cause: error });
  return new PromptOptError(error.code, error.message, { ...error.details, retryable: false, pending: true });
}
