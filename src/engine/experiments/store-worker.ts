/** The thread that owns the database. Requests are served in order; writes that wait together are committed together. */
import { copyFileSync, existsSync } from 'node:fs';
import type * as nodeSqlite from 'node:sqlite';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { MIGRATIONS } from './store-schema.ts';
import { READS, WRITES } from './store-protocol.ts';
import type { Fence, StoreAnswer, StoreFailure, StoreRequest, StoreRow, WriteName } from './store-protocol.ts';

class StoreError extends Error {
  readonly reason: StoreFailure;
  constructor(reason: StoreFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

let database: DatabaseSync | null = null;
const statements = new Map<string, StatementSync>();

function prepared(sql: string): StatementSync {
  if (database === null) throw new StoreError('other', 'The store is not open.');
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

/** Pages of 4 kB the log may reach before it is taken into the file: 2.5 MB. Fewer cost speed, more fill a small disk. */
const LOG_PAGES = 640;

/** How long another process is waited for. */
const BUSY_MS = 5000;
const BUSY_STEP_MS = 10;

/**
 * The switch of a new file to a log is the one thing SQLite does not wait for itself: of several that make a store at
 * once, some are told that it is locked.
 */
async function switchToLog(opened: DatabaseSync): Promise<void> {
  for (const end = Date.now() + BUSY_MS; ;) {
    try {
      opened.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (failureOf(error).reason !== 'busy' || Date.now() > end) throw error;
      await setTimeout(BUSY_STEP_MS);
    }
  }
}

async function open(path: string): Promise<void> {
  let sqlite: typeof nodeSqlite;
  try {
    sqlite = await import('node:sqlite');
  } catch {
    throw new StoreError('no-sqlite', `This Node (${process.version}) has no SQLite.`);
  }
  const existed = existsSync(path);
  database = new sqlite.DatabaseSync(path, { timeout: BUSY_MS });
  await switchToLog(database);
  database.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${LOG_PAGES};`);
  const mode = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string };
  if (mode.journal_mode !== 'wal')
    throw new StoreError('read-only', 'This folder does not allow the shared memory SQLite needs.');
  const version = (): number =>
    (database?.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version() > MIGRATIONS.length) {
    throw new StoreError(
      'newer',
      `The store was written by a newer version (${version()}, this one knows ${MIGRATIONS.length}).`,
    );
  }
  if (version() === MIGRATIONS.length) return;
  if (existed && version() > 0) {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.backup-${version()}`);
  }
  // Another process may be migrating: the version is read again under the lock.
  database.exec('BEGIN IMMEDIATE');
  for (let step = version(); step < MIGRATIONS.length; step++) database.exec(MIGRATIONS[step] ?? '');
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

/** Fences read in this transaction: nobody else can change one before it ends. */
const fences = new Map<string, number | undefined>();

function checkFence({ runId, fence }: Fence): void {
  if (!fences.has(runId)) {
    const row = prepared('SELECT fence FROM runs WHERE id = ?').get(runId) as { fence: number } | undefined;
    fences.set(runId, row?.fence);
  }
  if (fences.get(runId) !== fence) throw new StoreError('stale-fence', `Run ${runId} has another owner now.`);
}

const returns = (write: WriteName): boolean => WRITES[write].includes('RETURNING');

function write(request: Extract<StoreRequest, { kind: 'write' }>): StoreRow[] {
  // Leases are taken without a fence.
  if (request.fence === null) fences.clear();
  else checkFence(request.fence);
  const rows: StoreRow[] = [];
  for (const step of request.steps) {
    const statement = prepared(WRITES[step.write]);
    if (returns(step.write)) rows.push(...(statement.all(...step.values) as StoreRow[]));
    else statement.run(...step.values);
  }
  return rows;
}

function failureOf(error: unknown): { message: string; reason: StoreFailure } {
  if (error instanceof StoreError) return { message: error.message, reason: error.reason };
  const message = error instanceof Error ? error.message : String(error);
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  // SQLite's primary result codes: busy 5, locked 6, read-only 8, I/O 10, corrupt 11, full 13, cannot open 14, not a database 26.
  const reasons: Readonly<Record<number, StoreFailure>> = {
    5: 'busy',
    6: 'busy',
    8: 'read-only',
    10: 'full',
    11: 'corrupt',
    13: 'full',
    14: 'read-only',
    26: 'corrupt',
  };
  return { message, reason: reasons[code] ?? 'other' };
}

/** Requests in one transaction at most: what comes later waits for the next. */
const LARGEST_GROUP = 500;

const waiting: StoreRequest[] = [];
let busy = false;

let answers: StoreAnswer[] = [];

const answer = (message: StoreAnswer): void => {
  answers.push(message);
};

/** What is answered together wakes the host once. */
function postAnswers(): void {
  parentPort?.postMessage(answers);
  answers = [];
}

/** Runs `requests` in one transaction; a failed one is undone alone. */
function commitGroup(requests: readonly Extract<StoreRequest, { kind: 'write' }>[]): void {
  const done: StoreAnswer[] = [];
  fences.clear();
  try {
    prepared('BEGIN IMMEDIATE').run();
    for (const request of requests) {
      prepared('SAVEPOINT one').run();
      try {
        done.push({ id: request.id, rows: write(request) });
        prepared('RELEASE one').run();
      } catch (error) {
        const failure = failureOf(error);
        // A full disk ends the whole transaction, and with it the savepoint.
        if (failure.reason === 'full') throw error;
        database?.exec('ROLLBACK TO one; RELEASE one');
        done.push({ id: request.id, error: failure });
      }
    }
    prepared('COMMIT').run();
    done.forEach(answer);
  } catch (error) {
    try {
      database?.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself.
    }
    for (const { id } of requests) answer({ id, error: failureOf(error) });
  }
}

async function serve(): Promise<void> {
  for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
    if (head.kind === 'write') {
      const end = waiting.findIndex((request) => request.kind !== 'write');
      const group = waiting.splice(0, Math.min(end < 0 ? waiting.length : end, LARGEST_GROUP));
      commitGroup(group as Extract<StoreRequest, { kind: 'write' }>[]);
      postAnswers();
      continue;
    }
    waiting.shift();
    try {
      switch (head.kind) {
        case 'open':
          await open(head.path);
          answer({ id: head.id, rows: [] });
          break;
        case 'read':
          answer({ id: head.id, rows: prepared(READS[head.read]).all(...head.values) as StoreRow[] });
          break;
        case 'vacuum':
          database?.exec('VACUUM');
          answer({ id: head.id, rows: [] });
          break;
        case 'close':
          statements.clear();
          database?.close();
          database = null;
          answer({ id: head.id, rows: [] });
          break;
      }
    } catch (error) {
      answer({ id: head.id, error: failureOf(error) });
    }
    if (waiting[0]?.kind !== 'read') postAnswers();
  }
  busy = false;
}

parentPort?.on('message', (requests: readonly StoreRequest[]) => {
  for (const request of requests) waiting.push(request);
  if (busy) return;
  busy = true;
  // One turn later, so that what was posted together is committed together.
  setImmediate(() => void serve());
});
