import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import { makeWorkspace } from '../support/workspace.ts';
import { documentOf, runCli } from './support/run-cli.ts';

describe('promptopt runs', function () {
  this.timeout(60_000);
  const workspace = makeWorkspace();
  after(() => {
    workspace.remove();
  });
  const run = (...args: string[]) => runCli(args, { cwd: workspace.folder });
  const runs = (...args: string[]) => run('runs', ...args);
  let [first, second] = ['', ''];

  before(async () => {
    const optimize = async (...args: string[]): Promise<string> =>
      (documentOf(await run('optimize', workspace.spec, '--json', ...args)) as OptimizationResult).runId;
    first = await optimize('--seed', '1');
    second = await optimize('--seed', '2', '--strategy', 'bootstrap-few-shot');
  });

  it('lists the newest first', async () => {
    const [text, json] = await Promise.all([runs('list'), runs('list', '--json')]);
    const { runs: listed } = documentOf(json) as { runs: { id: string; strategy: string; status: string }[] };
    assert.deepEqual(
      listed.map(({ id, strategy, status }) => [id, strategy, status]),
      [
        [second, 'bootstrap-few-shot', 'done'],
        [first, 'auto', 'done'],
      ],
    );
    assert.match(text.out, new RegExp(`${second} .*bootstrap-few-shot`));
  });

  it('shows the stored result, by the end of its id too', async () => {
    const [text, json] = await Promise.all([runs('show', first.slice(-6)), runs('show', first, '--json')]);
    assert.equal((documentOf(json) as OptimizationResult).runId, first);
    assert.match(text.out, /Better on unseen rows/);
    assert.match(text.out, /#\s+score\s+rows\s+from\s+why/);
    assert.match(text.out, /0\s+0\.\d\d ± 0\.\d\d\s+24\s+the prompt as written/);
  });

  it('writes the report and the file afterwards, but not over a file that has changed', async () => {
    const report = join(workspace.folder, 'r.html');
    const text = readFileSync(workspace.spec, 'utf8');
    writeFileSync(workspace.spec, `# mine\n${text}`);
    const changed = await runs('show', first, '--write');
    assert.equal(changed.code, 2);
    assert.match(changed.err, /left as it is/);
    assert.equal(readFileSync(workspace.spec, 'utf8'), `# mine\n${text}`);
    writeFileSync(workspace.spec, text);
    assert.equal((await runs('show', first, '--write', '--report', 'r.html')).code, 0);
    assert.match(readFileSync(report, 'utf8'), new RegExp(first));
    assert.notEqual(readFileSync(workspace.spec, 'utf8'), text);
    writeFileSync(workspace.spec, text);
  });

  it('holds two runs beside each other and says what cannot be said', async () => {
    const [text, json] = await Promise.all([runs('compare', first, second), runs('compare', first, second, '--json')]);
    assert.match(text.out, /intervals/);
    assert.match(text.out, /the rows are not compared one by one/);
    assert.equal((documentOf(json) as { runs: unknown[] }).runs.length, 2);
  });

  it('names what is unknown', async () => {
    const [show, resume, remove] = await Promise.all([
      runs('show', 'nothing'),
      runs('resume', 'nothing'),
      runs('delete', 'nothing'),
    ]);
    assert.deepEqual([show.code, resume.code, remove.code], [2, 2, 2]);
    for (const { err } of [show, resume, remove]) assert.match(err, /There is no run "nothing"/);
    const finished = await runs('resume', first);
    assert.equal(finished.code, 2);
    assert.match(finished.err, /is finished/);
  });

  it('goes on past a limit with a larger one', async () => {
    const small = documentOf(
      await run('optimize', workspace.spec, '--budget-calls', '200', '--seed', '5', '--json'),
    ) as OptimizationResult;
    const refused = await runs('resume', small.runId, '--budget-calls', '150');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /more, not less/);
    const larger = await runs('resume', small.runId, '--budget-calls', '500', '--json');
    const result = documentOf(larger) as OptimizationResult;
    assert.deepEqual(result.limits, { calls: 500 });
    assert.ok(result.spent.calls > small.spent.calls);
    await runs('delete', small.runId);
  });

  it('deletes and purges', async () => {
    assert.match((await runs('delete', second)).out, new RegExp(`Deleted ${second}`));
    assert.match((await runs('purge', '--days', '0')).out, /Deleted 1 run older than 0 days/);
    const empty = await runs('list');
    assert.equal(empty.code, 0);
    assert.match(empty.out, /No runs in /);
  });
});
