/** Headless Chromium as the window of a VS Code server. */
import { statSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { hostEnvironment } from './environment.ts';

/** What the window is told besides its folder. */
export interface WindowOptions {
  /** The server's host and port. */
  readonly authority: string;
  /** A folder or a `.code-workspace` file, absolute; none opens an empty window. */
  readonly workspace?: string;
  /** Extensions under development and their tests, for a server started with its driver. */
  readonly development?: {
    /** Folders, absolute. */
    readonly extensions: readonly string[];
    /** A CommonJS module that exports `run()`, absolute. */
    readonly tests: string;
  };
}

/** The address that opens such a window. */
export function windowAddress({ authority, workspace, development }: WindowOptions): string {
  const remote = (path: string): string => `vscode-remote://${authority}${encodeURI(path)}`;
  const query = new URLSearchParams();
  if (workspace !== undefined) query.set(statSync(workspace).isFile() ? 'workspace' : 'folder', workspace);
  if (development !== undefined) {
    const { extensions, tests } = development;
    query.set(
      'payload',
      JSON.stringify([
        ...extensions.map((path) => ['extensionDevelopmentPath', remote(path)]),
        ['extensionTestsPath', remote(tests)],
        ['skipWelcome', 'true'],
        ['skipReleaseNotes', 'true'],
      ]),
    );
  }
  return `http://${authority}/?${query.toString()}`;
}

/** Starts the browser. It keeps nothing: its profile is a temporary folder that goes with it. */
export const launchChromium = (executablePath: string, dataFolder: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    env: Object.fromEntries(
      Object.entries(hostEnvironment(dataFolder)).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--force-color-profile=srgb',
    ],
    // We end it ourselves, with the server, in the right order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });

/** A page of a steady size, so that pictures of one run compare with those of the next. */
export const newPage = (browser: Browser): Promise<Page> =>
  browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
