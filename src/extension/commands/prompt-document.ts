/** Which prompt file a command is about. */
import * as vscode from 'vscode';
import { PromptOptError } from '../../protocol/errors.ts';
import { LANGUAGE_ID } from '../contributions.ts';

/** The file a menu or code lens named, else the one with the focus. @throws PromptOptError `usage` when there is none. */
export async function promptDocument(named: unknown): Promise<vscode.TextDocument> {
  const uri = typeof named === 'string' ? vscode.Uri.file(named) : named;
  const document =
    uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  if (document?.languageId !== LANGUAGE_ID) {
    throw new PromptOptError('usage', 'No prompt file is open.', {
      remedy: 'Open a file that ends in .prompt.yaml and run the command again.',
    });
  }
  return document;
}
