import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands, settings } from '../../src/extension/contributions.ts';
import { activateExtension } from './support/window.ts';

describe('the extension in the window', () => {
  it('has registered every command it names', async () => {
    await activateExtension();
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(commands).filter((id) => !known.has(id)),
      [],
    );
  });

  it('has every setting with the default its code assumes', () => {
    for (const [id, value] of Object.entries(settings)) {
      const dot = id.indexOf('.');
      const found = vscode.workspace.getConfiguration(id.slice(0, dot)).inspect(id.slice(dot + 1));
      assert.deepEqual(found?.defaultValue, value, id);
    }
  });
});
