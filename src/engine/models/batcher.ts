/**
 * Innermost, in the place of the provider: gathers the calls of one barrier, hands them in as one batch at the
 * provider's lower price, and gives each asker its reply. A call that an earlier process left in a batch is waited for
 * there, not bought again.
 */
import type { BatchProgress } from '../../protocol/events.ts';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import { collectBatch, findBatch, stillOut, submitBatch } from './batch-follow.ts';
import type { FollowServices, OpenBatch } from './batch-follow.ts';
import { groupsOf } from './batch-groups.ts';
import type { BatchGroup } from './batch-groups.ts';
import type { BatchPort, BatchResults } from './batch-port.ts';
import type { Clock } from './clock.ts';
import { identityOf } from './identity.ts';
import { deltaOf } from './journal.ts';
import type { Generation, GenerationRequest, LanguageModel } from './language-model.ts';
import type { BatchLog, CallIdentity, StoredBatch } from './ports.ts';

export interface BatcherOptions {
  /** The batch endpoint of `provider/model`. @throws PromptOptError `usage` where there is none */
  readonly portOf: (model: string) => Promise<BatchPort>;
  /** Where a model answers, when that is not its provider's own place. */
  readonly endpointOf: (model: string) => string | undefined;
  /** Null keeps nothing: what is out when the process ends is bought again. */
  readonly log: BatchLog | null;
  readonly clock: Clock;
  /** A mark no other batch has, of at most 64 characters. */
  readonly newToken: () => string;
  readonly tell?: (progress: BatchProgress) => void;
  /** When it aborts, batches that are out are cancelled at their provider. */
  readonly cancelled?: AbortSignal;
  /** When it aborts, nobody waits any longer; what is out stays out, to be taken up again. */
  readonly left?: AbortSignal;
}

export interface Batcher extends LanguageModel {
  /** The work is done: nothing of its batches is waited for any more. */
  forget(): Promise<void>;
  /** The work is left: whoever takes it up may wait for what is out. */
  release(): Promise<void>;
}

/** Nothing new for so long means that everybody who asks has asked. */
const QUIET_MS = 300;

/** So many leave without waiting for more. */
const MOST_GATHERED = 10_000;

interface Asked {
  readonly id: CallIdentity;
  readonly request: GenerationRequest;
  resolve(generation: Generation): void;
  reject(error: unknown): void;
}

/** A batch as this process knows it. */
interface Batch {
  stored: StoredBatch;
  readonly waiting: Set<Asked>;
  /** Calls nobody has taken out yet. */
  remaining: number;
  /** What comes of it, null inside when the provider never had it. Null while nobody follows it. */
  replies: Promise<BatchResults | null> | null;
  /** Ends the wait when nobody waits any more. */
  controller: AbortController;
}

const cancelledCall = (): PromptOptError => new PromptOptError('stopped', 'The call was cancelled.', { pending: true });

