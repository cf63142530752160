/** Runs extension tests as a desktop VS Code does: same arguments, same output, same exit code. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format, parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { ensureChromium } from '../setup/chromium.ts';
import { ensureVsCodeHost, hostNode } from '../setup/vscode-host.ts';
import { installExtension, startServer } from './server.ts';
import { launchChromium, newPage, windowAddress } from './window.ts';

/** As `timeout(1)` has it: told apart from tests that failed. */
const TIMED_OUT = 124;

const DEFAULT_MINUTES = 10;

interface Request {
  readonly extensions: readonly string[];
  readonly tests: string;
  readonly workspace: string | undefined;
  readonly dataFolder: string | undefined;
  readonly workspaceTrust: boolean;
}

/** The arguments a desktop VS Code takes from `runTests`. Switches that only mean something to a desktop are let pass. */
function readArguments(argv: readonly string[]): Request {
  const { values, positionals } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      extensionDevelopmentPath: { type: 'string', multiple: true },
      extensionTestsPath: { type: 'string' },
      'user-data-dir': { type: 'string' },
      'extensions-dir': { type: 'string' },
      'disable-workspace-trust': { type: 'boolean' },
    },
  });
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? resolve(value) : undefined);
  const tests = text(values.extensionTestsPath);
  if (tests === undefined) throw new Error('Say which tests to run with --extensionTestsPath=PATH.');
  const workspace = text(positionals[0]);
  for (const path of [tests, workspace]) {
    if (path !== undefined && !existsSync(path)) throw new Error(`There is no ${path}.`);
  }
  const extensions = (values.extensionDevelopmentPath ?? []).map((path) => resolve(String(path)));
  return {
    extensions,
    tests,
    workspace,
    dataFolder: text(values['user-data-dir']),
    workspaceTrust: values['disable-workspace-trust'] !== true,
  };
}

/**
 * What the window and the extension host log. VS Code's own lines (no gallery, no GitHub account, …) are many and
 * cannot be told from the tests' own, so a runner that has a report of its own sends all of this to a file.
 */
function log(type: string, args: readonly unknown[]): void {
  (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${format(...args)}\n`);
}

/** Opens the window and waits for the tests' own exit code. Rejects when the window dies first. */
async function outcome(page: Page, address: string): Promise<number> {
  const done = new Promise<number>((resolve, reject) => {
    void page.exposeFunction('codeAutomationLog', log);
    void page.exposeFunction('codeAutomationExit', (code: number) => {
      resolve(code);
    });
    page.on('crash', () => {
      reject(new Error('The window crashed.'));
    });
    page.on('close', () => {
      reject(new Error('The window closed before the tests ended.'));
    });
  });
  // Awaited below; a window that dies while it loads must not be an unhandled rejection.
  done.catch(() => undefined);
  await page.goto(address, { timeout: 60_000 });
  return done;
}

/**
 * Runs the tests of `argv` and resolves to the process's exit code: 0 when all passed, the tests' own code when some
 * did not, 124 after `PROMPTOPT_TEST_MINUTES` (10 by default).
 */
export async function runTestsInServer(argv: readonly string[]): Promise<number> {
  const request = readArguments(argv);
  const minutes = Number(process.env['PROMPTOPT_TEST_MINUTES'] ?? DEFAULT_MINUTES);
  const own = request.dataFolder === undefined ? mkdtempSync(join(tmpdir(), 'promptopt-host-')) : null;
  const dataFolder = request.dataFolder ?? own ?? '';
  const stops: (() => Promise<unknown>)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const interrupted = new Promise<number>((done) => {
    process.once('SIGINT', () => {
      done(130);
    });
    process.once('SIGTERM', () => {
      done(143);
    });
  });
  const late = new Promise<number>((done) => {
    timer = setTimeout(() => {
      process.stderr.write(`The tests did not end within ${minutes} minutes and were stopped.\n`);
      done(TIMED_OUT);
    }, minutes * 60_000);
  });
  try {
    const work = async (): Promise<number> => {
      const [host, executable] = [await ensureVsCodeHost(), await ensureChromium()];
      // A window takes one extension under development; what that one is tested with is installed.
      const [extension, ...others] = request.extensions;
      for (const other of others) installExtension(dataFolder, other);
      const server = await startServer({
        host,
        node: hostNode(),
        dataFolder,
        driver: true,
        workspaceTrust: request.workspaceTrust,
      });
      stops.push(() => server.stop());
      const browser = await launchChromium(executable, dataFolder);
      stops.push(() => browser.close());
      const { tests, workspace } = request;
      const address = windowAddress({
        authority: server.authority,
        development: { extensions: extension === undefined ? [] : [extension], tests },
        ...(workspace === undefined ? {} : { workspace }),
      });
      const died = server.ended.then((text): never => {
        throw new Error(`The VS Code server ended before the tests did: ${text.slice(-2000)}`);
      });
      died.catch(() => undefined);
      return Promise.race([outcome(await newPage(browser), address), died]);
    };
    const working = work();
    working.catch(() => undefined);
    return await Promise.race([working, interrupted, late]);
  } finally {
    clearTimeout(timer);
    // The window first: a server whose window is still there waits for it to come back.
    for (const stop of stops.reverse()) await stop();
    if (own !== null) rmSync(own, { recursive: true, force: true, maxRetries: 5 });
  }
}
