/** The results store on SQLite: durable before it answers, any number of processes, one owner a run. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { NO_SPEND } from '../../protocol/events.ts';
import type { EventPayloads, RunEvent, RunStatus, Spend } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { BatchLog, SpendLog, StoredRefusal, StoredReply } from '../models/ports.ts';
import { addSpend } from '../../protocol/spend.ts';
import { createBatchLog } from './batch-log.ts';
import { EVALUATION, costRowOf } from './cost-rows.ts';
import { LOOKED_BACK_ON } from './forecast-history.ts';
import { createMonthAccount } from './month-account.ts';
import { createReplyCache } from './reply-cache.ts';
import { createRetention, deleteSteps } from './retention.ts';
import { createStoreChannel } from './store-channel.ts';
import type { StoreChannel } from './store-channel.ts';
import type { StoreLocation } from './store-location.ts';
import type { SqlValue, StoreRow, WriteStep } from './store-protocol.ts';
import type { ForecastRatio, ResultsStore, RunHeader, RunInput, RunLease, RunRecord } from './store.ts';

/** A lease that is not renewed for this long has lost its owner. */
export const LEASE_MS = 30_000;

export interface StoreOptions {
  readonly location: StoreLocation;
  readonly workerPath: string | URL;
  readonly clock: { now(): number };
  /** Whether this owner of a lease is known to live no more; its runs need not wait for the lease to expire. */
  readonly isGone?: (owner: string) => boolean;
}

const text = (row: StoreRow | undefined, column: string): string => String(row?.[column] ?? '');
const json = (row: StoreRow | undefined, column: string): unknown => JSON.parse(text(row, column));

/** Longer texts are stored compressed, told apart by their first byte. */
const COMPRESS_FROM = 512;

function pack(content: string): Uint8Array {
  const bytes = Buffer.from(content);
  return bytes.length < COMPRESS_FROM
    ? Buffer.concat([Buffer.of(0), bytes])
    : Buffer.concat([Buffer.of(1), deflateRawSync(bytes)]);
}

function unpack(body: SqlValue | undefined): string {
  const bytes = Buffer.from(body as Uint8Array);
  const rest = bytes.subarray(1);
  return (bytes[0] === 1 ? inflateRawSync(rest) : rest).toString();
}

/** Opens the store, making it when it is not there. @throws PromptOptError `store`. */
export async function openStore({
  location,
  workerPath,
  clock,
  isGone = () => false,
}: StoreOptions): Promise<ResultsStore> {
  const channel = createStoreChannel(workerPath);
  await channel.open(location.path);
  return createStore(channel, location, clock, isGone);
}

