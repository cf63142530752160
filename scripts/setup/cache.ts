/** Set-up that outlives the checkout: built once a machine, in the user's cache folder, and reused by every clone. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { say } from './node.mjs';

/** A part of the test set-up that is not there. Its message is one sentence with what to do. */
export class SetupError extends Error {
  /** Whether installing was allowed: then its absence is a failure, else a reason to skip. */
  readonly installAllowed: boolean;

  constructor(message: string, installAllowed: boolean) {
    super(message);
    this.name = 'SetupError';
    this.installAllowed = installAllowed;
  }
}

/** Whether this process may install system packages: as root, in CI, or when the person says so. */
export const mayInstall = (): boolean =>
  process.getuid?.() === 0 || (process.env['CI'] ?? '') !== '' || process.env['PROMPTOPT_INSTALL'] === '1';

/** Where set-up is kept: `$XDG_CACHE_HOME/promptopt`, else the platform's own cache folder. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (xdg !== undefined && xdg !== '') return join(xdg, 'promptopt');
  if (process.platform === 'win32') return join(local ?? join(homedir(), 'AppData', 'Local'), 'promptopt', 'cache');
  return join(homedir(), '.cache', 'promptopt');
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The longest it may take, in minutes. Default 10. */
  readonly minutes?: number;
}

/** Runs a command quietly and returns its output; rejects with the command and the end of what it printed. */
export function runQuietly(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, minutes = 10 }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => child.kill('SIGKILL'), minutes * 60_000);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else
        reject(
          new Error(
            `\`${basename(command)} ${args.join(' ')}\` ended with ${signal ?? String(code)}: ${output.trim().slice(-1500)}`,
          ),
        );
    });
  });
}

/** Says what is being set up, does it, and says how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  say(`Set-up: ${what} …`);
  const result = await work();
  say(`Set-up: ${what}, done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return result;
}

/** A build left by a process that was killed is litter after this long. */
const LITTER_AFTER_MS = 2 * 3600_000;

function clearLitter(parent: string): void {
  for (const name of readdirSync(parent).filter((entry) => entry.includes('.building-'))) {
    const path = join(parent, name);
    if (Date.now() - statSync(path).mtimeMs > LITTER_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * The folder `name` in the cache, building it when it is missing. It is built beside its place and then renamed, so
 * that a folder with that name is always whole. Two processes may build at once: the second finds the first's.
 */
export async function buildOnce(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const place = join(cacheFolder(), name);
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  clearLitter(dirname(place));
  const folder = `${place}.building-${randomUUID()}`;
  mkdirSync(folder);
  try {
    await build(folder);
    try {
      renameSync(folder, place);
    } catch (error) {
      if (!existsSync(place)) throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return place;
}
