import assert from 'node:assert/strict';
import { makeWorkspace } from '../support/workspace.ts';
import { documentOf, runCli } from './support/run-cli.ts';

describe('promptopt: how it is called', function () {
  this.timeout(30_000);
  const workspace = makeWorkspace();
  after(() => {
    workspace.remove();
  });
  const run = (...args: string[]) => runCli(args, { cwd: workspace.folder });

  it('suggests the command and the option that were meant', async () => {
    const [command, option] = await Promise.all([run('optimise'), run('optimize', workspace.spec, '--modle', 'x')]);
    assert.equal(command.code, 2);
    assert.match(command.err, /Unknown command 'optimise'\. Did you mean optimize\?/);
    assert.equal(command.out, '');
    assert.equal(option.code, 2);
    assert.match(option.err, /Unknown option '--modle'\. Did you mean --model\?/);
  });

  it('refuses values that make no sense, naming the option', async () => {
    const bad = [
      ['--budget-calls', '0'],
      ['--budget-calls', '1.5'],
      ['--budget-usd', 'much'],
      ['--budget-usd', '-1'],
      ['--budget-usd', 'NaN'],
      ['--budget-usd', 'Infinity'],
      ['--budget-usd', '1e12'],
      ['--budget-tokens', '99999999999999'],
      ['--minutes', '1e9'],
      ['--seed', '-1'],
      ['--concurrency', 'x'],
    ] as const;
    const ends = await Promise.all(bad.map(([name, value]) => run('optimize', workspace.spec, `${name}=${value}`)));
    for (const [index, end] of ends.entries()) {
      assert.equal(end.code, 2, bad[index]?.join(' '));
      assert.match(end.err, new RegExp(bad[index]?.[0] ?? ''));
    }
  });

  it('says with --json what is wrong as a document', async () => {
    const end = await run('eval', 'missing.prompt.yaml', '--json');
    const { error } = documentOf(end) as { error: Record<string, unknown> };
    assert.equal(end.code, 2);
    assert.deepEqual(
      { code: error['code'], exit: error['exit'], file: error['file'] },
      { code: 'usage', exit: 2, file: 'missing.prompt.yaml' },
    );
    assert.match(String(error['remedy']), /Check the path/);
    assert.match(end.err, /missing\.prompt\.yaml cannot be read/);
  });

  it('never shows a stack unless asked for one', async () => {
    const [plain, debug] = await Promise.all([
      run('eval', 'missing.prompt.yaml'),
      runCli(['eval', 'missing.prompt.yaml'], { cwd: workspace.folder, env: { PROMPTOPT_DEBUG: '1' } }),
    ]);
    assert.doesNotMatch(plain.err, /\n\s+at /);
    assert.match(debug.err, /\n\s+at /);
  });

  it('lists the strategies of the table in its help, and colours nothing that is piped', async () => {
    const end = await run('optimize', '--help');
    assert.equal(end.code, 0);
    for (const name of ['auto', 'bootstrap-few-shot', 'gepa']) assert.match(end.out, new RegExp(`\\n  ${name} `));
    assert.ok(!end.out.includes('\u001b'));
  });

  it('colours when told to, and not when told not to', async () => {
    const env = { FORCE_COLOR: '1' };
    const [forced, not] = await Promise.all([
      runCli(['eval', workspace.spec], { cwd: workspace.folder, env }),
      runCli(['eval', workspace.spec], { cwd: workspace.folder, env: { ...env, NO_COLOR: '1' } }),
    ]);
    assert.ok(forced.out.includes('\u001b['));
    assert.ok(!not.out.includes('\u001b['));
  });
});
