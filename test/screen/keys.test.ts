import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/node.mjs';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor } from '../support/workspace.ts';
import { accessibilityViolations, openWorkbench } from './support/workbench.ts';
import type { Workbench } from './support/workbench.ts';

const WRONG = 'sk-planted-wrong-0123456789';
const GOOD = 'sk-planted-good-0123456789';
const RENEWED = 'sk-planted-renewed-0123456789';

/** Calls after which the server takes the first good key no more. */
const REVOKED_AFTER = 60;

const screens = join(root, '.cache', 'screens');

describe('a key, from the first to the last', function () {
  this.timeout(180_000);
  let server: OpenAiServer;
  let workbench: Workbench;
  let folder = '';
  let workspace = '';
  let taken: string[] = [];
  let asked = 0;

  before(async () => {
    server = await startOpenAiServer((call, response) => {
      const key = (call.headers.authorization ?? '').replace('Bearer ', '');
      if (!taken.includes(key)) {
        sendError(response, 401, 'invalid_api_key', {}, key);
        return;
      }
      if (call.path.endsWith('/models')) {
        send(response, { object: 'list', data: [{ id: 'm', object: 'model', created: 1, owned_by: 'us' }] });
        return;
      }
      if (++asked === REVOKED_AFTER) taken = [RENEWED];
      send(response, apprenticeCompletion(call));
    });
    folder = mkdtempSync(join(tmpdir(), 'promptopt-keys-'));
    workspace = join(folder, 'support-triage');
    cpSync(join(root, 'examples', 'support-triage'), workspace, { recursive: true });
    const spec = join(workspace, 'support-triage.prompt.yaml');
    writeFileSync(spec, readFileSync(spec, 'utf8').replace(/^model: .*$/m, 'model: openai/m'));
    const config = configFor(server.baseUrl, { inputPerMillion: 1, outputPerMillion: 2 });
    writeFileSync(join(workspace, 'promptopt.config.yaml'), config);
    workbench = await openWorkbench({ workspace });
    await workbench.openFile('support-triage.prompt.yaml');
  });
  after(async () => {
    await workbench.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(async () => {
    const shown = await workbench.page.content();
    for (const key of [WRONG, GOOD, RENEWED]) assert.ok(!shown.includes(key), 'a key is shown');
  });

  const box = () => workbench.page.locator('.quick-input-widget:visible');
  const row = (text: string) => box().locator('.monaco-list-row', { hasText: text }).first();

  async function typeKey(key: string): Promise<void> {
    const input = box().locator('input[type="password"]');
    await input.waitFor({ timeout: 30_000 });
    await input.fill(key);
    // On the box itself: a toast that closes late gives the focus to the editor.
    await input.press('Enter');
  }

  it('is asked for by provider, typed unseen, and refused with a sentence when the server refuses it', async () => {
    taken = [GOOD, RENEWED];
    await workbench.runCommand('Prompt Optimizer: Set API Key');
    await row('OpenAI').waitFor({ timeout: 30_000 });
    assert.match(await row('OpenAI').innerText(), /no key/);
    await workbench.choose('OpenAI');
    await box().locator('input[type="password"]').fill('two words');
    await box().getByText('A key has no spaces').waitFor();
    await typeKey(WRONG);
    await workbench.notification('The key of OpenAI is stored');
    await workbench.pressInNotification('Test it');
    const sentence = await workbench.notification('401');
    assert.match(sentence, /key/i);
  });

  it('is replaced where its refusal is told, and taken from the next call on', async () => {
    await workbench.pressInNotification('Set API key');
    await typeKey(GOOD);
    await workbench.notification('The key of OpenAI is stored');
    await workbench.pressInNotification('Test it');
    await workbench.notification('OpenAI takes the key stored in VS Code: 1 model.');
  });

  it('that is revoked ends a run, which goes on with a new one and buys nothing twice', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Prompt Optimizer: Optimize Prompt');
    await workbench.choose('Auto (recommended)');
    await workbench.choose('Start');
    const failure = await workbench.notification('Nothing was lost; resume the run afterwards.', 90_000);
    assert.match(failure, /401/);
    await workbench.screenshot(join(screens, 'key-refused-dark.png'));
    await workbench.pressInNotification('Set API key');
    await typeKey(RENEWED);
    await workbench.notification('can go on now');
    await workbench.pressInNotification('Resume');
    // What it has spent stands in the status bar while it goes on.
    const status = workbench.page.locator('.statusbar-item', { hasText: /calls · (under )?\$\d/ });
    await status.first().waitFor({ timeout: 30_000 });
    await workbench.notification('on unseen rows', 90_000);
    const answered = server.calls.filter(({ headers }) => headers.authorization === `Bearer ${RENEWED}`);
    assert.ok(answered.length > 0);
  });

  it('is in the store, the journal and the log of no run', async () => {
    const store = join(workspace, '.promptopt');
    for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
      if (!name.includes('promptopt.db')) continue;
      const bytes = readFileSync(join(store, name)).toString('latin1');
      for (const key of [WRONG, GOOD, RENEWED]) assert.ok(!bytes.includes(key), name);
    }
    await workbench.runCommand('Prompt Optimizer: Show Log');
    const lines = workbench.page.locator('.output-view .view-lines');
    await lines.getByText('A key of OpenAI was stored').first().waitFor({ timeout: 20_000 });
    const log = await lines.innerText();
    for (const key of [WRONG, GOOD, RENEWED]) assert.ok(!log.includes(key), log);
    await workbench.runCommand('View: Toggle Panel Visibility');
  });

  it('has what it was used for in the cost view, in every theme', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Prompt Optimizer: Show Costs');
    const view = await workbench.webview('Costs');
    await view.getByLabel('Add up').selectOption('model');
    const usd = await view.locator('.paid tbody tr', { hasText: 'openai/m' }).locator('.col-usd').innerText();
    assert.match(usd, /^\$\d/);
    for (const theme of ['high-contrast', 'light', 'dark'] as const) {
      await workbench.setTheme(theme);
      assert.deepEqual(await accessibilityViolations(view), [], theme);
      await workbench.screenshot(join(screens, `cost-view-in-window-${theme}.png`));
    }
    await view.getByLabel('Add up').selectOption('run');
    await view.locator('.paid').getByRole('button', { name: 'support-triage' }).first().click();
    await workbench.webview('support-triage');
  });

  it('is removed, and then there is none', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.runCommand('Prompt Optimizer: Remove API Key');
    assert.match(await row('OpenAI').innerText(), /key stored in VS Code/);
    await workbench.choose('OpenAI');
    await workbench.notification('The key of OpenAI is removed. Its models cannot be asked any more.');
    await workbench.runCommand('Prompt Optimizer: Remove API Key');
    await workbench.notification('No key is stored in VS Code.');
  });

  // What is kept in SecretStorage is gone after a reload of this host's window, which holds secrets in memory: it is
  // seen in a desktop VS Code only (Set API Key, Developer: Reload Window, Test API Key).
  it.skip('outlives a reload of the window (this host holds secrets in memory only)');
});
