import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../../src/engine/experiments/sqlite-store.ts';
import { locateStore } from '../../../src/engine/experiments/store-location.ts';
import { MIGRATIONS } from '../../../src/engine/experiments/store-schema.ts';
import type { ResultsStore, RunHeader } from '../../../src/engine/experiments/store.ts';
import type { StoredReply } from '../../../src/engine/models/ports.ts';
import { isPromptOptError } from '../../../src/protocol/errors.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import type { RunEvent } from '../../../src/protocol/events.ts';

const workerPath = new URL('../../../src/engine/experiments/store-worker.ts', import.meta.url);

const header = (id: string, createdAt = 1000): RunHeader => ({
  id,
  name: 'triage',
  strategy: 'auto',
  specPath: '/x.prompt.yaml',
  specText: 'name: x',
  createdAt,
  engineVersion: '1',
  config: {},
  rows: { train: [], validation: [], test: [] },
});
const reply: StoredReply = {
  parts: [{ type: 'text', text: 'billing' }],
  toolCalls: [],
  usage: { inputTokens: 3, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0.5,
  latencyMs: 12,
  finishReason: 'stop',
};
const event = (ordinal: number): RunEvent => ({
  path: 'p',
  ordinal,
  type: 'rows-done',
  data: { done: ordinal, of: 9 },
});

describe('the results store', () => {
  let folder: string;
  let now: number;
  const opened: ResultsStore[] = [];
  const open = async (): Promise<ResultsStore> => {
    const store = await openStore({
      location: { path: join(folder, 'promptopt.db'), note: null },
      workerPath,
      clock: { now: () => now },
    });
    opened.push(store);
    return store;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-store-'));
    now = 1_000_000;
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('waits for another process that is just making it', async () => {
    const other = new DatabaseSync(join(folder, 'promptopt.db'));
    // What another process holds while it makes the file, before there is a log.
    other.exec('BEGIN IMMEDIATE; CREATE TABLE made (at INTEGER);');
    const opening = open();
    let settled = false;
    const done = opening.finally(() => (settled = true));
    done.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(settled, false, 'it neither opened nor failed');
    other.exec('ROLLBACK');
    other.close();
    await (await opening).createRun(header('run-1'), 'me');
  });

  it('gives back runs, events, replies and content after reopening', async () => {
    const first = await open();
    const lease = await first.createRun(header('a'), 'me');
    first.append(lease, [event(0), event(1), event(0)]);
    first.putContent(lease, [{ hash: 'h1', kind: 'row', text: 'é'.repeat(5000) }]);
    await first.journal(lease).answered('id1', reply);
    await first.cache().put('id1', reply);
    await first.flush();
    await first.close();
    const second = await open();
    assert.equal((await second.load('a'))?.header.name, 'triage');
    assert.deepEqual(
      (await second.events('a')).map((stored) => stored.event.ordinal),
      [0, 1],
    );
    assert.equal((await second.getContent(['h1', 'h2'])).get('h1'), 'é'.repeat(5000));
    assert.deepEqual(await second.journal(lease).lookup('id1'), reply);
    assert.equal(await second.journal(lease).lookup('id2'), null);
    assert.deepEqual(await second.cache().get('id1'), reply);
  });

  it('charges what was sent and never settled at its worst case', async () => {
    const store = await open();
    const lease = await store.createRun(header('a'), 'me');
    const log = store.spendLog(lease);
    const worst = { ...NO_SPEND, calls: 1, usd: 0.1 };
    const first = await log.sent('x', worst, { model: 'openai/a', role: 'target' });
    await log.sent('y', worst, { model: 'openai/b', role: 'judge' });
    log.settled(first, { ...NO_SPEND, calls: 1, usd: 0.02 });
    await store.flush();
    assert.deepEqual((await store.load('a'))?.paid, { ...NO_SPEND, calls: 2, usd: 0.12 });
  });

  it('keeps what evaluations have sent beside the runs, as long as runs are kept', async () => {
    const store = await open();
    const log = store.evaluationLog('triage');
    const call = { model: 'openai/a', role: 'target' } as const;
    log.settled(await log.sent('x', { ...NO_SPEND, calls: 1, usd: 0.1 }, call), { ...NO_SPEND, calls: 1, usd: 0.02 });
    await store.flush();
    assert.deepEqual(await store.costs(), [
      {
        runId: null,
        name: 'triage',
        day: '1970-01-01',
        model: 'openai/a',
        role: 'target',
        paid: { ...NO_SPEND, calls: 1, usd: 0.02 },
        unsettled: 0,
      },
    ]);
    now += 20 * 86_400_000;
    await store.purge(30);
    assert.equal((await store.costs()).length, 1);
    await store.purge(10);
    assert.deepEqual(await store.costs(), []);
  });

  it('has one owner a run: a second is refused by name, an expired lease is taken over, the old owner is fenced off', async () => {
    const store = await open();
    const lease = await store.createRun(header('a'), 'process 1');
    await assert.rejects(store.takeLease('a', 'process 2'), /process 1/);
    assert.equal((await store.load('a'))?.status, 'running');
    now += 31_000;
    assert.equal((await store.load('a'))?.status, 'interrupted');
    const taken = await store.takeLease('a', 'process 2');
    await assert.rejects(store.heartbeat(lease), /another process/i);
    await assert.rejects(
      store.journal(lease).answered('z', reply),
      (error) => isPromptOptError(error) && error.code === 'store',
    );
    assert.equal(await store.journal(taken).lookup('z'), null);
    store.append(lease, [event(5)]);
    await assert.rejects(store.flush());
    await store.flush();
  });

  it('is shared by two openers at once', async () => {
    const [one, two] = [await open(), await open()];
    const leases = [await one.createRun(header('a'), '1'), await two.createRun(header('b'), '2')];
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await one.journal(leases[0]!).answered(`i${index}`, reply);
        await two.journal(leases[1]!).answered(`i${index}`, reply);
      }),
    );
    assert.notEqual(await two.journal(leases[0]!).lookup('i199'), null);
    assert.equal((await one.query()).length, 2);
  });

  it('keeps every acknowledged reply when its process is killed', async function () {
    this.timeout(30_000);
    const script = join(folder, 'writer.mjs');
    const source = new URL('../../../src/engine/experiments/sqlite-store.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { openStore } from ${JSON.stringify(source)};
       const store = await openStore({ location: { path: ${JSON.stringify(join(folder, 'promptopt.db'))}, note: null }, workerPath: new URL(${JSON.stringify(workerPath.href)}), clock: { now: () => 1 } });
       const lease = await store.createRun(${JSON.stringify(header('killed'))}, 'child');
       for (let index = 0; ; index++) { await store.journal(lease).answered('i' + index, ${JSON.stringify(reply)}); process.stdout.write(index + '\\n'); }`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = -1;
    for await (const chunk of child.stdout) {
      last = Number(String(chunk).trim().split('\n').at(-1));
      if (last >= 100) break;
    }
    child.kill('SIGKILL');
    const store = await open();
    const lease = { runId: 'killed', fence: 1 };
    for (let index = 0; index <= last; index++)
      assert.notEqual(await store.journal(lease).lookup(`i${index}`), null, `reply ${index} of ${last}`);
  });

  it('forgets old runs and what only they named, but not pinned or living ones', async () => {
    now = 100 * 86_400_000;
    const store = await open();
    const old = await store.createRun(header('old', 0), 'me');
    store.putContent(old, [{ hash: 'gone', kind: 'row', text: 'x' }]);
    await store.finish(old, 'done', { ok: true });
    const fresh = await store.createRun(header('fresh', now), 'me');
    store.putContent(fresh, [{ hash: 'kept', kind: 'row', text: 'y' }]);
    await store.flush();
    assert.equal(await store.purge(90), 1);
    assert.equal(await store.load('old'), null);
    assert.deepEqual([...(await store.getContent(['gone', 'kept'])).keys()], ['kept']);
  });

  const DAY = 86_400_000;
  const identities = (): string[] => {
    const database = new DatabaseSync(join(folder, 'promptopt.db'));
    const rows = database.prepare('SELECT identity FROM cache ORDER BY identity').all();
    database.close();
    return rows.map(({ identity }) => String(identity));
  };

  it('keeps the cache within its size, the least recently used going first', async () => {
    const store = await open();
    const cache = store.cache();
    const big: StoredReply = { ...reply, parts: [{ type: 'text', text: 'x'.repeat(10_000) }] };
    for (const identity of ['a', 'b', 'c', 'd']) {
      now += 1000;
      await cache.put(identity, big);
    }
    now += 1000;
    assert.notEqual(await cache.get('a'), null);
    const roomy = { runs: { maxDays: 90, maxMb: 100 }, cache: { maxDays: 90, maxMb: 1 } };
    assert.deepEqual(await store.keepWithin(roomy), { runs: 0, replies: 0 });
    assert.deepEqual(await store.keepWithin({ ...roomy, cache: { maxDays: 90, maxMb: 0.025 } }), {
      runs: 0,
      replies: 2,
    });
    await store.flush();
    assert.deepEqual(identities(), ['a', 'd']);
  });

  it('forgets replies nobody has used for long, and keeps those in use', async () => {
    const store = await open();
    const limits = { runs: { maxDays: 90, maxMb: 100 }, cache: { maxDays: 90, maxMb: 1 } };
    await store.cache().put('used', reply);
    await store.cache().put('unused', reply);
    now += 60 * DAY;
    assert.notEqual(await store.cache().get('used'), null);
    now += 60 * DAY;
    assert.equal((await store.keepWithin(limits)).replies, 1);
    assert.deepEqual(identities(), ['used']);
  });

  it('sums up what the cache holds and has spared, and clears it', async () => {
    const store = await open();
    assert.deepEqual(await store.cacheSummary(), { entries: 0, bytes: 0, hits: 0, savedUsd: 0, oldest: null });
    await store.cache().put('a', reply);
    now += DAY;
    await store.cache().put('b', { ...reply, costUsd: null });
    await store.cache().get('a');
    await store.cache().get('a');
    await store.cache().get('b');
    const bytes =
      Buffer.byteLength(JSON.stringify(reply)) + Buffer.byteLength(JSON.stringify({ ...reply, costUsd: null }));
    assert.deepEqual(await store.cacheSummary(), { entries: 2, bytes, hits: 3, savedUsd: 1, oldest: now - DAY });
    now += 2 * DAY;
    await store.cache().get('b');
    assert.equal(await store.clearCache(1), 1);
    assert.deepEqual(identities(), ['b']);
    assert.equal(await store.clearCache(0), 1);
    assert.deepEqual(identities(), []);
  });

  it('looks through its runs once a day, whoever asks', async () => {
    now = 200 * DAY;
    const limits = { runs: { maxDays: 90, maxMb: 100 }, cache: { maxDays: 90, maxMb: 1 } };
    const store = await open();
    const finished = async (id: string, createdAt: number): Promise<void> => {
      await store.finish(await store.createRun(header(id, createdAt), 'me'), 'done', {});
    };
    await finished('old', 0);
    await finished('pinned', 0);
    await store.setPinned('pinned', true);
    const other = await open();
    assert.deepEqual(
      (await Promise.all([store.keepWithin(limits), other.keepWithin(limits)])).map(({ runs }) => runs).sort(),
      [0, 1],
    );
    await finished('old-too', 0);
    assert.equal((await store.keepWithin(limits)).runs, 0);
    now += DAY + 1;
    assert.equal((await other.keepWithin(limits)).runs, 1);
    await store.setPinned('pinned', false);
    assert.equal(await store.purge(90), 1);
  });

  it('keeps its runs within their size, the oldest going first', async () => {
    now = 10 * DAY;
    const store = await open();
    for (const [index, id] of ['first', 'second', 'third', 'fourth'].entries()) {
      const lease = await store.createRun(header(id, index), 'me');
      store.putContent(lease, [{ hash: id, kind: 'row', text: randomBytes(400_000).toString('hex') }]);
      await store.finish(lease, 'done', {});
      if (id === 'first') await store.setPinned(id, true);
    }
    await store.flush();
    assert.equal(await store.purge(90, 1), 2);
    assert.deepEqual(
      (await store.query()).map((record) => record.header.id),
      ['fourth', 'first'],
    );
  });

  it('takes over the cache of an older version', async () => {
    const path = join(folder, 'promptopt.db');
    const database = new DatabaseSync(path);
    for (const migration of MIGRATIONS.slice(0, 2)) database.exec(migration);
    database.exec('PRAGMA user_version = 2');
    database.prepare('INSERT INTO cache VALUES (?, ?, ?)').run('old', JSON.stringify(reply), 5);
    database.close();
    const store = await open();
    const bytes = Buffer.byteLength(JSON.stringify(reply));
    assert.deepEqual(await store.cacheSummary(), { entries: 1, bytes, hits: 0, savedUsd: 0, oldest: 5 });
    assert.deepEqual(await store.cache().get('old'), reply);
  });

  it('refuses a newer store politely and leaves it as it was', async () => {
    const path = join(folder, 'promptopt.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await assert.rejects(open(), /newer version/);
    assert.ok(existsSync(path));
  });

  it('says so in one sentence when the file is no database', async () => {
    writeFileSync(join(folder, 'promptopt.db'), 'not a database at all, but long enough to be read as one'.repeat(50));
    await assert.rejects(
      open(),
      (error) => isPromptOptError(error) && error.code === 'store' && error.message.includes('damaged'),
    );
  });
});

describe('the place of the store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-place-'));
  });
  afterEach(() => {
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is beside the spec and ignored by git', () => {
    const location = locateStore({ specFolder: folder, workspace: folder, userData: join(folder, 'user') });
    assert.equal(location.path, join(folder, '.promptopt', 'promptopt.db'));
    assert.equal(readFileSync(join(folder, '.promptopt', '.gitignore'), 'utf8'), '*\n');
    const below = locateStore({ specFolder: join(folder, 'deep', 'er'), userData: join(folder, 'user') });
    assert.equal(below.path, location.path);
  });

  it('is in the user folder, with a note, where the workspace cannot be written', () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const location = locateStore({ specFolder: blocked, workspace: blocked, userData: join(folder, 'user') });
    assert.match(location.path, /user/);
    assert.match(location.note ?? '', /cannot be written/);
  });
});