function createStore(
  channel: StoreChannel,
  location: StoreLocation,
  clock: { now(): number },
  isGone: (owner: string) => boolean,
): ResultsStore {
  /** Buffered writes that failed since the last flush, and those still on their way. */
  let failure: unknown = null;
  const underWay = new Set<Promise<unknown>>();
  const buffered = (steps: readonly WriteStep[], lease?: RunLease): void => {
    const done: Promise<unknown> = channel.write(steps, lease).catch((error: unknown) => {
      failure ??= error;
    });
    underWay.add(done);
    void done.finally(() => underWay.delete(done));
  };

  /** Identities in the journal of each lease. Only the owner of a run adds to it, so that it is read once. */
  const journals = new Map<string, Promise<Set<string>>>();
  const journalled = ({ runId, fence }: RunLease): Promise<Set<string>> => {
    const key = `${fence}/${runId}`;
    const known = journals.get(key);
    if (known !== undefined) return known;
    const reading = channel.read('journalled', runId).then((rows) => new Set(rows.map((row) => text(row, 'identity'))));
    journals.set(key, reading);
    reading.catch(() => journals.delete(key));
    return reading;
  };

  const recordOf = async (row: StoreRow): Promise<RunRecord> => {
    const header = json(row, 'header') as RunHeader;
    const attempts = await channel.read('paid', header.id);
    const paid = attempts.reduce<Spend>(
      (sum, attempt) => addSpend(sum, json(attempt, attempt['paid'] === null ? 'worst' : 'paid') as Spend),
      NO_SPEND,
    );
    const stored = text(row, 'status') as RunStatus;
    const alive = Number(row['lease_until']) > clock.now() && !isGone(text(row, 'owner'));
    const status = (stored === 'running' || stored === 'paused') && !alive ? 'interrupted' : stored;
    return {
      header,
      status,
      pinned: row['pinned'] === 1,
      paid,
      result: row['result'] === null ? null : json(row, 'result'),
    };
  };

  const month = createMonthAccount(channel, clock);
  const spendLogOf = (run: string, lease?: RunLease): SpendLog => ({
    async sent(identity, worst, { model, role }) {
      const values = [run, identity, JSON.stringify(worst), model, role, clock.now()];
      return await month.send(run, values, worst, lease);
    },
    settled(attempt, paid) {
      if (paid !== null) buffered([{ write: 'settled', values: [JSON.stringify(paid), attempt] }], lease);
      month.settled(attempt);
    },
  });

  const batchLogOf = (lease: RunLease): BatchLog =>
    createBatchLog({ channel, clock, isGone, scope: lease.runId, holder: { lease } });

  const cache = createReplyCache(channel, clock, buffered);
  const retention = createRetention(channel, clock);

  const flush = async (): Promise<void> => {
    cache.writeUses();
    await Promise.all(underWay);
    if (failure === null) return;
    const error = failure;
    failure = null;
    throw error as Error;
  };

  return {
    location,
    async createRun(header, owner) {
      const values = [
        header.id,
        JSON.stringify(header),
        header.name,
        header.specPath,
        header.createdAt,
        'running',
        owner,
        clock.now() + LEASE_MS,
      ];
      await channel.write([{ write: 'createRun', values }]);
      return { runId: header.id, fence: 1 };
    },
    async load(runId) {
      const [row] = await channel.read('run', runId);
      return row === undefined ? null : await recordOf(row);
    },
    async query(filter = {}) {
      const rows = await channel.read('runs');
      const records: RunRecord[] = [];
      for (const row of rows) {
        if (filter.specPath !== undefined && row['spec_path'] !== filter.specPath) continue;
        const record = await recordOf(row);
        const isSession = record.header.kind === 'session';
        if (isSession ? filter.sessions === undefined : filter.sessions === 'only') continue;
        if (filter.status !== undefined && record.status !== filter.status) continue;
        records.push(record);
        if (records.length === filter.limit) break;
      }
      return records;
    },
    async takeLease(runId, owner) {
      const now = clock.now();
      const [taken] = await channel.write([{ write: 'takeLease', values: [owner, now + LEASE_MS, runId, now] }]);
      if (taken !== undefined) return { runId, fence: Number(taken['fence']) };
      const [row] = await channel.read('run', runId);
      if (row === undefined) throw new PromptOptError('store', `There is no run "${runId}".`);
      const holder = text(row, 'owner');
      if (isGone(holder)) {
        const values = [owner, now + LEASE_MS, runId, holder];
        const [inherited] = await channel.write([{ write: 'takeLeaseFrom', values }]);
        if (inherited !== undefined) return { runId, fence: Number(inherited['fence']) };
      }
      throw new PromptOptError('store', `Run ${runId} is being run by ${holder}.`, {
        remedy: 'Follow it there, or wait until its lease of 30 s has expired.',
      });
    },
    async heartbeat(lease) {
      await channel.write([{ write: 'heartbeat', values: [clock.now() + LEASE_MS, lease.runId] }], lease);
    },
    async releaseLease(lease) {
      await channel.write([{ write: 'heartbeat', values: [0, lease.runId] }], lease);
    },
    append(lease, events: readonly RunEvent[]) {
      const time = clock.now();
      buffered(
        events.map((event) => ({
          write: 'event',
          values: [lease.runId, event.path, event.ordinal, time, JSON.stringify(event)],
        })),
        lease,
      );
    },
    flush,
    async events(runId, afterArrival = 0) {
      const rows = await channel.read('events', runId, afterArrival);
      return rows.map((row) => ({
        arrival: Number(row['arrival']),
        time: Number(row['time']),
        event: json(row, 'body') as RunEvent,
      }));
    },
    putContent(lease, items) {
      const steps = items.flatMap((item): WriteStep[] => [
        { write: 'content', values: [item.hash, item.kind, pack(item.text)] },
        { write: 'runContent', values: [lease.runId, item.hash] },
      ]);
      buffered(steps, lease);
    },
    async getContent(hashes) {
      const rows = await channel.read('content', JSON.stringify(hashes));
      return new Map(rows.map((row) => [text(row, 'hash'), unpack(row['body'])]));
    },
    journal: (lease) => ({
      async lookup(identity) {
        if (!(await journalled(lease)).has(identity)) return null;
        const [row] = await channel.read('journal', lease.runId, identity);
        return row === undefined ? null : (json(row, 'reply') as StoredReply | StoredRefusal);
      },
      async answered(identity, reply) {
        await channel.write([{ write: 'journal', values: [lease.runId, identity, JSON.stringify(reply)] }], lease);
        (await journalled(lease)).add(identity);
      },
    }),
    spendLog: (lease) => spendLogOf(lease.runId, lease),
    evaluationLog: (name) => spendLogOf(`${EVALUATION}${name}`),
    batchLog: batchLogOf,
    evaluationBatches: (name, owner) =>
      createBatchLog({ channel, clock, isGone, scope: `${EVALUATION}${name}`, holder: { owner } }),
    async paidBefore(lease) {
      const { runId } = lease;
      await channel.write([{ write: 'settleUnsent', values: [JSON.stringify(NO_SPEND), runId, runId] }], lease);
      const again = await batchLogOf(lease).attemptsLeft();
      const attempts = await channel.read('paidApart', runId, JSON.stringify([...again.values()]));
      return attempts.reduce<Spend>((sum, attempt) => addSpend(sum, json(attempt, 'spend') as Spend), NO_SPEND);
    },
    async costs() {
      return (await channel.read('costs')).map(costRowOf);
    },
    limitMonth: (limit) => {
      month.setLimit(limit);
    },
    month: () => month.state(),
    holdMonth: (lease, hold) => month.hold(lease, hold),
    raiseMonthHold: (lease, verdictUsd) => month.raiseHold(lease, verdictUsd),
    openMonthHold: (lease, wantedUsd) => month.openHold(lease, wantedUsd),
    async pastRuns(target) {
      const rows = await channel.read('pastRuns', target, LOOKED_BACK_ON);
      return rows.map((row) => ({ strategy: text(row, 'strategy'), ratio: json(row, 'ratio') as ForecastRatio }));
    },
    async lastSpent(runId) {
      const [row] = await channel.read('lastSpent', runId);
      return row === undefined ? null : (json(row, 'body') as { data: EventPayloads['spent'] }).data;
    },
    cache: () => cache,
    async recordInput(lease, input) {
      await channel.write(
        [{ write: 'input', values: [lease.runId, input.admission, input.kind, JSON.stringify(input.value)] }],
        lease,
      );
    },
    async reopen(lease, { admission, kind, value }) {
      await channel.write(
        [
          { write: 'input', values: [lease.runId, admission, kind, JSON.stringify(value)] },
          { write: 'deleteEvents', values: [lease.runId] },
          { write: 'takeBack', values: [lease.runId] },
        ],
        lease,
      );
    },
    async inputs(runId) {
      const rows = await channel.read('inputs', runId);
      return rows.map((row) => ({
        admission: Number(row['admission']),
        kind: text(row, 'kind') as RunInput['kind'],
        value: json(row, 'value'),
      }));
    },
    async setStatus(lease, status) {
      await channel.write([{ write: 'status', values: [status, lease.runId] }], lease);
    },
    async finish(lease, status, result, ratio = null) {
      const values = [status, JSON.stringify(result), ratio === null ? null : JSON.stringify(ratio), lease.runId];
      await channel.write([{ write: 'finish', values }], lease);
    },
    async deleteRun(runId) {
      await channel.write(deleteSteps(runId));
    },
    async setPinned(runId, pinned) {
      await channel.write([{ write: 'pin', values: [pinned ? 1 : 0, runId] }]);
    },
    async purge(days, maxMb = Infinity) {
      const gone = await retention.apply({ maxDays: days, maxMb });
      await cache.clear(days);
      await channel.vacuum();
      return gone;
    },
    async keepWithin({ cache: replies, runs }) {
      return { replies: await cache.trim(replies), runs: await retention.applyDaily(runs) };
    },
    cacheSummary: async () => {
      await flush();
      return await cache.summary();
    },
    async clearCache(olderThanDays) {
      await flush();
      const gone = await cache.clear(olderThanDays);
      await channel.vacuum();
      return gone;
    },
    async close() {
      cache.writeUses();
      await Promise.all(underWay);
      await channel.close();
    },
  };
}
