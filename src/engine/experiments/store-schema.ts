/** Tables of the results store, and how an older store becomes today's. Forward only. */

/** One step a version; a store at `user_version` n has had the first n applied. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    header TEXT NOT NULL,
    name TEXT NOT NULL,
    spec_path TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    result TEXT,
    owner TEXT,
    fence INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX runs_by_time ON runs (created_at);
  CREATE TABLE events (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    path TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    time INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (run, path, ordinal)
  );
  CREATE TABLE content (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE run_content (run TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (run, hash)) WITHOUT ROWID;
  CREATE TABLE journal (run TEXT NOT NULL, identity TEXT NOT NULL, reply TEXT NOT NULL, PRIMARY KEY (run, identity)) WITHOUT ROWID;
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    identity TEXT NOT NULL,
    worst TEXT NOT NULL,
    paid TEXT
  );
  CREATE INDEX attempts_by_run ON attempts (run);
  CREATE TABLE cache (identity TEXT PRIMARY KEY, reply TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE inputs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    admission INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL
  );
  `,
  // For accounts by model, role and day. Attempts of older versions say none of the three.
  `
  ALTER TABLE attempts ADD COLUMN model TEXT;
  ALTER TABLE attempts ADD COLUMN role TEXT;
  ALTER TABLE attempts ADD COLUMN time INTEGER;
  `,
  // For the limits of the cache, and what is done once a day.
  `
  ALTER TABLE cache ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE cache ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE cache ADD COLUMN hits INTEGER NOT NULL DEFAULT 0;
  UPDATE cache SET used_at = created_at, bytes = LENGTH(CAST(reply AS BLOB));
  CREATE INDEX cache_by_use ON cache (used_at, bytes);
  CREATE TABLE notes (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // The money of a month: kept by triggers, so that no way of writing an attempt passes it by.
  `
  CREATE TABLE month_paid (month TEXT PRIMARY KEY, nano_usd INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO month_paid SELECT strftime('%Y-%m', COALESCE(a.time, r.created_at) / 1000, 'unixepoch') AS month,
    SUM(CAST(ROUND((COALESCE(a.paid, a.worst) ->> 'usd') * 1e9) AS INTEGER))
    FROM attempts a LEFT JOIN runs r ON r.id = a.run WHERE COALESCE(a.time, r.created_at) IS NOT NULL GROUP BY 1;
  CREATE TRIGGER attempt_sent AFTER INSERT ON attempts WHEN (NEW.worst ->> 'usd') > 0
  BEGIN
    INSERT INTO month_paid VALUES (
      strftime('%Y-%m', NEW.time / 1000, 'unixepoch'),
      CAST(ROUND((NEW.worst ->> 'usd') * 1e9) AS INTEGER)
    ) ON CONFLICT (month) DO UPDATE SET nano_usd = nano_usd + excluded.nano_usd;
  END;
  CREATE TRIGGER attempt_settled AFTER UPDATE OF paid ON attempts WHEN NEW.time IS NOT NULL
    AND (NEW.paid ->> 'usd') <> (COALESCE(OLD.paid, OLD.worst) ->> 'usd')
  BEGIN
    INSERT INTO month_paid VALUES (
      strftime('%Y-%m', NEW.time / 1000, 'unixepoch'),
      CAST(ROUND((NEW.paid ->> 'usd') * 1e9) AS INTEGER)
        - CAST(ROUND((COALESCE(OLD.paid, OLD.worst) ->> 'usd') * 1e9) AS INTEGER)
    ) ON CONFLICT (month) DO UPDATE SET nano_usd = nano_usd + excluded.nano_usd;
  END;
  ALTER TABLE runs ADD COLUMN month_hold INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX runs_holding ON runs (lease_until, id, month_hold) WHERE month_hold > 0;
  `,
  // Batches that are out at a provider, so that another process can wait for them.
  `
  CREATE TABLE batches (
    token TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    owner TEXT NOT NULL,
    model TEXT NOT NULL,
    endpoint TEXT,
    batch_id TEXT,
    submitted_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX batches_by_scope ON batches (scope);
  CREATE TABLE batch_calls (token TEXT NOT NULL, identity TEXT NOT NULL, PRIMARY KEY (token, identity)) WITHOUT ROWID;
  `,
  // How far the forecast of a finished run was off, for later forecasts.
  'ALTER TABLE runs ADD COLUMN forecast_ratio TEXT;',
];
