import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace, WorkspaceOptions } from '../support/workspace.ts';
import { documentOf, runCli, startCli } from './support/run-cli.ts';
import type { Ended } from './support/run-cli.ts';

const KEY = { OPENAI_API_KEY: 'sk-test' };

/** What must be the same whatever the cache held. */
function steady(result: OptimizationResult): unknown {
  const { runId: _runId, time: _time, paid: _paid, ...rest } = result;
  return rest;
}

describe('promptopt optimize', function () {
  this.timeout(60_000);
  const open: (Workspace | OpenAiServer)[] = [];
  const workspace = (options: WorkspaceOptions = {}): Workspace => {
    const made = makeWorkspace(options);
    open.push(made);
    return made;
  };
  afterEach(async () => {
    for (const one of open.splice(0)) {
      if ('remove' in one) one.remove();
      else await one.close();
    }
  });
  const optimize = ({ folder, spec }: Workspace, ...args: string[]): Promise<Ended> =>
    runCli(['optimize', spec, ...args], { cwd: folder });

  it('prints model, forecast, verdict, diff, report and what to type next', async () => {
    const own = workspace();
    const before = readFileSync(own.spec, 'utf8');
    const end = await optimize(own, '--seed', '7');
    assert.equal(end.code, 0, end.err);
    const [first = ''] = end.out.split('\n');
    assert.match(first, /^Model embedded\/apprentice.*stand-in and no language model/);
    for (const part of [
      /Calls\s+[\d,]+ low, [\d,]+ likely, [\d,]+ at most/,
      /Better on unseen rows: 0\.\d\d → 0\.\d\d, \+0\.\d\d \[\+0\.\d\d, \+0\.\d\d\], p/,
      /95 % interval \[/,
      /^--- sorting\.prompt\.yaml/m,
      /^\+.*role: assistant/m,
      /Next\s+promptopt runs show \S+ --write/,
    ]) {
      assert.match(end.out, part);
    }
    assert.match(end.err, /best 0\.\d\d ± 0\.\d\d, 24 rows/);
    assert.equal(readFileSync(own.spec, 'utf8'), before);
    const [report = ''] = /Report\s+(\S+\.html)/.exec(end.out)?.slice(1) ?? [];
    const html = readFileSync(report, 'utf8');
    assert.match(html, /Better on unseen rows/);
    assert.doesNotMatch(html, /<script|https?:\/\//);
  });

  it('writes the same bytes cold and warm, apart from times, ids and what was paid', async () => {
    const own = workspace();
    const cold = documentOf(await optimize(own, '--seed', '7', '--json')) as OptimizationResult;
    const warm = documentOf(await optimize(own, '--seed', '7', '--json')) as OptimizationResult;
    assert.equal(JSON.stringify(steady(warm)), JSON.stringify(steady(cold)));
    assert.ok(cold.verdict !== null && cold.verdict.pValue < 0.05);
    assert.equal(cold.verdict.difference.interval.length, 2);
    assert.ok(cold.paid.calls > 0);
    assert.equal(warm.paid.calls, 0);
    assert.equal(warm.spent.calls, cold.spent.calls);
  });

  it('writes the better prompt into the file, and says so when there is none', async () => {
    const own = workspace();
    const end = await optimize(own, '--write', '--report', 'my report.html');
    assert.match(end.out, /Written to .*sorting\.prompt\.yaml/);
    assert.match(readFileSync(own.spec, 'utf8'), /role: assistant/);
    assert.ok(existsSync(join(own.folder, 'my report.html')));
    assert.equal((await runCli(['lint', own.spec], { cwd: own.folder })).code, 0);

    const small = workspace();
    const text = readFileSync(small.spec, 'utf8');
    const none = await optimize(small, '--write', '--budget-calls', '115');
    assert.match(none.out, /Nothing was written: there is no better prompt/);
    assert.equal(readFileSync(small.spec, 'utf8'), text);
  });

  it('sends nothing on a dry run', async () => {
    const server = await startOpenAiServer((call, response) => {
      send(response, apprenticeCompletion(call));
    });
    open.push(server);
    const own = workspace({ model: 'openai/m', config: configFor(server.baseUrl) });
    const end = await runCli(['optimize', own.spec, '--dry-run', '--json'], { cwd: own.folder, env: KEY });
    assert.equal(end.code, 0, end.err);
    const plan = documentOf(end) as { forecast: { calls: { worst: number }; usd: { worst: number } }; limits: unknown };
    assert.ok(plan.forecast.calls.worst > 0 && plan.forecast.usd.worst > 0);
    assert.equal(server.calls.length, 0);
    assert.ok(!existsSync(own.database));
  });

  it('refuses to spend more than needs no asking where nobody can be asked', async () => {
    const server = await startOpenAiServer((call, response) => {
      send(response, apprenticeCompletion(call));
    });
    open.push(server);
    const own = workspace({
      model: 'openai/m',
      config: configFor(server.baseUrl, { inputPerMillion: 100, outputPerMillion: 200 }),
    });
    const end = await runCli(['optimize', own.spec, '--json'], { cwd: own.folder, env: KEY });
    assert.equal(end.code, 2);
    assert.match(end.err, /may cost up to \$\d+\.\d\d.*--yes/);
    const before = server.calls.length;
    const allowed = await runCli(['optimize', own.spec, '--json', '--budget-usd', '0.5'], {
      cwd: own.folder,
      env: KEY,
    });
    assert.notEqual(allowed.code, 2, allowed.err);
    assert.ok(before === 0 && server.calls.length > before);
  });

  it('holds the call limit, ends cleanly, and says what the limit was too small for', async () => {
    const server = await startOpenAiServer((call, response) => {
      send(response, apprenticeCompletion(call));
    });
    open.push(server);
    const own = workspace({ model: 'openai/m', config: configFor(server.baseUrl), validation: 60, test: 100 });
    const args = ['optimize', own.spec, '--budget-calls', '200', '--yes'];
    const end = await runCli(args, { cwd: own.folder, env: KEY });
    assert.equal(end.code, 0, end.err);
    assert.ok(server.calls.length <= 200);
    assert.match(end.out, /The call limit leaves room for 40 of 100 test rows in the verdict/);
    assert.match(end.out, /too small|ended the search/);
  });

  it('says when the limit is too small even for a baseline', async () => {
    const own = workspace();
    const end = await optimize(own, '--budget-calls', '30', '--json');
    assert.equal(end.code, 4);
    assert.match(end.err, /too small even for a baseline.*Allow at least \d+ calls/);
    assert.equal((documentOf(end) as { error: { code: string } }).error.code, 'budget');
  });

  it('ends with 3 for a missing or refused key, an unknown model, no connection: each with what to do', async () => {
    const refused = await startOpenAiServer((_call, response) => {
      sendError(response, 401, 'invalid_api_key');
    });
    open.push(refused);
    const own = workspace({
      model: 'openai/m',
      config: configFor(refused.baseUrl, { inputPerMillion: 0, outputPerMillion: 0 }),
    });
    const gone = await startOpenAiServer(() => undefined);
    await gone.close();
    const nowhere = workspace({ model: 'openai/m' });
    const [missing, wrong, unknown, offline] = await Promise.all([
      runCli(['optimize', nowhere.spec], { cwd: nowhere.folder }),
      runCli(['optimize', own.spec], { cwd: own.folder, env: KEY }),
      runCli(['optimize', nowhere.spec, '--model', 'embedded/genius'], { cwd: nowhere.folder }),
      runCli(['eval', nowhere.spec, '--no-retry'], {
        cwd: nowhere.folder,
        env: { ...KEY, OPENAI_BASE_URL: gone.baseUrl },
      }),
    ]);
    assert.deepEqual(
      [missing.code, wrong.code, offline.code],
      [3, 3, 3],
      [missing, wrong, offline].map(({ err }) => err).join(),
    );
    assert.match(missing.err, /OPENAI_API_KEY/);
    assert.match(wrong.err, /was refused \(401\)/);
    assert.match(offline.err, /no connection to http:/);
    assert.ok(unknown.code === 2 || unknown.code === 3);
    assert.match(unknown.err, /genius/);
    for (const end of [missing, wrong, unknown, offline]) assert.doesNotMatch(end.err + end.out, /sk-test|\n\s+at /);
  });

  it('says of bad files what is wrong, where, and loses nothing', async () => {
    const own = workspace();
    const variants: readonly (readonly [(text: string) => string, RegExp])[] = [
      [(text) => text.replace('messages:', 'messages: ['), /sorting\.prompt\.yaml:\d+: .*lint/],
      [(text) => text.replace('validation.jsonl', 'nowhere.jsonl'), /nowhere\.jsonl/],
      [(text) => text.replace("'{{message}}'", "'{{massage}}'"), /massage/],
    ];
    const text = readFileSync(own.spec, 'utf8');
    for (const [change, expected] of variants) {
      writeFileSync(own.spec, change(text));
      const end = await optimize(own);
      // An undefined variable is a warning in a file read by GitHub's rules, an error in ours.
      assert.equal(end.code, 2, `${end.out}${end.err}`);
      assert.match(end.err, expected);
    }
    writeFileSync(own.spec, text);
    writeFileSync(join(own.folder, 'validation.jsonl'), '{"message":"a","expected":"billing"}\n{"message": oops\n');
    const row = await optimize(own);
    assert.equal(row.code, 2);
    assert.match(row.err, /validation\.jsonl:2: /);
    writeFileSync(join(own.folder, 'validation.jsonl'), '');
    const empty = await optimize(own);
    assert.equal(empty.code, 2);
    assert.match(empty.err, /validation\.jsonl/);
  });

  it('goes on after kill -9 with `runs resume`, to the same verdict, buying nothing twice', async () => {
    const slow = async (): Promise<OpenAiServer> => {
      const server = await startOpenAiServer((call, response) => {
        setTimeout(() => {
          send(response, apprenticeCompletion(call));
        }, 15);
      });
      open.push(server);
      return server;
    };
    const free = { inputPerMillion: 0, outputPerMillion: 0 };
    const [wholeServer, cutServer] = [await slow(), await slow()];
    const whole = workspace({ model: 'openai/m', config: configFor(wholeServer.baseUrl, free) });
    const cut = workspace({ model: 'openai/m', config: configFor(cutServer.baseUrl, free) });
    const args = ['--seed', '7', '--budget-calls', '400', '--json'];
    const expected = documentOf(
      await runCli(['optimize', whole.spec, ...args], { cwd: whole.folder, env: KEY }),
    ) as OptimizationResult;

    const killed = startCli(['optimize', cut.spec, ...args], { cwd: cut.folder, env: KEY });
    await killed.saw('bootstrap');
    killed.child.kill('SIGKILL');
    await killed.ended;
    const inAir = 8;
    const list = documentOf(await runCli(['runs', 'list', '--json'], { cwd: cut.folder })) as {
      runs: { status: string }[];
    };
    assert.deepEqual(
      list.runs.map(({ status }) => status),
      ['interrupted'],
    );
    const resumed = await runCli(['runs', 'resume', '--json'], { cwd: cut.folder, env: KEY });
    assert.equal(resumed.code, 0, resumed.err);
    const result = documentOf(resumed) as OptimizationResult;
    assert.deepEqual(result.verdict, expected.verdict);
    assert.equal(result.chosen.hash, expected.chosen.hash);
    assert.ok(cutServer.calls.length <= wholeServer.calls.length + inAir);
    const again = await runCli(['runs', 'resume'], { cwd: cut.folder, env: KEY });
    assert.equal(again.code, 2);
    assert.match(again.err, /no interrupted run/);
  });

  it('stops at the first interrupt with a verdict, and leaves at the second, resumable', async function () {
    // Windows ends a process at a signal instead of telling it; that is the kill above.
    if (process.platform === 'win32') this.skip();
    const server = await startOpenAiServer((call, response) => {
      setTimeout(() => {
        send(response, apprenticeCompletion(call));
      }, 40);
    });
    open.push(server);
    const own = workspace({
      model: 'openai/m',
      config: configFor(server.baseUrl, { inputPerMillion: 0, outputPerMillion: 0 }),
    });
    const args = ['optimize', own.spec, '--budget-calls', '400', '--json'];
    const once = startCli(args, { cwd: own.folder, env: KEY });
    await once.saw('bootstrap');
    once.child.kill('SIGTERM');
    const stopped = await once.ended;
    assert.equal(stopped.code, 0, stopped.err);
    const result = documentOf(stopped) as OptimizationResult;
    assert.equal(result.stopReason, 'stopped-by-user');
    assert.ok(result.verdict !== null);

    const twice = startCli([...args, '--no-cache'], { cwd: own.folder, env: KEY });
    await twice.saw('bootstrap');
    twice.child.kill('SIGINT');
    await twice.saw('Once more leaves at once');
    twice.child.kill('SIGINT');
    const left = await twice.ended;
    assert.equal(left.code, 130, left.err);
    assert.match(left.err, /Nothing that was paid for is lost\. Resume with `promptopt runs resume \S+`/);
    assert.equal((documentOf(left) as { error: { code: string } }).error.code, 'stopped');
  });

  it('finishes although whoever read it has gone', async () => {
    const own = workspace();
    const started = startCli(['optimize', own.spec], { cwd: own.folder });
    await started.saw('Model');
    started.child.stdout?.destroy();
    started.child.stderr?.destroy();
    assert.equal((await started.ended).code, 0);
    assert.equal(readdirSync(join(own.folder, '.promptopt', 'exports')).length, 1);
  });

  it('keeps results in the user data folder when there is no place beside the spec, and says so first', async () => {
    const own = workspace();
    // A file where the folder should be: nobody can make it, not even root.
    writeFileSync(join(own.folder, '.promptopt'), '');
    const end = await optimize(own);
    assert.equal(end.code, 0, end.err);
    assert.match(end.out.split('\n').slice(0, 2).join('\n'), /cannot be written; results are kept in/);
    rmSync(join(own.folder, '.promptopt'));
  });
});
