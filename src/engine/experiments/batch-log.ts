/** Batches that are out, in the store: of a run under its lease, of evaluations under the process that made them. */
import type { BatchLog, CallIdentity } from '../models/ports.ts';
import type { StoreChannel } from './store-channel.ts';
import type { StoreRow } from './store-protocol.ts';
import type { RunLease } from './store.ts';

export interface BatchLogOptions {
  readonly channel: StoreChannel;
  readonly clock: { now(): number };
  /** Whether this owner is known to live no more. */
  readonly isGone: (owner: string) => boolean;
  /** The run, or the name evaluations of a prompt are accounted under. */
  readonly scope: string;
  /** A run has one owner already; what is outside runs belongs to the process that made it. */
  readonly holder: { readonly lease: RunLease } | { readonly owner: string };
}

/** Providers keep results for 29 days at least. */
const KEPT_MS = 28 * 86_400_000;

/** Waited for by nobody. */
const NOBODY = '';

export function createBatchLog({ channel, clock, isGone, scope, holder }: BatchLogOptions): BatchLog {
  const lease = 'lease' in holder ? holder.lease : undefined;
  const owner = 'owner' in holder ? holder.owner : NOBODY;
  const isLeft = (row: StoreRow): boolean => {
    const own = String(row['owner']);
    return lease !== undefined || own === NOBODY || isGone(own);
  };
  const rowsLeft = channel.read('batches', scope, clock.now() - KEPT_MS).then((rows) => rows.filter(isLeft));
  rowsLeft.catch(() => undefined);
  const callsOf = (row: StoreRow): CallIdentity[] => JSON.parse(String(row['calls'])) as CallIdentity[];

  return {
    async left() {
      return (await rowsLeft).map((row) => ({
        token: String(row['token']),
        model: String(row['model']),
        endpoint: row['endpoint'] === null ? null : String(row['endpoint']),
        batchId: row['batch_id'] === null ? null : String(row['batch_id']),
        submittedAt: Number(row['submitted_at']),
        calls: callsOf(row),
      }));
    },
    async attemptsLeft() {
      const calls = (await rowsLeft).flatMap(callsOf);
      if (calls.length === 0) return new Map();
      const attempts = await channel.read('attemptsOf', scope, JSON.stringify(calls));
      return new Map(attempts.map((row) => [String(row['identity']), Number(row['id'])]));
    },
    async submitting({ token, model, endpoint, submittedAt, calls }) {
      await channel.write(
        [
          { write: 'batch', values: [token, scope, owner, model, endpoint, submittedAt] },
          { write: 'batchCalls', values: [token, JSON.stringify(calls)] },
        ],
        lease,
      );
    },
    async submitted(token, batchId) {
      await channel.write([{ write: 'batchTaken', values: [batchId, token] }], lease);
    },
    async dropped(token, calls) {
      await channel.write([{ write: 'dropBatchCalls', values: [token, JSON.stringify(calls)] }], lease);
    },
    async forget(token) {
      await channel.write(
        [
          { write: 'forgetBatchCalls', values: [token] },
          { write: 'forgetBatch', values: [token] },
        ],
        lease,
      );
    },
    async release() {
      if (lease === undefined) await channel.write([{ write: 'releaseBatches', values: [NOBODY, scope, owner] }]);
    },
  };
}
