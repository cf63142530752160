/** The real command line as a process of its own, run from source. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr or stdout holds this text; rejects when the process ends without it. */
  saw(text: string): Promise<void>;
}

/** No key, endpoint or colour of the machine reaches a test. */
function environment(cwd: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP, TMPDIR } = process.env;
  return {
    PATH,
    SystemRoot,
    TEMP,
    TMP,
    TMPDIR,
    HOME: cwd,
    USERPROFILE: cwd,
    XDG_DATA_HOME: `${cwd}/data-home`,
    // Dozens of processes compile the same files.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../.cache/compile', import.meta.url)),
    ...more,
  };
}

export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions): StartedCli {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    cwd,
    env: environment(cwd, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  const waiting: { readonly text: string; readonly resolve: () => void; readonly reject: (error: Error) => void }[] =
    [];
  const look = (): void => {
    for (const { text, resolve } of waiting) if (out.includes(text) || err.includes(text)) resolve();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    look();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      for (const { text, reject } of waiting) reject(new Error(`It ended without saying "${text}":\n${out}\n${err}`));
      resolve({ code, out, err });
    });
  });
  return {
    child,
    ended,
    saw: (text) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ text, resolve, reject });
        look();
      }),
  };
}

export const runCli = (args: readonly string[], options: CliOptions): Promise<Ended> => startCli(args, options).ended;

/** The one document on stdout. */
export function documentOf({ out, err }: Ended): unknown {
  try {
    return JSON.parse(out);
  } catch (cause) {
    throw new Error(`stdout is not one JSON document:\n${out}\n${err}`, { cause });
  }
}
