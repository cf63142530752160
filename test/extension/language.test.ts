import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, openPrompt, ownFolder, remove, until } from './support/window.ts';

const SPACED = `name: triage
model: embedded/apprentice
messages:
  - role: user
    # what the customer wrote
    content: 'Message: {{ message }}'
testData:
  - { message: hello, expected: greeting }
`;

const rulesAt = (uri: vscode.Uri): string[] =>
  vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'promptopt')
    .map(({ code }) => (typeof code === 'string' ? code : ''));

describe('a prompt file in the editor', () => {
  let folder = '';
  before(async () => {
    await activateExtension();
    folder = ownFolder();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    remove(folder);
  });

  it('has the language of prompt files, whichever of the two endings it has', async () => {
    for (const name of ['a.prompt.yaml', 'b.prompt.yml']) {
      const { document } = await openPrompt(folder, SPACED, name);
      assert.equal(document.languageId, 'prompt-yaml');
    }
  });

  it('is linted while typing, and a light bulb mends what it can', async () => {
    const { document } = await openPrompt(folder, SPACED, 'spaced.prompt.yaml');
    await until('the warning about spaces', () => rulesAt(document.uri).includes('spaced-placeholder'));
    const at = new vscode.Position(5, document.lineAt(5).text.indexOf('{{') + 1);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(at, at),
    );
    const fix = actions.find(({ isPreferred, edit }) => isPreferred === true && edit !== undefined);
    assert.ok(fix?.edit, `offered: ${actions.map(({ title }) => title).join(', ')}`);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.equal(document.getText(), SPACED.replace('{{ message }}', '{{message}}'));
    await until('the warning to go', () => !rulesAt(document.uri).includes('spaced-placeholder'));
  });

  it('says every problem of a broken file at once, each at its place', async () => {
    const { document } = await openPrompt(folder, 'name: [x\nmesages: 3\nmodel: 4\n', 'broken.prompt.yaml');
    await until('the syntax error', () => rulesAt(document.uri).includes('syntax'));
  });

  it('can have a rule switched off for a line, and for everything', async () => {
    const { document } = await openPrompt(folder, SPACED, 'disabled.prompt.yaml');
    await until('the warning', () => rulesAt(document.uri).includes('spaced-placeholder'));
    const line = new vscode.Range(5, 25, 5, 25);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      line,
    );
    const disable = actions.find(({ title }) => title.startsWith('Disable spaced-placeholder'));
    assert.ok(disable?.edit);
    assert.ok(await vscode.workspace.applyEdit(disable.edit));
    await until('the warning to go', () => !rulesAt(document.uri).includes('spaced-placeholder'));

    const other = await openPrompt(folder, SPACED, 'setting.prompt.yaml');
    await until('the warning', () => rulesAt(other.document.uri).includes('spaced-placeholder'));
    const settings = vscode.workspace.getConfiguration('promptopt');
    await settings.update('lint.severities', { 'spaced-placeholder': 'off' }, vscode.ConfigurationTarget.Global);
    try {
      await until('the warning to go', () => !rulesAt(other.document.uri).includes('spaced-placeholder'));
    } finally {
      await settings.update('lint.severities', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('carries its score and the two things done most above its first line', async () => {
    const { document } = await openPrompt(folder, SPACED, 'lenses.prompt.yaml');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.title),
      ['not evaluated yet', 'Evaluate', 'Optimize'],
    );
  });

  it('leaves other YAML files alone', async () => {
    const { document } = await openPrompt(folder, 'name: [x\n', 'other.yaml');
    assert.notEqual(document.languageId, 'prompt-yaml');
    const prompt = await openPrompt(folder, 'name: [x\n', 'later.prompt.yaml');
    await until('the other file to be linted', () => rulesAt(prompt.document.uri).length > 0);
    assert.deepEqual(rulesAt(document.uri), []);
  });
});
