/** The results store: runs, their events, journals and content, the reply cache. Implemented on SQLite in `sqlite-store.ts`. */
import type { CostRow } from '../../protocol/costs.ts';
import type { EventPayloads, RunEvent, RunStatus, Spend, StoredEvent } from '../../protocol/events.ts';
import type { BatchLog, CachePort, JournalPort, SpendLog } from '../models/ports.ts';

/** All that a run is a function of, besides the replies; written once. A resume reads this, never the files. */
export interface RunHeader {
  /** `session`: models were served to other programs; there is no spec and nothing to resume. Absent: a search. */
  readonly kind?: 'session';
  readonly id: string;
  readonly name: string;
  readonly strategy: string;
  /** Absolute path of the spec when the run began; shown, not read. */
  readonly specPath: string;
  readonly specText: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly engineVersion: string;
  /** JSON: the resolved configuration (`RunConfig` of run-config.ts): models, limits, seed, prices, optimizer version, split assignment. */
  readonly config: unknown;
  /** Content hashes of the rows in order, by split; each row's JSON is in the content table. */
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>;
}

/** A stored run, as far as a list of runs shows it. */
export interface RunRecord {
  readonly header: RunHeader;
  /** `interrupted` when it says running but its lease has expired. */
  readonly status: RunStatus;
  readonly pinned: boolean;
  /** Paid so far: settled attempts, and unsettled ones at their worst case. */
  readonly paid: Spend;
  /** The `OptimizationResult` document once the run has ended, else null. */
  readonly result: unknown;
}

/**
 * An outside input of a run, with the place where it took effect: replayed there on resume. `reached` says where a limit
 * ended the search, `verdict` what the month left for the verdict, `limits` what the run was continued with from there; `pause` and `continue` change no decision.
 */
export interface RunInput {
  /** How many calls the search had admitted when it took effect. */
  readonly admission: number;
  readonly kind: 'stop' | 'minutes' | 'month' | 'verdict' | 'limits' | 'reached' | 'pause' | 'continue';
  readonly value: unknown;
}

/** What a run took as multiples of its plain forecast. Kept beside its result, which says nothing of time and place. */
export interface ForecastRatio {
  /** Null when another limit than calls, or the user, cut the run short. */
  readonly calls: number | null;
  readonly inputPerCall: number;
  readonly outputPerCall: number;
  /** Milliseconds of a call of the target, the median; null when it was not measured. */
  readonly latencyMs: number | null;
}

/** A finished run of the target a forecast is for. */
export interface PastRun {
  readonly strategy: string;
  readonly ratio: ForecastRatio;
}

/** Which runs to give; absent fields let everything through. */
export interface RunFilter {
  readonly status?: RunStatus;
  readonly specPath?: string;
  /** Sessions are given only where they are asked for: nothing can be resumed, compared or reported of them. */
  readonly sessions?: 'too' | 'only';
  readonly limit?: number;
}

/** Thrown work: every write takes the fencing number of the lease, and a stale one is refused with `store`. */
export interface RunLease {
  readonly runId: string;
  readonly fence: number;
}

/** What a piece of stored content is; only `purge` and views tell them apart. */
export type ContentKind = 'prompt' | 'row' | 'reply' | 'feedback' | 'evaluation';

/** What may be paid in a calendar month (UTC) over all runs and processes of a store, in USD. */
export interface MonthLimit {
  readonly usd: number;
  /** On top of it; 0 unless the user has said that it may be used. */
  readonly emergencyUsd: number;
}

/** The running month, in USD. Calls in the air, or lost with their process, count at their worst case. */
export interface MonthState {
  /** `2026-11` */
  readonly month: string;
  readonly paidUsd: number;
  /** Kept for the verdicts of runs under way. */
  readonly heldUsd: number;
  /** Null without one. */
  readonly limit: MonthLimit | null;
}

/** What a run needs of the month, in USD. */
export interface MonthNeed {
  /** Kept for its verdict while the run lives. */
  readonly verdictUsd: number;
  /** To measure the original; asked for, not kept. */
  readonly baselineUsd: number;
}

/** How much is kept: the older and the least used go first. */
export interface KeepLimit {
  readonly maxDays: number;
  /** Of 1,000,000 bytes. */
  readonly maxMb: number;
}

/** What of a store goes by itself. */
export interface KeepLimits {
  readonly cache: KeepLimit;
  readonly runs: KeepLimit;
}

/** What the cache holds, and what it has spared. */
export interface CacheSummary {
  readonly entries: number;
  readonly bytes: number;
  /** Replies it has given instead of a provider, of those it still holds. */
  readonly hits: number;
  /** What those hits would have cost. Replies without a known price count as nothing. */
  readonly savedUsd: number;
  /** When its oldest reply was bought, milliseconds since the epoch; null when it is empty. */
  readonly oldest: number | null;
}

