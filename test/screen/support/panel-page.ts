/**
 * A panel's built page in Chromium without VS Code: the same document and policy, a stand-in for the editor's side.
 *
 * The colours are VS Code's own, read from the root element of a webview in each theme; `vscode-themes.json` has those
 * that a page or the toolkit asks for.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ensureChromium } from '../../../scripts/setup/chromium.ts';
import { root } from '../../../scripts/setup/node.mjs';
import { launchChromium } from '../../../scripts/test-host/window.ts';
import { pageDocument } from '../../../src/extension/panels/page-document.ts';
import type { Theme } from './workbench.ts';

interface ThemeColours {
  readonly class: string;
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}

const themes = JSON.parse(readFileSync(new URL('vscode-themes.json', import.meta.url), 'utf8')) as Readonly<
  Record<Theme, ThemeColours>
>;

export const THEMES: readonly Theme[] = ['light', 'dark', 'high-contrast'];

/** What stands in for VS Code inside the page. */
interface StandIn {
  posted: unknown[];
  kept: unknown;
  violations: string[];
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

export interface OpenPage {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What an earlier life of the page kept. */
  readonly kept?: unknown;
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly forcedColors?: 'active' | 'none';
}

export class PanelPage {
  readonly page: Page;
  readonly #errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(message.text());
    });
    page.on('pageerror', (error) => {
      this.#errors.push(error.message);
    });
  }

  /** Sends a message as the extension does; resolves when the page has drawn what it says. */
  async send(message: unknown): Promise<void> {
    await this.page.evaluate(async (data) => {
      window.postMessage(data, '*');
      for (let frame = 0; frame < 3; frame++) await new Promise((done) => requestAnimationFrame(done));
    }, message);
  }

  /** What the page has posted since this was last asked. */
  posted(): Promise<unknown[]> {
    return this.page.evaluate(() => {
      const { standIn } = globalThis as unknown as { standIn: StandIn };
      return standIn.posted.splice(0);
    });
  }

  kept(): Promise<unknown> {
    return this.page.evaluate(() => (globalThis as unknown as { standIn: StandIn }).standIn.kept);
  }

  /** Everything the browser refused or the page threw. None is the expected answer. */
  async problems(): Promise<readonly string[]> {
    const violations = await this.page.evaluate(
      () => (globalThis as unknown as { standIn: StandIn }).standIn.violations,
    );
    return [...violations, ...this.#errors];
  }

  /** Wears another theme as VS Code does it: classes of the body, variables of the root. */
  async setTheme(theme: Theme): Promise<void> {
    await this.page.evaluate(wear, themes[theme]);
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

/** Runs in the page. */
function wear({ class: name, kind, variables }: ThemeColours): void {
  const { style } = document.documentElement;
  for (const known of [...style]) style.removeProperty(known);
  for (const [key, value] of Object.entries(variables)) style.setProperty(key, value);
  document.body.className = name;
  document.body.dataset['vscodeThemeKind'] = kind;
}

/** Runs in the page before its own script. */
function standInForVsCode({ kept }: { readonly kept: unknown }): void {
  const standIn: StandIn = { posted: [], kept, violations: [] };
  Object.assign(globalThis, {
    standIn,
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => {
        standIn.posted.push(message);
      },
      getState: () => standIn.kept,
      setState: (state: unknown) => {
        standIn.kept = state;
      },
    }),
  });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile, lineNumber, sample }) => {
    standIn.violations.push(`${violatedDirective} at ${sourceFile}:${lineNumber} ${sample}`);
  });
}

export interface PageServer {
  open(options?: OpenPage): Promise<PanelPage>;
  close(): Promise<void>;
}

/** @param name of the built page, e.g. `run-panel` */
export async function servePanel(name: string): Promise<PageServer> {
  const folder = join(root, 'dist', 'webview');
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (path === '/') {
      response.setHeader('content-type', 'text/html');
      const nonce = randomBytes(18).toString('base64url');
      response.end(pageDocument({ title: name, nonce, source: "'self'", file: (file) => `/${file}`, page: name }));
      return;
    }
    readFile(join(folder, basename(path))).then(
      (content) => {
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        response.end(content);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const dataFolder = mkdtempSync(join(tmpdir(), 'promptopt-panel-'));
  const browser: Browser = await launchChromium(await ensureChromium(), dataFolder);
  return {
    async open({ theme = 'dark', width = 900, height = 900, kept, reducedMotion, forcedColors } = {}) {
      const page = await browser.newPage({
        viewport: { width, height },
        locale: 'en-US',
        reducedMotion: reducedMotion ?? 'no-preference',
        forcedColors: forcedColors ?? 'none',
      });
      const panel = new PanelPage(page);
      await page.addInitScript(standInForVsCode, { kept });
      // The browser asks for it on its own.
      await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
      await page.goto(address, { waitUntil: 'commit' });
      await page.waitForFunction(() => document.querySelector('body') !== null);
      await panel.setTheme(theme);
      await page.waitForLoadState('load');
      await page.locator('main').waitFor();
      assert.deepEqual(await panel.problems(), []);
      return panel;
    },
    async close() {
      await browser.close();
      await new Promise((done) => server.close(done));
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
