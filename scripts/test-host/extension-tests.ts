/** The layer of tests that run inside VS Code: bundles them, opens VS Code on a copy of the examples, runs them there. */
import { build } from 'esbuild';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Writable } from 'node:stream';
import { runTests } from '@vscode/test-electron';
import { root, say } from '../setup/node.mjs';
import { withoutKeys } from './environment.ts';
import { bundleModelsExtension } from './models-extension.ts';

export interface ExtensionTestOptions {
  /** Absolute paths of the test files. */
  readonly files: readonly string[];
  /** Where mocha's counts go. */
  readonly report: string;
  /** The longest the window may stay, in minutes. */
  readonly minutes: number;
}

/**
 * One bundle a file, so that the same tests load in the server's Node and in a desktop's Electron, whatever either makes
 * of TypeScript. They ask VS Code for the extension; what they import of its sources is a copy of their own.
 */
async function bundle(files: readonly string[], folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const entries = [...files, join(root, 'test', 'extension', 'host', 'run.ts')];
  const names = entries.map((path) => basename(path, '.ts'));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two extension tests are called ${twice}.ts: rename one.`);
  await build({
    entryPoints: [...entries],
    entryNames: '[name]',
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    // `import.meta.url` has no value in this format: better no bundle than a test that looks in the wrong place.
    logOverride: { 'empty-import-meta': 'error' },
    logLevel: 'warning',
  });
  return join(folder, 'run.cjs');
}

/** A desktop where one is named, or can be downloaded and nothing else serves; else this project's own executable. */
export function executable(): string | undefined {
  const named = process.env['PROMPTOPT_CODE'] ?? (process.platform === 'win32' ? 'download' : '');
  if (named === 'download') return undefined;
  return named === '' ? join(import.meta.dirname, 'code.mjs') : named;
}

/** Runs the tests and resolves to the exit code: 0 when all passed. Failures are printed, the window's own log is kept. */
export async function runExtensionTests({ files, report, minutes }: ExtensionTestOptions): Promise<number> {
  const folder = join(root, '.cache', 'tests', 'extension');
  const tests = await bundle(files, folder);
  const models = await bundleModelsExtension(folder);
  const temporary = mkdtempSync(join(tmpdir(), 'promptopt-extension-'));
  const workspace = join(temporary, 'workspace');
  cpSync(join(root, 'examples'), workspace, { recursive: true });
  const output = join(folder, 'output.txt');
  const windowLog = join(folder, 'window.log');
  mkdirSync(folder, { recursive: true });
  const log = (): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done): void {
        appendFileSync(windowLog, chunk);
        done();
      },
    });
  // A desktop is started with this process's environment, whatever is asked for it.
  process.env = withoutKeys(process.env);
  try {
    const program = executable();
    await runTests({
      ...(program === undefined ? {} : { vscodeExecutablePath: program }),
      extensionDevelopmentPath: [root, models],
      extensionTestsPath: tests,
      launchArgs: [
        workspace,
        `--user-data-dir=${join(temporary, 'user')}`,
        `--extensions-dir=${join(temporary, 'extensions')}`,
      ],
      extensionTestsEnv: {
        PROMPTOPT_TEST_ROOT: root,
        PROMPTOPT_TEST_REPORT: report,
        PROMPTOPT_TEST_OUTPUT: output,
        PROMPTOPT_TEST_MINUTES: String(minutes),
      },
      stdout: log(),
      stderr: log(),
    });
    return 0;
  } catch (error) {
    say(`The extension's tests: ${(error as Error).message}. What the window logged is in ${windowLog}`);
    if (!existsSync(report) && existsSync(windowLog)) say(readFileSync(windowLog, 'utf8').slice(-3000));
    return 1;
  } finally {
    if (existsSync(output)) process.stdout.write(readFileSync(output, 'utf8'));
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}
