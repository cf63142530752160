import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('activation', () => {
  const root = process.env['PROMPTOPT_TEST_ROOT'] ?? '';
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const extension = (): vscode.Extension<unknown> => {
    const found = vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
    assert.ok(found, 'VS Code does not know the extension.');
    return found;
  };

  it('opening a prompt file brings the extension to life and its language with it', async () => {
    const [file] = await vscode.workspace.findFiles('support-triage/support-triage.prompt.yaml');
    assert.ok(file, 'The workspace has no example.');
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    assert.equal(document.languageId, 'prompt-yaml');
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('every command of the manifest has something behind it', async () => {
    await extension().activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });
});
