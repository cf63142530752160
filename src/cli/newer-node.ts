/** A checkout brings a Node of its own for machines whose own is too old: the command goes on under that one. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The first with a SQLite that needs no flag. */
const NEEDED: readonly [major: number, minor: number] = [22, 13];

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The checkout's own Node, or null for an installed command. @param entry URL of the running file, e.g. `dist/cli.js` */
export function checkoutNode(entry: string, platform: NodeJS.Platform, architecture: string): string | null {
  const system = platform === 'win32' ? 'win' : platform;
  const binary = platform === 'win32' ? 'node.exe' : 'node';
  const path = fileURLToPath(new URL(`../tools/node_modules/node-${system}-${architecture}/bin/${binary}`, entry));
  return existsSync(path) ? path : null;
}

/** Runs the same command under another Node; resolves to its exit code. */
export async function runUnder(node: string, args: readonly string[]): Promise<number> {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], { stdio: 'inherit' });
  // A terminal sends ctrl-C to the child as well: passed on again it would count as a second one.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      resolve(status ?? 128 + (signal === null ? 1 : constants.signals[signal]));
    });
  });
}
