/** What the store and its worker say to each other. Statements are named here and nowhere else. */

/** What is paid in a month, and held by living runs but one; parameters: month, now, that run. In nano-dollars. */
const MONTH_USED = `COALESCE((SELECT nano_usd FROM month_paid WHERE month = ?), 0)
    + (SELECT COALESCE(SUM(month_hold), 0) FROM runs WHERE month_hold > 0 AND lease_until > ? AND id <> ?)`;

/** Reads answer with rows. Parameters are bound by position. */
export const READS = {
  run: 'SELECT * FROM runs WHERE id = ?',
  runs: 'SELECT * FROM runs ORDER BY created_at DESC, id DESC',
  paid: 'SELECT worst, paid FROM attempts WHERE run = ?',
  events: 'SELECT arrival, time, body FROM events WHERE run = ? AND arrival > ? ORDER BY arrival',
  content: 'SELECT hash, body FROM content WHERE hash IN (SELECT value FROM json_each(?))',
  journal: 'SELECT reply FROM journal WHERE run = ? AND identity = ?',
  journalled: 'SELECT identity FROM journal WHERE run = ?',
  cache: 'SELECT reply FROM cache WHERE identity = ?',
  cacheBytes: 'SELECT SUM(bytes) AS bytes FROM cache',
  cacheSummary:
    "SELECT COUNT(*) AS entries, SUM(bytes) AS bytes, SUM(hits) AS hits, MIN(created_at) AS oldest, (SELECT SUM(hits * json_extract(reply, '$.costUsd')) FROM cache WHERE hits > 0) AS saved FROM cache",
  storeBytes:
    'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  batches: `SELECT *, (SELECT json_group_array(identity) FROM batch_calls WHERE batch_calls.token = batches.token) AS calls
    FROM batches WHERE scope = ? AND submitted_at > ? ORDER BY submitted_at`,
  // The last attempt of each of these calls that has no reply in the journal.
  attemptsOf: `SELECT MAX(id) AS id, identity FROM attempts WHERE run = ? AND identity IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.run = attempts.run AND journal.identity = attempts.identity)
    GROUP BY identity`,
  paidApart:
    'SELECT COALESCE(paid, worst) AS spend FROM attempts WHERE run = ? AND id NOT IN (SELECT value FROM json_each(?))',
  inputs: 'SELECT admission, kind, value FROM inputs WHERE run = ? ORDER BY id',
  // What versions that wrote no time down have sent counts for the day their run began. Nano-dollars add up exactly.
  costs: `SELECT a.run AS run, r.name AS name, date(COALESCE(a.time, r.created_at, 0) / 1000, 'unixepoch') AS day,
    a.model AS model, a.role AS role, SUM(a.spend ->> 'calls') AS calls, SUM(a.spend ->> 'inputTokens') AS input_tokens,
    SUM(a.spend ->> 'outputTokens') AS output_tokens, SUM(ROUND((a.spend ->> 'usd') * 1e9)) AS nano_usd,
    SUM(a.spend ->> 'unpricedCalls') AS unpriced_calls, SUM(a.paid IS NULL) AS unsettled
    FROM (SELECT *, COALESCE(paid, worst) AS spend FROM attempts) a LEFT JOIN runs r ON r.id = a.run
    GROUP BY a.run, day, a.model, a.role ORDER BY day DESC, a.run DESC, a.model, a.role`,
  month: `SELECT COALESCE((SELECT nano_usd FROM month_paid WHERE month = ?), 0) AS paid,
    (SELECT SUM(month_hold) FROM runs WHERE month_hold > 0 AND lease_until > ?) AS held`,
  pastRuns: `SELECT result ->> 'strategy' AS strategy, forecast_ratio AS ratio FROM runs
    WHERE status = 'done' AND forecast_ratio IS NOT NULL AND result -> 'models' ->> 'target' = ?
    ORDER BY created_at DESC, id DESC LIMIT ?`,
  lastSpent: `SELECT body FROM events WHERE run = ? AND body ->> 'type' = 'spent' ORDER BY arrival DESC LIMIT 1`,
} as const;

/** Writes; those that belong to a run are refused unless the fence is the run's own. */
export const WRITES = {
  createRun:
    'INSERT INTO runs (id, header, name, spec_path, created_at, status, owner, fence, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)',
  takeLease:
    "UPDATE runs SET owner = ?, fence = fence + 1, lease_until = ?, status = 'running' WHERE id = ? AND lease_until <= ? RETURNING fence",
  // Only from the owner that was seen dead: of two that saw it, one gets the run.
  takeLeaseFrom:
    "UPDATE runs SET owner = ?, fence = fence + 1, lease_until = ?, status = 'running' WHERE id = ? AND owner = ? AND lease_until > 0 RETURNING fence",
  heartbeat: 'UPDATE runs SET lease_until = ? WHERE id = ?',
  event: 'INSERT OR IGNORE INTO events (run, path, ordinal, time, body) VALUES (?, ?, ?, ?, ?)',
  content: 'INSERT OR IGNORE INTO content (hash, kind, body) VALUES (?, ?, ?)',
  runContent: 'INSERT OR IGNORE INTO run_content (run, hash) VALUES (?, ?)',
  journal: 'INSERT OR IGNORE INTO journal (run, identity, reply) VALUES (?, ?, ?)',
  // Only if the month has room for its worst case, beside what is held for the verdicts of living runs.
  sent: `INSERT INTO attempts (run, identity, worst, model, role, time) SELECT ?, ?, ?, ?, ?, ?
    WHERE ? IS NULL OR ? + ${MONTH_USED} <= ? RETURNING id`,
  holdMonth: `UPDATE runs SET month_hold = ? WHERE id = ? AND ? + ${MONTH_USED} <= ? RETURNING id`,
  settled: 'UPDATE attempts SET paid = ? WHERE id = ?',
  cache: 'INSERT OR IGNORE INTO cache (identity, reply, created_at, used_at, bytes) VALUES (?, ?, ?, ?, ?)',
  useCache: 'UPDATE cache SET used_at = ?, hits = hits + ? WHERE identity = ?',
  batch:
    'INSERT INTO batches (token, scope, owner, model, endpoint, batch_id, submitted_at) VALUES (?, ?, ?, ?, ?, NULL, ?)',
  batchCalls: 'INSERT INTO batch_calls (token, identity) SELECT ?, value FROM json_each(?)',
  batchTaken: 'UPDATE batches SET batch_id = ? WHERE token = ?',
  dropBatchCalls: 'DELETE FROM batch_calls WHERE token = ? AND identity IN (SELECT value FROM json_each(?))',
  forgetBatchCalls: 'DELETE FROM batch_calls WHERE token = ?',
  forgetBatch: 'DELETE FROM batches WHERE token = ?',
  releaseBatches: 'UPDATE batches SET owner = ? WHERE scope = ? AND owner = ?',
  // By batch, a call leaves with its batch: what is in none has never left.
  settleUnsent: `UPDATE attempts SET paid = ? WHERE run = ? AND paid IS NULL AND identity NOT IN
    (SELECT identity FROM batch_calls JOIN batches USING (token) WHERE scope = ?)`,
  input: 'INSERT INTO inputs (run, admission, kind, value) VALUES (?, ?, ?, ?)',
  status: 'UPDATE runs SET status = ? WHERE id = ?',
  finish: 'UPDATE runs SET status = ?, result = ?, forecast_ratio = ?, lease_until = 0 WHERE id = ?',
  takeBack: 'UPDATE runs SET result = NULL WHERE id = ?',
  deleteEvents: 'DELETE FROM events WHERE run = ?',
  deleteJournal: 'DELETE FROM journal WHERE run = ?',
  deleteAttempts: 'DELETE FROM attempts WHERE run = ?',
  deleteInputs: 'DELETE FROM inputs WHERE run = ?',
  deleteBatchCalls: 'DELETE FROM batch_calls WHERE token IN (SELECT token FROM batches WHERE scope = ?)',
  deleteBatches: 'DELETE FROM batches WHERE scope = ?',
  deleteRunContent: 'DELETE FROM run_content WHERE run = ?',
  deleteRun: 'DELETE FROM runs WHERE id = ?',
  collectContent: 'DELETE FROM content WHERE hash NOT IN (SELECT hash FROM run_content)',
  forgetCache: 'DELETE FROM cache WHERE used_at < ? RETURNING 1 AS gone',
  forgetLeastUsed:
    'DELETE FROM cache WHERE identity IN (SELECT identity FROM (SELECT identity, SUM(bytes) OVER (ORDER BY used_at DESC, identity) AS kept FROM cache) WHERE kept > ?) RETURNING 1 AS gone',
  forgetEvaluations: "DELETE FROM attempts WHERE run LIKE 'evaluation/%' AND time < ?",
  pin: 'UPDATE runs SET pinned = ? WHERE id = ?',
  // Of many processes that look at the same time, one gets the row.
  claimNote:
    'INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE notes.value <= ? RETURNING value',
} as const;

export type SqlValue = string | number | null | Uint8Array;
export type ReadName = keyof typeof READS;
export type WriteName = keyof typeof WRITES;

export interface WriteStep {
  readonly write: WriteName;
  readonly values: readonly SqlValue[];
}

/** The run a write belongs to, and the fence it was made under. */
export interface Fence {
  readonly runId: string;
  readonly fence: number;
}

/** Sent in lists, in the order they were asked. */
export type StoreRequest =
  | { readonly id: number; readonly kind: 'open'; readonly path: string }
  | { readonly id: number; readonly kind: 'read'; readonly read: ReadName; readonly values: readonly SqlValue[] }
  /** All steps in one transaction, or none. */
  | { readonly id: number; readonly kind: 'write'; readonly steps: readonly WriteStep[]; readonly fence: Fence | null }
  | { readonly id: number; readonly kind: 'vacuum' }
  | { readonly id: number; readonly kind: 'close' };

export type StoreRow = Readonly<Record<string, SqlValue>>;

/** Sent in lists; `id` says whose answer it is. */
export type StoreAnswer =
  | { readonly id: number; readonly rows: readonly StoreRow[] }
  | { readonly id: number; readonly error: { readonly message: string; readonly reason: StoreFailure } };

/** Why the store could not do it, as far as a user can act on it. */
export type StoreFailure = 'no-sqlite' | 'newer' | 'read-only' | 'full' | 'busy' | 'stale-fence' | 'corrupt' | 'other';