export function createBatcher(options: BatcherOptions): Batcher {
  const { portOf, endpointOf, log, clock, newToken, tell = () => undefined, cancelled, left } = options;
  /** Calls by model that wait for others to leave with. */
  const gathering = new Map<string, Asked[]>();
  /** Calls that are in a batch, of this process or of an earlier one. */
  const out = new Map<CallIdentity, Batch>();
  /** Batches somebody here waits for, or may ask more of. */
  const followed = new Set<Batch>();
  /** Of all batches somebody here has waited for. */
  const tokens = new Set<string>();

  const restored = (async () => {
    for (const stored of (await log?.left()) ?? []) board(stored);
  })();
  restored.catch(() => undefined);

  function board(stored: StoredBatch): Batch {
    const batch: Batch = {
      stored,
      waiting: new Set(),
      remaining: stored.calls.length,
      replies: null,
      controller: new AbortController(),
    };
    for (const id of stored.calls) out.set(id, batch);
    return batch;
  }

  const takeOut = (batch: Batch, ids: readonly CallIdentity[]): void => {
    for (const id of ids) {
      if (out.get(id) !== batch) continue;
      out.delete(id);
      batch.remaining--;
    }
  };

  const attend = (batch: Batch): void => {
    followed.add(batch);
    tokens.add(batch.stored.token);
  };

  const servicesOf = (port: BatchPort, { controller }: Batch): FollowServices => ({
    port,
    log,
    clock,
    tell,
    signal: controller.signal,
  });

  /** From a batch that is at the provider, perhaps, to its replies; null when it is not there. */
  const takeUp = async (batch: Batch): Promise<BatchResults | null> => {
    const services = servicesOf(await portOf(batch.stored.model), batch);
    try {
      const batchId = batch.stored.batchId ?? (await findBatch(batch.stored, services));
      if (batchId === null) {
        await log?.forget(batch.stored.token);
        return null;
      }
      if (batch.stored.batchId === null) await log?.submitted(batch.stored.token, batchId);
      batch.stored = { ...batch.stored, batchId };
      return await collectBatch({ ...batch.stored, batchId }, services);
    } catch (error) {
      if (!isPromptOptError(error) || error.code !== 'bad-request') throw stillOut(error);
      // The provider keeps its results no longer.
      await log?.forget(batch.stored.token);
      return null;
    }
  };

  const follow = (batch: Batch): Promise<BatchResults | null> => {
    if (batch.replies !== null) return batch.replies;
    attend(batch);
    batch.controller = new AbortController();
    return (batch.replies = takeUp(batch));
  };

  /** Waits for the batch a call is in, and gives it its reply. */
  const wait = async (batch: Batch, asked: Asked, coming: Promise<BatchResults | null>): Promise<void> => {
    batch.waiting.add(asked);
    try {
      const results = await coming;
      if (!batch.waiting.has(asked)) return;
      takeOut(batch, [asked.id]);
      if (results === null) gather(asked);
      else asked.resolve(await read(batch, asked, results));
    } catch (error) {
      asked.reject(error);
    } finally {
      batch.waiting.delete(asked);
      // A long run must not hold the replies of all its batches.
      if (batch.waiting.size === 0 && batch.remaining === 0) followed.delete(batch);
    }
  };

  const read = async ({ stored }: Batch, { id, request }: Asked, results: BatchResults): Promise<Generation> => {
    try {
      const reply = results.replies.get(id);
      if (reply !== undefined) return await reply(request);
      if (cancelled?.aborted === true) throw new PromptOptError('stopped', 'The batch was cancelled.');
      if (results.failure !== null) throw results.failure;
      throw new PromptOptError('transient', 'A batch ended before this call was answered.', {
        remedy: 'Resume the run to ask it again; it cost nothing.',
      });
    } catch (error) {
      // It may be asked again, in another batch.
      await log?.dropped(stored.token, [id]);
      throw error;
    }
  };

  const gather = (asked: Asked): void => {
    const { model } = asked.request;
    const queue = gathering.get(model);
    if (queue !== undefined) {
      queue.push(asked);
      return;
    }
    const own = [asked];
    gathering.set(model, own);
    void leaveTogether(model, own);
  };

  const leaveTogether = async (model: string, queue: Asked[]): Promise<void> => {
    let leaving: readonly Asked[] = queue;
    try {
      for (let seen = 0; seen !== queue.length && queue.length < MOST_GATHERED;) {
        seen = queue.length;
        await clock.sleep(QUIET_MS);
      }
      const port = await portOf(model);
      gathering.delete(model);
      leaving = [...queue];
      const refuse = (asked: Asked, error: unknown): void => {
        asked.reject(error);
      };
      for (const group of groupsOf(leaving, port, refuse)) submit(port, model, group);
    } catch (error) {
      gathering.delete(model);
      for (const asked of leaving) asked.reject(error);
    }
  };

  const submit = (port: BatchPort, model: string, { kind, calls, asked }: BatchGroup<Asked>): void => {
    const batch = board({
      token: newToken(),
      model,
      endpoint: endpointOf(model) ?? null,
      batchId: null,
      submittedAt: clock.now(),
      calls: calls.map(({ id }) => id),
    });
    attend(batch);
    const services = servicesOf(port, batch);
    const handIn = async (): Promise<BatchResults> => {
      let taken: OpenBatch;
      try {
        taken = await submitBatch(batch.stored, calls, kind, services);
      } catch (error) {
        if (services.signal.aborted) throw stillOut(error);
        takeOut(batch, batch.stored.calls);
        throw error;
      }
      batch.stored = taken;
      try {
        return await collectBatch(taken, services);
      } catch (error) {
        throw stillOut(error);
      }
    };
    batch.replies = handIn();
    for (const each of asked) void wait(batch, each, batch.replies);
  };

  /** One asker waits no longer. A batch nobody waits for is left alone: it may be taken up again. */
  const giveUp = (asked: Asked): void => {
    const queue = gathering.get(asked.request.model);
    const place = queue?.indexOf(asked) ?? -1;
    if (place >= 0) queue?.splice(place, 1);
    for (const batch of followed) {
      if (!batch.waiting.delete(asked) || batch.waiting.size > 0) continue;
      batch.controller.abort();
      batch.replies = null;
    }
    asked.reject(cancelledCall());
  };

  const leaveAll = (): void => {
    for (const queue of gathering.values()) for (const asked of [...queue]) giveUp(asked);
    for (const { waiting } of followed) for (const asked of [...waiting]) giveUp(asked);
  };
  left?.addEventListener('abort', leaveAll, { once: true });

  const cancelAll = (): void => {
    for (const queue of gathering.values()) for (const asked of [...queue]) giveUp(asked);
    for (const { stored, waiting } of followed) {
      const { batchId, model } = stored;
      if (batchId === null || waiting.size === 0) continue;
      // Where it cannot be cancelled it goes on, and what it answers is accounted for.
      portOf(model)
        .then((port) => port.cancel(batchId))
        .catch(() => undefined);
    }
  };
  cancelled?.addEventListener('abort', cancelAll, { once: true });

  return {
    async generate(request, { signal, onDelta } = {}) {
      await restored;
      if ([signal, cancelled, left].some((ended) => ended?.aborted === true)) throw cancelledCall();
      let end: (() => void) | undefined;
      try {
        const generation = await new Promise<Generation>((resolve, reject) => {
          const asked: Asked = { id: identityOf(request), request, resolve, reject };
          end = () => {
            giveUp(asked);
          };
          signal?.addEventListener('abort', end, { once: true });
          const batch = out.get(asked.id);
          if (batch?.stored.endpoint === (endpointOf(request.model) ?? null)) void wait(batch, asked, follow(batch));
          else gather(asked);
        });
        deltaOf(generation, onDelta);
        return generation;
      } finally {
        if (end !== undefined) signal?.removeEventListener('abort', end);
      }
    },
    async forget() {
      for (const token of tokens) await log?.forget(token);
    },
    async release() {
      await log?.release();
    },
  };
}
