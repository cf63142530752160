/** The npm package, installed into an empty folder: its command runs, its library works and is typed by itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packages, root } from './support/packages.ts';

const windows = process.platform === 'win32';

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm package', function () {
  this.timeout(180_000);
  let folder = '';

  const run = (command: string, args: readonly string[], shell = false): Said =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8', shell });
  const promptopt = (...args: readonly string[]): Said =>
    run(join(folder, 'node_modules', '.bin', windows ? 'promptopt.cmd' : 'promptopt'), args, windows);

  /** Asks the compiler about the consumer as a user's own project would. */
  const check = (module: string, moduleResolution: string): Said => {
    const config = {
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
        target: 'es2024',
        lib: ['es2024', 'dom', 'esnext.disposable', 'dom.asynciterable'],
        types: [],
        module,
        moduleResolution,
      },
      files: ['consumer.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    return run(process.execPath, [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      '.',
      '--pretty',
      'false',
    ]);
  };

  before(() => {
    const { library } = packages();
    folder = mkdtempSync(join(tmpdir(), 'library-'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const args = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', library];
    const { status, stdout, stderr } = run(windows ? 'npm.cmd' : 'npm', args, windows);
    assert.equal(status, 0, stdout + stderr);
    copyFileSync(join(import.meta.dirname, 'support', 'consumer.ts.txt'), join(folder, 'consumer.ts'));
  });

  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('installs itself and nothing more', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['promptopt']);
  });

  it('brings a command that knows its version and its help', () => {
    const version = promptopt('--version');
    assert.equal(version.stdout.trim(), packages().version, version.stderr);
    const help = promptopt('--help');
    assert.equal(help.status, 0, help.stderr);
    for (const command of ['init', 'lint', 'eval', 'optimize', 'runs']) {
      assert.match(help.stdout, new RegExp(`^ +${command}\\b`, 'm'));
    }
  });

  it('lints a file from the command line', () => {
    writeFileSync(join(folder, 'broken.prompt.yaml'), 'messages: 3\n');
    const { status, stdout, stderr } = promptopt('lint', 'broken.prompt.yaml');
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, /broken\.prompt\.yaml/);
  });

  it('is a library that lints, evaluates and refuses', () => {
    const { status, stdout, stderr } = run(process.execPath, ['--disable-warning=ExperimentalWarning', 'consumer.ts']);
    assert.equal(status, 0, stderr);
    const said = JSON.parse(stdout) as {
      readonly version: string;
      readonly problems: number;
      readonly strategies: readonly string[];
      readonly report: { readonly rows: readonly unknown[] };
      readonly refused: string;
    };
    assert.equal(said.version, packages().version);
    assert.ok(said.problems > 0);
    assert.ok(said.strategies.includes('gepa'));
    assert.equal(said.report.rows.length, 2);
    assert.equal(said.refused, 'usage');
  });

  it("type-checks in a strict project without anybody else's types", () => {
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['preserve', 'bundler'],
    ] as const) {
      const { status, stdout } = check(module, resolution);
      assert.equal(status, 0, stdout);
    }
  });

  it('tells a program that misuses it so', () => {
    const right = readFileSync(join(folder, 'consumer.ts'), 'utf8');
    writeFileSync(join(folder, 'consumer.ts'), right.replace("split: 'all'", "split: 'everything'"));
    try {
      const { status, stdout } = check('nodenext', 'nodenext');
      assert.notEqual(status, 0);
      assert.match(stdout, /everything/);
    } finally {
      writeFileSync(join(folder, 'consumer.ts'), right);
    }
  });
});
