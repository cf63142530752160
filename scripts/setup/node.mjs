/** Dependencies and a new enough Node, for a machine that has nothing prepared. Runs under Node 20 and imports nothing installed. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The oldest Node that every development tool runs on. */
const NEEDED = [22, 20];

export const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(text);
  process.exit(2);
}

/** Installs the locked packages of a folder unless the lock has not changed since the last time. */
export function installLocked(folder, name) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, '.cache', `installed-${name}`);
  if (existsSync(join(folder, 'node_modules')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say(`Installing ${name} packages …`);
  const windows = process.platform === 'win32';
  const done = spawnSync(
    windows ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: windows,
    },
  );
  if (done.status !== 0) fail(`npm ci failed in ${folder}. Check the network and run the command again.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The path of the pinned Node in `tools/`, installing it when it is missing. */
export function pinnedNode() {
  const tools = join(root, 'tools');
  installLocked(tools, 'tools');
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  try {
    return join(
      dirname(createRequire(join(tools, 'package.json')).resolve(`node-${platform}-${process.arch}/package.json`)),
      binary,
    );
  } catch {
    return fail(
      `This project needs Node ${NEEDED.join('.')} or later and brings none for ${process.platform} on ${process.arch}; this is ${process.version}. Install a newer Node and run the command again.`,
    );
  }
}

/**
 * Goes on under a Node that is new enough: returns at once when this one is, else runs the same script under the
 * pinned one and exits with its code.
 */
export async function ensureNode() {
  if (isNewEnough(process.versions.node)) return;
  const node = pinnedNode();
  const separator = process.platform === 'win32' ? ';' : ':';
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}${separator}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) =>
    child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 1))),
  );
  process.exit(code);
}

/** Dependencies of the project itself. */
export const ensureDependencies = () => installLocked(root, 'project');
