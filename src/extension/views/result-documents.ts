/** Read-only documents that show a prompt file with a run's result in it: the right side of the review. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { PromptOptError } from '../../protocol/errors.ts';
import { RESULT_SCHEME } from '../contributions.ts';
import type { Product } from '../product.ts';

/** Carries the run in its query, so that a reload shows the same. */
export const resultUri = (specPath: string, runId: string): vscode.Uri =>
  vscode.Uri.file(specPath).with({ scheme: RESULT_SCHEME, query: runId });

export const parseResultUri = (uri: vscode.Uri): { readonly specPath: string; readonly runId: string } => ({
  specPath: uri.with({ scheme: 'file', query: '' }).fsPath,
  runId: uri.query,
});

/** The file as it stands, unsaved changes included, with the run's chosen prompt in it. */
export async function resultText(product: Product, uri: vscode.Uri): Promise<string> {
  const { specPath, runId } = parseResultUri(uri);
  const session = await product.sessions.open(dirname(specPath), runId);
  if (session?.result === null || session === null) {
    throw new PromptOptError('usage', `Run ${runId} has no result to show.`);
  }
  const open = vscode.workspace.textDocuments.find(
    (document) => document.uri.fsPath === specPath && document.uri.scheme === 'file',
  );
  const text = open?.getText() ?? (await readFile(specPath, 'utf8'));
  return (await product.engine()).writeBack(text, specPath, session.result.chosen);
}

export function registerResultDocuments(product: Product): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(RESULT_SCHEME, {
    provideTextDocumentContent: (uri) => resultText(product, uri),
  });
}
