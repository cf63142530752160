/** One VS Code server on the loopback address, for one window. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hostEnvironment } from './environment.ts';

export interface ServerOptions {
  /** The folder with `out/server-main.js`: what `ensureVsCodeHost` gives. */
  readonly host: string;
  /** The Node that runs it: 24 or later. */
  readonly node: string;
  /** Settings, state, extensions and logs. */
  readonly dataFolder: string;
  /**
   * Lets the window's payload name extensions under development and their tests. Not for looking at: such a window
   * shows no notifications and answers its own dialogs.
   */
  readonly driver?: boolean;
  /** Ask whether a folder is trusted, as a person's own VS Code does. Default false. */
  readonly workspaceTrust?: boolean;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

export interface Server {
  /** Host and port, the authority of its `vscode-remote:` addresses. */
  readonly authority: string;
  /** Resolves when the process ends, with the end of what it printed. */
  readonly ended: Promise<string>;
  /** Ends the server and what it started. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
const STOP_MS = 5_000;

/** The server and its extension host are one process group, so that neither outlives a test. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}

const argumentsOf = ({
  host,
  dataFolder,
  driver = false,
  workspaceTrust = false,
  port = 0,
}: ServerOptions): string[] => [
  `--require=${join(import.meta.dirname, 'end-with-parent.cjs')}`,
  join(host, 'out', 'server-main.js'),
  '--host=127.0.0.1',
  `--port=${port}`,
  '--without-connection-token',
  '--accept-server-license-terms',
  // Without it the window ignores its payload: no development extension, no tests.
  ...(driver ? ['--enable-smoke-test-driver'] : []),
  '--disable-telemetry',
  '--disable-experiments',
  ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
  `--server-data-dir=${dataFolder}`,
];

/** Installs the extension in `folder` as it is, for a server that has not started yet. It stays where it is. */
export function installExtension(dataFolder: string, folder: string): void {
  const { publisher, name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    'publisher' | 'name' | 'version',
    string
  >;
  mkdirSync(join(dataFolder, 'extensions'), { recursive: true });
  symlinkSync(folder, join(dataFolder, 'extensions', `${publisher}.${name}-${version}`), 'dir');
}

/** Starts a server; resolves when it listens. Rejects with what it printed when it ends before, or after a minute. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const child = spawn(options.node, argumentsOf(options), {
    env: hostEnvironment(options.dataFolder),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      resolve(error.message);
    });
    child.on('close', () => {
      resolve(printed.trim());
    });
  });
  const stop = async (): Promise<void> => {
    signal(child, 'SIGTERM');
    const timer = setTimeout(() => {
      signal(child, 'SIGKILL');
    }, STOP_MS);
    await ended;
    clearTimeout(timer);
    // The server may be gone while its extension host still shuts down.
    signal(child, 'SIGKILL');
  };
  const listening = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The VS Code server did not listen within ${START_MS / 1000} s: ${printed.slice(-2000)}`));
    }, START_MS);
    const read = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-20_000);
      const port = /listening on (\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then((text) => {
      clearTimeout(timer);
      reject(new Error(`The VS Code server ended while starting: ${text.slice(-2000)}`));
    });
  });
  try {
    return { authority: `127.0.0.1:${await listening}`, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
