/**
 * The VS Code server that the npm package `code-server` carries, built once a machine into the cache folder.
 *
 * Tried: code-server's own postinstall builds a dozen native modules and fails without Kerberos, X11 and secret-store
 * headers. None of them is needed here. `spdlog` is: without it the extension host does not start. A missing
 * `watchdog` or `sqlite3` only logs an error. So everything is installed without scripts and that one is built.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError, buildOnce, cacheFolder, mayInstall, runQuietly, timed } from './cache.ts';
import { pinnedNode, root } from './node.mjs';
import { findProgram, installSystemPackages } from './system-packages.ts';

const source = join(root, 'tools', 'vscode-host');

/** In the name of the cache folder: a changed lock, platform or Node generation is another host. */
function key(): string {
  const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    dependencies: { 'code-server': string };
  };
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 8);
  return `vscode-host-${dependencies['code-server']}-${process.platform}-${process.arch}-${digest}`;
}

const serverOf = (folder: string): string => join(folder, 'node_modules', 'code-server', 'lib', 'vscode');

/** The server's folder when it is built on this machine, else null. It has `out/server-main.js` in it. */
export function findVsCodeHost(): string | null {
  const folder = serverOf(join(cacheFolder(), key()));
  return existsSync(folder) ? folder : null;
}

/** The Node the server runs on: this one when it is new enough, else the pinned one. */
export const hostNode = (): string =>
  Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : pinnedNode();

/** The folder above `include/node` with Node's headers. The module speaks Node-API, so any Node's from 18 on serve. */
function findHeaders(): string | null {
  const prefixes = [dirname(dirname(process.execPath)), '/usr', '/usr/local'];
  return (
    prefixes.find(
      (prefix) =>
        existsSync(join(prefix, 'include', 'node', 'node_api.h')) &&
        existsSync(join(prefix, 'include', 'node', 'common.gypi')),
    ) ?? null
  );
}

/** Compiler, make, Python (for node-gyp) and headers; returns the headers' prefix. */
async function ensureBuildTools(): Promise<string | null> {
  const missing = [
    ...(findProgram('g++', 'clang++') === null ? ['g++'] : []),
    ...(findProgram('make') === null ? ['make'] : []),
    ...(findProgram('python3') === null ? ['python3'] : []),
    ...(findHeaders() === null && process.platform === 'linux' ? ['libnode-dev'] : []),
  ];
  if (missing.length > 0) await installSystemPackages(missing, 'What the VS Code server is built with');
  return findHeaders();
}

async function build(folder: string): Promise<void> {
  const headers = await ensureBuildTools();
  // A person's own npm settings may name other headers or switch scripts on: ours are said aloud.
  const env = {
    ...process.env,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_jobs: 'max',
    ...(headers === null ? {} : { npm_config_nodedir: headers }),
  };
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(folder, file));
  await timed('installing the VS Code server', () =>
    runQuietly('npm', ['ci', '--ignore-scripts'], { cwd: folder, env }),
  );
  const server = serverOf(folder);
  await timed("installing the VS Code server's own packages", () =>
    runQuietly('npm', ['install', '--omit=dev', '--ignore-scripts'], { cwd: server, env }),
  );
  await timed("building the VS Code server's logger", () =>
    runQuietly('npm', ['rebuild', '--ignore-scripts=false', '@vscode/spdlog'], { cwd: server, env }),
  );
}

/**
 * The server's folder, built if this machine has none yet.
 *
 * @throws SetupError when it cannot be had, with what is missing.
 */
export async function ensureVsCodeHost(): Promise<string> {
  const found = findVsCodeHost();
  if (found !== null) return found;
  if (process.platform === 'win32')
    throw new SetupError(
      'The VS Code server does not run on Windows: name a desktop VS Code with PROMPTOPT_CODE.',
      false,
    );
  try {
    return serverOf(await buildOnce(key(), build));
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`The VS Code server could not be installed: ${(error as Error).message}`, mayInstall());
  }
}