/** One workspace's results. Any number of processes may have it open. */
export interface ResultsStore {
  /** Where the store is, and why there when it is not the usual place. */
  readonly location: { readonly path: string; readonly note: string | null };
  /** Saves a new run and takes its lease. */
  createRun(header: RunHeader, owner: string): Promise<RunLease>;
  /** Null when there is no run of that id. */
  load(runId: string): Promise<RunRecord | null>;
  /** Newest first. */
  query(filter?: RunFilter): Promise<RunRecord[]>;
  /** Takes the lease of a run whose owner is gone. @throws `store` when it is alive, naming the owner. */
  takeLease(runId: string, owner: string): Promise<RunLease>;
  /** Extends the lease; called every 5 s, expires after 30 s. @throws `store` when it was taken over. */
  heartbeat(lease: RunLease): Promise<void>;
  /** Gives the run up, so that another process need not wait for the lease to expire. */
  releaseLease(lease: RunLease): Promise<void>;

  /** Buffered insert-or-ignore on (run, path, ordinal). */
  append(lease: RunLease, events: readonly RunEvent[]): void;
  /** Resolves when everything appended or settled so far is durable; rejects when a write failed since the last flush. */
  flush(): Promise<void>;
  /** Events in the order of their arrival; `afterArrival` leaves out those already read. */
  events(runId: string, afterArrival?: number): Promise<StoredEvent[]>;

  /** Content by its SHA-256; writing what is there already does nothing. Buffered like `append`. */
  putContent(
    lease: RunLease,
    items: readonly { readonly hash: string; readonly kind: ContentKind; readonly text: string }[],
  ): void;
  /** Content by hash; a hash that is not stored is not in the map. */
  getContent(hashes: readonly string[]): Promise<Map<string, string>>;

  /** The replies this run has already paid for. */
  journal(lease: RunLease): JournalPort;
  /** What this run has sent, with its worst case before and its cost after. */
  spendLog(lease: RunLease): SpendLog;
  /** What evaluations of a prompt have sent outside any run; `name` is the prompt's. */
  evaluationLog(name: string): SpendLog;
  /** The batches of a run. */
  batchLog(lease: RunLease): BatchLog;
  /** Batches of evaluations of a prompt; `owner` is this process. */
  evaluationBatches(name: string, owner: string): BatchLog;
  /**
   * What earlier processes of a run by batch have paid, without the calls of batches that can be taken up: those are
   * charged when they are. What never left is charged nothing from now on.
   */
  paidBefore(lease: RunLease): Promise<Spend>;
  /** What was paid by run, day, model and role, the newest day first. */
  costs(): Promise<CostRow[]>;
  /** From now on nothing of this store's logs is sent that does not fit the month; null lifts the limit. */
  limitMonth(limit: MonthLimit | null): void;
  /** What this month has paid and holds, over all runs and processes. */
  month(): Promise<MonthState>;
  /** @throws PromptOptError `budget` (limit `month`) when the month has less left than the run needs. */
  holdMonth(lease: RunLease, need: MonthNeed): Promise<void>;
  /** Keeps so many USD instead where the month has them, else what was kept before. */
  raiseMonthHold(lease: RunLease, verdictUsd: number): Promise<void>;
  /**
   * The run has come to its verdict, which wants so many USD: it may use what is held for it. Null when the month gives
   * all that is wanted, else what was held since the start.
   */
  openMonthHold(lease: RunLease, wantedUsd: number): Promise<number | null>;
  /** How far the forecasts of the newest finished runs of a target were off. */
  pastRuns(target: string): Promise<PastRun[]>;
  /** The last account a run has given of itself; null before its first. */
  lastSpent(runId: string): Promise<EventPayloads['spent'] | null>;
  /** Replies of every run of this store. */
  cache(): CachePort;

  /** Durable before it resolves: a resume replays it at the same place. */
  recordInput(lease: RunLease, input: RunInput): Promise<void>;
  /** Writes the input that continues an ended run, and takes back its result and events: they are made anew. */
  reopen(lease: RunLease, input: RunInput): Promise<void>;
  /** What changed the run from outside, in order. */
  inputs(runId: string): Promise<RunInput[]>;
  /** @throws PromptOptError `store` when the lease was taken over. */
  setStatus(lease: RunLease, status: RunStatus): Promise<void>;
  /** Stores the result document, and how far its forecast was off, and gives up the lease. */
  finish(
    lease: RunLease,
    status: 'done' | 'failed' | 'discarded',
    result: unknown,
    ratio?: ForecastRatio | null,
  ): Promise<void>;

  /** Deletes a run with its events and journal. Content that others name stays. */
  deleteRun(runId: string): Promise<void>;
  /** Whether a run stays when older ones go. */
  setPinned(runId: string, pinned: boolean): Promise<void>;
  /**
   * Deletes runs older than `days` that are not pinned, the oldest of the others until the rest takes at most `maxMb`,
   * replies unused for as long, and content nobody names; gives the space back and returns how many runs went.
   */
  purge(days: number, maxMb?: number): Promise<number>;
  /** Lets go of what is over the limits: of the cache each time, of runs at most once a day. */
  keepWithin(limits: KeepLimits): Promise<{ readonly runs: number; readonly replies: number }>;
  /** How many replies the cache keeps, how large and how old. */
  cacheSummary(): Promise<CacheSummary>;
  /** Forgets replies unused for so many days, 0 for all, and gives the space back; returns how many went. */
  clearCache(olderThanDays: number): Promise<number>;
  /** Writes what is buffered and closes the file. */
  close(): Promise<void>;
}
