import assert from 'node:assert/strict';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { EvaluationReport, OptimizationResult } from '../../src/engine/index.ts';
import type { ExtensionApi } from '../../src/extension/extension.ts';
import { activateExtension, copyExample, ownFolder, remove, textOf, until } from './support/window.ts';

type Outcome = OptimizationResult | null | undefined;

const optimize = (uri: vscode.Uri, more: object = {}): Thenable<Outcome> =>
  vscode.commands.executeCommand<Outcome>('promptopt.optimizePrompt', { uri, confirmed: true, seed: 7, ...more });

/** The run panels that are open. */
const panels = (): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('promptopt.run'));

const diffTab = (): vscode.TabInputTextDiff | undefined => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputTextDiff ? input : undefined;
};

describe('optimizing in the window', () => {
  let api: ExtensionApi;
  let folder = '';
  let spec = '';
  let uri = vscode.Uri.file('/');
  let result: Outcome;

  before(async function () {
    this.timeout(120_000);
    api = await activateExtension();
    // In a browser VS Code saves by itself; then nothing stays unsaved.
    await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Global);
    folder = ownFolder();
    spec = copyExample(folder, 'support-triage');
    uri = vscode.Uri.file(spec);
    await vscode.window.showTextDocument(uri);
    result = await optimize(uri);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    remove(folder);
  });

  it('ends with a verdict on rows the search did not see, and shows the run in a panel', async () => {
    assert.equal(result?.verdict?.outcome, 'better');
    assert.equal(result.verdict.basis, 'held-out');
    assert.ok(result.spent.calls <= 800);
    await until('the panel', () => panels().length > 0);
  });

  it('shows the result as a diff that is taken back when the original is kept', async () => {
    const before = textOf(spec);
    await vscode.commands.executeCommand('promptopt.reviewResult', result?.runId, spec);
    const tab = await until('the diff', diffTab);
    assert.equal(basename(tab.original.fsPath), 'support-triage.prompt.yaml');
    await vscode.commands.executeCommand('promptopt.keepOriginal', tab.modified);
    await until('the diff to close', () => diffTab() === undefined);
    assert.equal(textOf(spec), before);
  });

  it('writes the accepted prompt into the file: comments kept, one undo takes it back', async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(1, 0), '# our own comment\n');
    await vscode.workspace.applyEdit(edit);
    await document.save();
    const before = document.getText();
    await vscode.commands.executeCommand('promptopt.reviewResult', result?.runId, spec);
    const tab = await until('the diff', diffTab);
    const accepted = await vscode.commands.executeCommand<boolean>('promptopt.acceptResult', tab.modified);
    assert.equal(accepted, true);
    const after = textOf(spec);
    assert.notEqual(after, before);
    assert.ok(after.includes('# our own comment'));
    // What stands above the messages is as it was.
    assert.equal(after.slice(0, after.indexOf('messages:')), before.slice(0, before.indexOf('messages:')));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await document.save();
  });

  it('keeps unsaved changes of the user unsaved', async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), '# not saved yet\n');
    await vscode.workspace.applyEdit(edit);
    await vscode.commands.executeCommand('promptopt.reviewResult', result?.runId, spec);
    const tab = await until('the diff', diffTab);
    await vscode.commands.executeCommand('promptopt.acceptResult', tab.modified);
    assert.ok(document.isDirty);
    assert.ok(!textOf(spec).includes('# not saved yet'));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('stops a search on request and makes the verdict from what was found', async () => {
    const running = optimize(uri, { seed: 11 });
    const session = await until('a run with a score', () =>
      api.sessions.live.find(({ view }) => view.incumbent !== null),
    );
    await vscode.commands.executeCommand('promptopt.stopRun', session.id);
    const stopped = await running;
    assert.equal(stopped?.stopReason, 'stopped-by-user');
    assert.notEqual(stopped.verdict, null);
    assert.equal(session.status, 'done');
  }).timeout(60_000);

  it('pauses and goes on', async () => {
    const running = optimize(uri, { seed: 12, limits: { calls: 400 } });
    const session = await until('the run', () => api.sessions.live[0]);
    await vscode.commands.executeCommand('promptopt.pauseRun', session.id);
    assert.equal(session.status, 'paused');
    await vscode.commands.executeCommand('promptopt.continueRun', session.id);
    assert.equal(session.status, 'running');
    assert.notEqual((await running)?.verdict, null);
  }).timeout(60_000);

  it('goes on with an interrupted run and ends with the verdict it would have had', async () => {
    const whole = await optimize(uri, { seed: 13, limits: { calls: 400 } });
    // The window learns of a new tab a little later.
    await until('the panels', () => panels().length === api.sessions.all.length);
    const open = panels().length;
    const running = optimize(uri, { seed: 13, limits: { calls: 400 } });
    const session = await until('a run with a score', () =>
      api.sessions.live.find(({ view }) => view.incumbent !== null),
    );
    session.abort();
    assert.equal(await running, null);
    assert.equal(session.status, 'interrupted');
    await until('its panel', () => panels().length === open + 1);
    const resumed = await vscode.commands.executeCommand<Outcome>('promptopt.resumeRun', session.id, spec);
    assert.equal(resumed?.runId, session.id);
    assert.deepEqual(resumed.verdict, whole?.verdict);
    assert.equal(panels().length, open + 1, 'the run goes on in the panel it had');
  }).timeout(90_000);

  it('goes on past its limit with a new one, in the panel it had', async () => {
    const first = await optimize(uri, { seed: 14, limits: { calls: 200 } });
    assert.ok(first !== null && first !== undefined);
    const { runId } = first;
    // The window learns of a new tab a little later.
    await until('the panels', () => panels().length === api.sessions.all.length);
    const open = panels().length;
    const more = await vscode.commands.executeCommand<Outcome>('promptopt.raiseLimit', runId, spec, { calls: 600 });
    assert.equal(more?.runId, runId);
    assert.deepEqual(more.limits, { calls: 600 });
    assert.ok(more.spent.calls > first.spent.calls && more.spent.calls <= 600);
    assert.equal(panels().length, open);
  }).timeout(90_000);

  it('opens a stored run again with what it had shown', async () => {
    const session = await api.sessions.open(folder, result?.runId ?? '');
    assert.ok(session !== null);
    assert.equal(session.view.ended?.chosen, result?.chosen.hash);
    assert.equal(session.view.candidates.length, result?.candidates.length);
    assert.ok(await session.prompt(result?.chosen.hash ?? ''));
  });

  it('evaluates, and the lens then shows the score', async () => {
    const report = await vscode.commands.executeCommand<EvaluationReport>('promptopt.evaluatePrompt', uri);
    assert.equal(report.estimate.rows, 60);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 10);
    assert.match(lenses[0]?.command?.title ?? '', /^0\.\d\d ± 0\.\d\d on 60 validation rows · \$0\.00$/);
  }).timeout(60_000);
});
