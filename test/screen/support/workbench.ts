/** A real workbench for a test to look at: a VS Code server with this extension, and Chromium as its window. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { ensureChromium } from '../../../scripts/setup/chromium.ts';
import { root } from '../../../scripts/setup/node.mjs';
import { ensureVsCodeHost, hostNode } from '../../../scripts/setup/vscode-host.ts';
import { installExtension, startServer } from '../../../scripts/test-host/server.ts';
import { launchChromium, newPage, windowAddress } from '../../../scripts/test-host/window.ts';

export type Theme = 'light' | 'dark' | 'high-contrast';

const THEMES: Readonly<Record<Theme, { readonly name: string; readonly mark: string }>> = {
  light: { name: 'Light Modern', mark: '.vs' },
  dark: { name: 'Dark Modern', mark: '.vs-dark' },
  'high-contrast': { name: 'Default High Contrast', mark: '.hc-black' },
};

/** A window that shows the work and little else, and that does not move while it is looked at. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
  'editor.cursorBlinking': 'solid',
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/** The longest wait for what shows within a second on an idle machine: two busy cores have taken twenty. */
/** VS Code shows three toasts in this time, and a fourth only in its list of notifications. */
const TOAST_INTERVAL_MS = 800;

const WAIT_MS = 60_000;

/** How long an open list is given to show what it was asked for. */
const LIST_MS = 8_000;

export interface WorkbenchOptions {
  /** The folder or `.code-workspace` file it opens, absolute. */
  readonly workspace: string;
  readonly theme?: Theme;
  /** The folder of the extension it has. Default: this project's own folder. */
  readonly extension?: string;
  /** Folders of further extensions it has, absolute. */
  readonly others?: readonly string[];
  /** Machine settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ask whether the folder is trusted. Default false. */
  readonly workspaceTrust?: boolean;
}

/** One accessibility rule that a page breaks, and where. */
export interface AccessibilityViolation {
  readonly rule: string;
  readonly help: string;
  readonly where: readonly string[];
}

export class Workbench {
  readonly page: Page;
  readonly #settingsFile: string;
  readonly #close: () => Promise<void>;
  #settings: Readonly<Record<string, unknown>>;

  constructor(
    page: Page,
    settingsFile: string,
    settings: Readonly<Record<string, unknown>>,
    close: () => Promise<void>,
  ) {
    this.page = page;
    this.#settingsFile = settingsFile;
    this.#settings = settings;
    this.#close = close;
  }

  /** Runs the command that the palette shows under exactly this title, e.g. "Prompt Optimizer: Optimize Prompt". */
  async runCommand(title: string): Promise<void> {
    await this.#pick('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by its path in it. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    await this.#pick('ControlOrMeta+P', path, name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: WAIT_MS });
  }

  /**
   * Opens a quick input, types into it and takes the row with exactly this label. While a window loads, a list opened
   * too early never hears of what comes later: it is opened anew until the row is there.
   */
  async #pick(key: string, text: string, label: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget:visible');
    const row = box
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name', { hasText: new RegExp(`^\\s*${escapePattern(label)}\\s*$`) }) })
      .first();
    const end = Date.now() + WAIT_MS;
    for (;;) {
      await this.page.keyboard.press(key);
      try {
        await box.locator('input.input').first().fill(text, { timeout: LIST_MS });
        await row.waitFor({ timeout: LIST_MS });
        break;
      } catch (error) {
        if (Date.now() > end) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    await row.click({ timeout: WAIT_MS });
    await this.#restPointer();
  }

  /** Away from everything that shows a hint when the pointer rests on it. */
  async #restPointer(): Promise<void> {
    await this.page.mouse.move(0, 0);
  }

