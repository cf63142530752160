/** What is kept of replies and runs, as the command line shows it and lets it go. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';
import { documentOf, runCli } from './support/run-cli.ts';
import type { Ended } from './support/run-cli.ts';

const DAY_MS = 86_400_000;

describe('what is kept', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  const promptopt = (...args: readonly string[]): Promise<Ended> => runCli(args, { cwd: workspace.folder });
  const evaluate = (...args: readonly string[]): Promise<Ended> =>
    promptopt('eval', workspace.spec, '--quiet', '--json', ...args);
  /** Lets time pass for what is stored. */
  const age = (sql: string): void => {
    const database = new DatabaseSync(workspace.database);
    database.exec(sql);
    database.close();
  };

  beforeEach(() => {
    workspace = makeWorkspace({ validation: 12, config: 'cache: { maxDays: 30 }\nretention: { maxDays: 60 }\n' });
  });
  afterEach(() => {
    workspace.remove();
  });

  it('shows the cache with what it has spared, and clears it', async () => {
    assert.equal(documentOf(await promptopt('cache', 'show', '--json'))?.['entries' as never], 0);
    await evaluate();
    await evaluate();
    const summary = documentOf(await promptopt('cache', 'show', '--json')) as Readonly<Record<string, number>>;
    assert.deepEqual([summary['entries'], summary['hits'], summary['savedUsd']], [12, 12, 0]);
    assert.ok((summary['bytes'] ?? 0) > 1000);
    const { out } = await promptopt('cache', 'show');
    assert.match(out, /Replies +12\n/);
    assert.match(out, /Hits +12 calls that no provider was asked for, \$0\.00 saved/);
    assert.match(
      (await promptopt('cache', 'clear', '--older-than', '5')).out,
      /Forgot 0 replies that nobody has used for 5 days/,
    );
    assert.deepEqual(documentOf(await promptopt('cache', 'clear', '--json')), { deleted: 12 });
    assert.equal((await promptopt('cache', 'clear', '--older-than', 'soon')).code, 2);
  });

  it('is neither asked nor filled with --no-cache', async () => {
    await evaluate('--no-cache');
    const summary = documentOf(await promptopt('cache', 'show', '--json')) as Readonly<Record<string, number>>;
    assert.deepEqual([summary['entries'], summary['hits']], [0, 0]);
  });

  it('lets unused replies go by the limit of the config, when something is run', async () => {
    await evaluate();
    age(`UPDATE cache SET used_at = used_at - ${31 * DAY_MS} WHERE identity < '8'`);
    const old = new DatabaseSync(workspace.database);
    const count = Number(old.prepare("SELECT COUNT(*) AS n FROM cache WHERE identity < '8'").get()?.['n']);
    old.close();
    assert.ok(count > 0 && count < 12);
    const report = documentOf(await evaluate()) as { paid: { calls: number } };
    assert.equal(report.paid.calls, count);
  });

  it('lets old runs go when something is run, once a day, and keeps those that are pinned', async () => {
    for (const seed of ['1', '2']) {
      await promptopt(
        'optimize',
        workspace.spec,
        '--seed',
        seed,
        '--budget-calls',
        '150',
        '--quiet',
        '--json',
        '--yes',
      );
    }
    const list = async (): Promise<readonly { id: string; pinned: boolean }[]> =>
      (documentOf(await promptopt('runs', 'list', '--json')) as { runs: { id: string; pinned: boolean }[] }).runs;
    const [newer, older] = await list();
    assert.ok(newer !== undefined && older !== undefined);
    assert.match((await promptopt('runs', 'pin', older.id)).out, /stays when older runs go/);
    assert.match((await promptopt('runs', 'list')).out, /done, pinned/);
    age(`UPDATE runs SET created_at = created_at - ${61 * DAY_MS}`);
    await evaluate();
    assert.equal((await list()).length, 2, 'It was looked at today already.');
    age('DELETE FROM notes');
    await evaluate();
    assert.deepEqual(await list().then((runs) => runs.map(({ id, pinned }) => [id, pinned])), [[older.id, true]]);
    await promptopt('runs', 'unpin', older.id);
    assert.match((await promptopt('runs', 'purge')).out, /Deleted 1 run older than 60 days or beyond 1,000 MB/);
    assert.deepEqual(await list(), []);
    assert.equal((await promptopt('runs', 'pin', 'none')).code, 2);
    assert.equal(dirname(workspace.database), join(workspace.folder, '.promptopt'));
  });
});
