import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packages, root } from '../package/support/packages.ts';
import { readZip } from '../package/support/zip.ts';
import { openWorkbench } from './support/workbench.ts';
import type { Workbench } from './support/workbench.ts';

describe('the extension package, installed', function () {
  this.timeout(180_000);
  let workbench: Workbench;
  let folder = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-packaged-'));
    const installed = join(folder, 'installed');
    // What VS Code unpacks: the folder `extension` of the archive.
    for (const [name, content] of readZip(readFileSync(packages().extension))) {
      if (!name.startsWith('extension/')) continue;
      const path = join(installed, name.slice('extension/'.length));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    const workspace = join(folder, 'support-triage');
    cpSync(join(root, 'examples', 'support-triage'), workspace, { recursive: true });
    workbench = await openWorkbench({ workspace, extension: installed });
    await workbench.openFile('support-triage.prompt.yaml');
  });
  after(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lints, evaluates in its workers and optimizes with its panel, with nothing but what is in the package', async () => {
    const { page } = workbench;
    await page.locator('.codelens-decoration', { hasText: 'not evaluated yet' }).first().waitFor({ timeout: 30_000 });
    await workbench.runCommand('Prompt Optimizer: Evaluate Prompt');
    assert.match(await workbench.notification('on 60 validation rows', 60_000), /^support-triage: 0\.\d\d ± 0\.\d\d/);
    await workbench.runCommand('Prompt Optimizer: Optimize Prompt');
    await workbench.choose('Auto (recommended)');
    await workbench.choose('Start');
    await workbench.notification('on unseen rows', 90_000);
    const panel = await workbench.webview('support-triage');
    await panel.getByText('Better on unseen rows').first().waitFor({ timeout: 20_000 });
  });
});
