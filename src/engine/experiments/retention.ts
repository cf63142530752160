/** How long runs are kept: by age and by the room they take, the oldest first. Pinned and living runs stay. */
import { DAY_MS, MB } from './reply-cache.ts';
import type { StoreChannel } from './store-channel.ts';
import type { StoreRow, WriteStep } from './store-protocol.ts';
import type { KeepLimit } from './store.ts';

/** All that belongs to a run, then what nobody names any more. */
export const deleteSteps = (runId: string): WriteStep[] => [
  ...(
    [
      'deleteEvents',
      'deleteJournal',
      'deleteAttempts',
      'deleteInputs',
      'deleteBatchCalls',
      'deleteBatches',
      'deleteRunContent',
      'deleteRun',
    ] as const
  ).map((write) => ({ write, values: [runId] })),
  { write: 'collectContent', values: [] },
];

export interface Retention {
  /** Deletes what is over the limit, and what evaluations of that age have sent; returns how many runs went. */
  apply(limit: KeepLimit): Promise<number>;
  /** The same, unless it was done within the last day by any process. */
  applyDaily(limit: KeepLimit): Promise<number>;
}

/** When runs were last looked through, in the store's notes. */
const LAST_LOOK = 'retention';

export function createRetention(channel: StoreChannel, clock: { now(): number }): Retention {
  const remove = (row: StoreRow): Promise<unknown> => channel.write(deleteSteps(String(row['id'])));

  /** Bytes of everything but the cache and pages that are free already. */
  const bytesOfRuns = async (): Promise<number> => {
    const [size] = await channel.read('storeBytes');
    const [cache] = await channel.read('cacheBytes');
    return Number(size?.['bytes'] ?? 0) - Number(cache?.['bytes'] ?? 0);
  };

  const apply = async ({ maxDays, maxMb }: KeepLimit): Promise<number> => {
    const now = clock.now();
    // Newest first, as the store gives them.
    const free = (await channel.read('runs')).filter((row) => row['pinned'] !== 1 && Number(row['lease_until']) <= now);
    const old = free.filter((row) => Number(row['created_at']) < now - maxDays * DAY_MS);
    for (const row of old) await remove(row);
    await channel.write([{ write: 'forgetEvaluations', values: [now - maxDays * DAY_MS] }]);
    let gone = old.length;
    const young = free.slice(0, free.length - old.length);
    for (let row = young.pop(); row !== undefined; row = young.pop()) {
      if ((await bytesOfRuns()) <= maxMb * MB) break;
      await remove(row);
      gone++;
    }
    return gone;
  };

  return {
    apply,
    async applyDaily(limit) {
      const now = clock.now();
      const taken = await channel.write([{ write: 'claimNote', values: [LAST_LOOK, now, now - DAY_MS] }]);
      return taken.length === 0 ? 0 : await apply(limit);
    },
  };
}
