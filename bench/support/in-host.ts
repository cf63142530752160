/** Runs a script of `bench/host` inside the extension host of a VS Code window, the built extension under development there. */
import { build } from 'esbuild';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runTests } from '@vscode/test-electron';
import { executable } from '../../scripts/test-host/extension-tests.ts';

const root = join(import.meta.dirname, '../..');

/** What the script wrote to the file it was given, as JSON. @throws with the window's log when it failed. */
export async function inExtensionHost(name: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'promptopt-bench-'));
  const script = join(folder, `${name}.cjs`);
  const output = join(folder, 'figures.json');
  const workspace = join(folder, 'workspace');
  let log = '';
  const keep = (): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done): void {
        log += chunk.toString();
        done();
      },
    });
  try {
    cpSync(join(root, 'examples'), workspace, { recursive: true });
    await build({
      entryPoints: [join(root, 'bench/host', `${name}.ts`)],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
    });
    const program = executable();
    await runTests({
      ...(program === undefined ? {} : { vscodeExecutablePath: program }),
      extensionDevelopmentPath: root,
      extensionTestsPath: script,
      launchArgs: [
        workspace,
        `--user-data-dir=${join(folder, 'user')}`,
        `--extensions-dir=${join(folder, 'extensions')}`,
      ],
      extensionTestsEnv: { PROMPTOPT_TEST_OUTPUT: output },
      stdout: keep(),
      stderr: keep(),
    });
    return JSON.parse(readFileSync(output, 'utf8'));
  } catch (cause) {
    throw new Error(`bench/host/${name}.ts failed in the extension host: ${log.slice(-3000)}`, { cause });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
