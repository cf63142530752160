/** The result as VS Code's own diff, and what is done with it. */
import * as vscode from 'vscode';
import { PromptOptError } from '../../protocol/errors.ts';
import { RESULT_SCHEME } from '../contributions.ts';
import type { Product } from '../product.ts';
import { parseResultUri, resultText, resultUri } from '../views/result-documents.ts';
import { smallestEdit } from './smallest-edit.ts';

/** Opens the file against the file with the run's prompt in it. */
export async function reviewResult(product: Product, id?: unknown, specPath?: unknown): Promise<void> {
  if (typeof id !== 'string' || typeof specPath !== 'string') {
    const newest = product.sessions.all.find(({ result }) => result !== null);
    if (newest === undefined) {
      throw new PromptOptError('usage', 'No run has ended in this window.', {
        remedy: 'Open one with Prompt Optimizer: Open Run.',
      });
    }
    await reviewResult(product, newest.id, newest.specPath);
    return;
  }
  const spec = vscode.Uri.file(specPath);
  const name = specPath.replace(/^.*[/\\]/, '');
  await vscode.commands.executeCommand('vscode.diff', spec, resultUri(specPath, id), `${name}: now ↔ optimized`, {
    preview: false,
    // Where the file is: a review asked for from the panel is not squeezed beside it.
    viewColumn: vscode.ViewColumn.One,
  });
}

/** The result document a command was called on: given by the editor's title bar, else the one with the focus. */
function reviewed(uri: unknown): vscode.Uri {
  const candidates = [uri, vscode.window.activeTextEditor?.document.uri, modifiedOfActiveTab()];
  const found = candidates.find((candidate) => candidate instanceof vscode.Uri && candidate.scheme === RESULT_SCHEME);
  if (!(found instanceof vscode.Uri)) {
    throw new PromptOptError('usage', 'No optimized prompt is under review.', {
      remedy: 'Open one with Prompt Optimizer: Review Optimized Prompt.',
    });
  }
  return found;
}

function modifiedOfActiveTab(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}

/** Writes the run's prompt into the file as one edit that Undo takes back. */
export async function acceptResult(product: Product, given?: unknown): Promise<boolean> {
  const uri = reviewed(given);
  const { specPath, runId } = parseResultUri(uri);
  const session = await product.sessions.open(specPath, runId);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(specPath));
  const text = await resultText(product, uri);
  const edit = new vscode.WorkspaceEdit();
  const change = smallestEdit(document.getText(), text);
  if (change !== null) {
    if (!(await mayOverwrite(product, document, session?.result?.original.hash))) return false;
    const wasSaved = !document.isDirty;
    const range = new vscode.Range(document.positionAt(change.start), document.positionAt(change.end));
    edit.replace(document.uri, range, change.newText);
    if (!(await vscode.workspace.applyEdit(edit))) {
      throw new PromptOptError('store', `${specPath} could not be changed.`, {
        remedy: 'Check whether it is read-only.',
      });
    }
    // Unsaved changes of the user's own stay theirs to save.
    if (wasSaved) await document.save();
  }
  await closeReview(uri);
  await vscode.window.showTextDocument(document);
  return true;
}

/** Asks when the prompt was edited by hand after the run began: accepting replaces those edits. */
async function mayOverwrite(
  product: Product,
  document: vscode.TextDocument,
  original: string | undefined,
): Promise<boolean> {
  if (original === undefined) return true;
  const { spec } = await (await product.engine()).readTask(document.getText(), document.uri.fsPath);
  if (spec?.prompt.hash === original) return true;
  const accept = 'Accept anyway';
  const choice = await vscode.window.showWarningMessage(
    'The prompt in this file has changed since the run began. Accepting replaces its messages by the optimized ones; Undo takes it back.',
    { modal: true },
    accept,
  );
  return choice === accept;
}

export async function keepOriginal(_product: Product, given?: unknown): Promise<void> {
  await closeReview(reviewed(given));
}

async function closeReview(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === uri.toString());
  await vscode.window.tabGroups.close(tabs);
}