  /** Takes the row whose label has this text in the quick pick that is open. */
  async choose(label: string): Promise<void> {
    const row = this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: label });
    await row.first().click({ timeout: WAIT_MS });
    await this.#restPointer();
  }

  /** Waits for a notification with this text and returns all of what it says. */
  async notification(text: string, timeout = WAIT_MS): Promise<string> {
    const message = this.page.locator('.notification-list-item-message', { hasText: text }).first();
    await message.waitFor({ timeout });
    return message.innerText();
  }

  /** Presses the button of a notification, no sooner than a person could. */
  async pressInNotification(label: string): Promise<void> {
    await this.page.waitForTimeout(TOAST_INTERVAL_MS);
    await this.page
      .locator('.notification-list-item .monaco-button', { hasText: label })
      .first()
      .click({ timeout: WAIT_MS });
  }

  /** The document of the webview panel with this title. */
  async webview(title: string, timeout = WAIT_MS): Promise<Frame> {
    const end = Date.now() + timeout;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (await isPanel(frame, title)) return frame;
      }
      if (Date.now() > end) assert.fail(`No webview panel "${title}" showed within ${timeout / 1000} s.`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Changes machine settings and lets VS Code read them. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    this.#settings = { ...this.#settings, ...settings };
    writeFileSync(this.#settingsFile, JSON.stringify(this.#settings, null, 2));
  }

  /** Changes the colour theme; resolves when the window wears it. */
  async setTheme(theme: Theme): Promise<void> {
    this.changeSettings({ 'workbench.colorTheme': THEMES[theme].name });
    await this.page.locator(`.monaco-workbench${THEMES[theme].mark}`).waitFor({ timeout: WAIT_MS });
    // Webviews get their new colours by a message after the window has its own.
    await this.page.waitForTimeout(300);
  }

  /** Writes a picture of the window. The path is absolute; its folder is made. */
  async screenshot(path: string): Promise<void> {
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  }

  /**
   * Loads the window anew, as *Developer: Reload Window* does; resolves when it is back.
   *
   * Tried: what an extension keeps in `SecretStorage` is gone after this (a server's window holds secrets in memory), so
   * that a key outlives a reload can only be seen in a desktop VS Code.
   */
  async reload(): Promise<void> {
    await this.page.reload({ timeout: 60_000 });
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
  }

  /** Closes the window, ends the server and removes what they kept. */
  close(): Promise<void> {
    return this.#close();
  }
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** VS Code puts a panel's document into a frame of its own, with the panel's title on the frame's element. */
async function isPanel(frame: Frame, title: string): Promise<boolean> {
  if (frame.parentFrame() === null || frame.isDetached()) return false;
  try {
    const element = await frame.frameElement();
    return (await element.getAttribute('id')) === 'active-frame' && (await element.getAttribute('title')) === title;
  } catch {
    // The frame went away while it was asked.
    return false;
  }
}

/** What axe-core finds wrong in a document: WCAG 2.2 A and AA and best practices. None is the expected answer. */
export async function accessibilityViolations(frame: Frame): Promise<AccessibilityViolation[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Through the debugger, so that the page's own content security policy stays as strict as it is.
  await frame.evaluate(source);
  const results = await frame.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  assert.ok(results.passes.length > 0, 'axe-core looked at nothing: is the page empty?');
  return results.violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    where: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  }));
}

/** Opens VS Code on a folder. One a test file: open it in `before`, close it in `after`. */
export async function openWorkbench({
  workspace,
  theme = 'dark',
  extension = root,
  others = [],
  settings = {},
  workspaceTrust = false,
}: WorkbenchOptions): Promise<Workbench> {
  const [host, executable] = [await ensureVsCodeHost(), await ensureChromium()];
  const dataFolder = mkdtempSync(join(tmpdir(), 'promptopt-screen-'));
  const settingsFile = join(dataFolder, 'data', 'Machine', 'settings.json');
  const first = { ...SETTINGS, ...settings, 'workbench.colorTheme': THEMES[theme].name };
  mkdirSync(dirname(settingsFile), { recursive: true });
  writeFileSync(settingsFile, JSON.stringify(first, null, 2));
  const stops: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
    stops.length = 0;
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const each of [extension, ...others]) installExtension(dataFolder, each);
    const server = await startServer({ host, node: hostNode(), dataFolder, workspaceTrust });
    stops.push(() => server.stop());
    const browser = await launchChromium(executable, dataFolder);
    stops.push(() => browser.close());
    const page = await newPage(browser);
    await page.goto(windowAddress({ authority: server.authority, workspace }), { timeout: 60_000 });
    const workbench = new Workbench(page, settingsFile, first, close);
    await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
    await page.locator(`.monaco-workbench${THEMES[theme].mark}`).waitFor({ timeout: WAIT_MS });
    return workbench;
  } catch (error) {
    await close();
    throw error;
  }
}
