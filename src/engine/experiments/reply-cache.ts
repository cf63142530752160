/** Replies shared by all runs of a store: which were used last is known, so that the least used go first. */
import type { CachePort, StoredReply } from '../models/ports.ts';
import type { StoreChannel } from './store-channel.ts';
import type { CacheSummary, KeepLimit } from './store.ts';
import type { WriteStep } from './store-protocol.ts';

export const DAY_MS = 86_400_000;
export const MB = 1_000_000;

/** Uses are written down this many replies at a time, and when the store is flushed: a hit costs no write. */
const USES_WRITTEN_AT = 500;

/** A full cache is trimmed to this share of its limit, so that not every run has to trim. */
const TRIMMED_SHARE = 0.9;

export interface ReplyCache extends CachePort {
  summary(): Promise<CacheSummary>;
  /** Forgets replies nobody has used for so many days, 0 for all; returns how many went. */
  clear(olderThanDays: number): Promise<number>;
  /** Forgets what is too old, then the least recently used until the rest fits; returns how many went. */
  trim(limit: KeepLimit): Promise<number>;
  /** Hands over what was only remembered so far. */
  writeUses(): void;
}

/** @param buffered writes that may fail later, at the next flush */
export function createReplyCache(
  channel: StoreChannel,
  clock: { now(): number },
  buffered: (steps: readonly WriteStep[]) => void,
): ReplyCache {
  /** Hits since the last write, by identity. */
  const uses = new Map<string, number>();
  const writeUses = (): void => {
    const now = clock.now();
    const steps = [...uses].map(([identity, hits]): WriteStep => ({
      write: 'useCache',
      values: [now, hits, identity],
    }));
    uses.clear();
    if (steps.length > 0) buffered(steps);
  };
  const forget = async (write: 'forgetCache' | 'forgetLeastUsed', value: number): Promise<number> =>
    (await channel.write([{ write, values: [value] }])).length;

  return {
    async get(identity) {
      const [row] = await channel.read('cache', identity);
      if (row === undefined) return null;
      uses.set(identity, (uses.get(identity) ?? 0) + 1);
      if (uses.size >= USES_WRITTEN_AT) writeUses();
      return JSON.parse(String(row['reply'])) as StoredReply;
    },
    put(identity, reply) {
      const text = JSON.stringify(reply);
      const now = clock.now();
      buffered([{ write: 'cache', values: [identity, text, now, now, Buffer.byteLength(text)] }]);
      return Promise.resolve();
    },
    async summary() {
      writeUses();
      const [row] = await channel.read('cacheSummary');
      const of = (column: string): number => Number(row?.[column] ?? 0);
      const oldest = row?.['oldest'];
      return {
        entries: of('entries'),
        bytes: of('bytes'),
        hits: of('hits'),
        savedUsd: of('saved'),
        oldest: typeof oldest === 'number' ? oldest : null,
      };
    },
    async clear(olderThanDays) {
      writeUses();
      // Of 0 days is older what was used this very millisecond, too.
      const before = olderThanDays === 0 ? Number.MAX_SAFE_INTEGER : clock.now() - olderThanDays * DAY_MS;
      return await forget('forgetCache', before);
    },
    async trim({ maxDays, maxMb }) {
      writeUses();
      const old = await forget('forgetCache', clock.now() - maxDays * DAY_MS);
      const [row] = await channel.read('cacheBytes');
      if (Number(row?.['bytes'] ?? 0) <= maxMb * MB) return old;
      return old + (await forget('forgetLeastUsed', Math.floor(maxMb * MB * TRIMMED_SHARE)));
    },
    writeUses,
  };
}
