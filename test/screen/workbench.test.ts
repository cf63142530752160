import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/node.mjs';
import { accessibilityViolations, openWorkbench } from './support/workbench.ts';
import type { Theme, Workbench } from './support/workbench.ts';

const THEMES: readonly Theme[] = ['light', 'dark', 'high-contrast'];

/** `PROMPTOPT_PICTURES=1` renews the pictures of the docs. */
const pictures =
  process.env['PROMPTOPT_PICTURES'] === '1' ? join(root, 'docs', 'images') : join(root, '.cache', 'screens');

/** The same view in every theme, ending in the dark one. */
async function photograph(workbench: Workbench, name: string): Promise<void> {
  for (const theme of ['high-contrast', 'light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.screenshot(join(pictures, `${name}-${theme}.png`));
  }
}

describe('from an open file to an accepted prompt, by keyboard and mouse', function () {
  this.timeout(120_000);
  let workbench: Workbench;
  let folder = '';
  let spec = '';
  const file = 'support-triage.prompt.yaml';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-first-'));
    const workspace = join(folder, 'support-triage');
    cpSync(join(root, 'examples', 'support-triage'), workspace, { recursive: true });
    spec = join(workspace, file);
    workbench = await openWorkbench({ workspace, settings: { 'files.autoSave': 'off' } });
    await workbench.openFile(file);
  });
  after(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the last score and what can be done above the file', async () => {
    const lenses = workbench.page.locator('.codelens-decoration');
    await lenses.filter({ hasText: 'not evaluated yet' }).first().waitFor({ timeout: 20_000 });
    assert.match(await lenses.first().innerText(), /not evaluated yet.*Evaluate.*Optimize/s);
    await photograph(workbench, 'editor');
  });

  it('asks for a strategy, then shows what the run may cost before anything is sent', async () => {
    await workbench.runCommand('Prompt Optimizer: Optimize Prompt');
    await workbench.choose('Auto (recommended)');
    const start = workbench.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'Start' });
    await start.waitFor({ timeout: 20_000 });
    assert.match(await start.innerText(), /likely [\d,]+ calls, \$0\.00, .*; at most [\d,]+ calls/s);
    await workbench.screenshot(join(pictures, 'forecast-dark.png'));
    await start.click();
  });

  it('ends with the verdict in a sentence, and a panel without a violation in any theme', async () => {
    const sentence = await workbench.notification('on unseen rows', 90_000);
    assert.match(sentence, /Better on unseen rows: 0\.\d\d → 0\.\d\d, \+0\.\d\d \[/);
    const panel = await workbench.webview('support-triage');
    await panel.getByText('Better on unseen rows').first().waitFor({ timeout: 20_000 });
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      assert.deepEqual(await accessibilityViolations(panel), [], theme);
    }
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    // Tall enough for all of the page: score, candidates and costs.
    const size = workbench.page.viewportSize() ?? { width: 1280, height: 800 };
    await workbench.page.setViewportSize({ width: 1400, height: 1500 });
    await photograph(workbench, 'run-panel');
    await workbench.page.setViewportSize(size);
  });

  it('shows old and new prompt in the diff editor, and writes the accepted one into the file', async () => {
    const before = readFileSync(spec, 'utf8');
    const panel = await workbench.webview('support-triage');
    await panel.getByText('Review diff').first().click();
    await workbench.page.locator('.monaco-diff-editor').waitFor({ timeout: 20_000 });
    await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor({ timeout: 20_000 });
    await photograph(workbench, 'diff');
    await workbench.page.locator('.editor-actions a[aria-label^="Accept Optimized Prompt"]').first().click();
    await workbench.page.locator('.monaco-diff-editor').waitFor({ state: 'detached', timeout: 20_000 });
    const deadline = Date.now() + 20_000;
    while (readFileSync(spec, 'utf8') === before && Date.now() < deadline) await workbench.page.waitForTimeout(50);
    const after = readFileSync(spec, 'utf8');
    assert.notEqual(after, before);
    await workbench.page.locator('.monaco-editor .view-lines').first().click();
    await workbench.page.keyboard.press('ControlOrMeta+Z');
    await workbench.page.keyboard.press('ControlOrMeta+S');
    while (readFileSync(spec, 'utf8') !== before && Date.now() < deadline + 20_000)
      await workbench.page.waitForTimeout(50);
    assert.equal(readFileSync(spec, 'utf8'), before);
  });
});

describe('a folder that is not trusted', function () {
  this.timeout(120_000);
  let workbench: Workbench;
  let folder = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-untrusted-'));
    cpSync(join(root, 'examples', 'support-triage'), folder, { recursive: true });
    workbench = await openWorkbench({
      workspace: folder,
      workspaceTrust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
    await workbench.openFile('support-triage.prompt.yaml');
  });
  after(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is linted, and nothing in it is run', async () => {
    const { page } = workbench;
    await page.locator('.codelens-decoration').first().waitFor({ timeout: 20_000 });
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget:visible input.input').first().fill('>Prompt Optimizer: ');
    await page.waitForTimeout(500);
    const titles = await page.locator('.quick-input-widget:visible .monaco-list-row .label-name').allInnerTexts();
    assert.ok(
      titles.some((title) => title.includes('Open Run')),
      titles.join('; '),
    );
    assert.ok(!titles.some((title) => title.includes('Optimize Prompt')), titles.join('; '));
    await page.keyboard.press('Escape');
    await page.locator('.codelens-decoration a', { hasText: 'Optimize' }).first().click();
    await workbench.notification('This folder is not trusted');
    assert.equal(await page.locator('.quick-input-widget:visible').count(), 0);
  });
});
