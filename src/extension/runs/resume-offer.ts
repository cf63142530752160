/** After a reload: says which run was interrupted and offers to go on. */
import * as vscode from 'vscode';
import { describeError } from '../../protocol/errors.ts';
import type { Product } from '../product.ts';

/** Runs older than this are offered only on request. */
const RECENT_MS = 7 * 24 * 60 * 60_000;

export function offerResume(product: Product): vscode.Disposable {
  let disposed = false;
  const offer = async (): Promise<void> => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (folder === undefined || !vscode.workspace.isTrusted) return;
    const found = await vscode.workspace.findFiles(
      new vscode.RelativePattern(folder, '{,*/,*/*/}.promptopt/promptopt.db'),
      null,
      1,
    );
    const [database] = found;
    if (database === undefined || disposed) return;
    const near = vscode.Uri.joinPath(database, '..', '..').fsPath;
    const store = await (await product.engine()).store(near);
    const [run] = await store.query({ status: 'interrupted', limit: 1 });
    if (run === undefined || Date.now() - run.header.createdAt > RECENT_MS) return;
    const resume = 'Resume';
    const choice = await vscode.window.showInformationMessage(
      `The run on ${run.header.name} was interrupted. Nothing that was paid for is lost.`,
      resume,
      'Not now',
    );
    if (choice === resume)
      await vscode.commands.executeCommand('promptopt.resumeRun', run.header.id, run.header.specPath);
  };
  // After activation: looking for a store must not delay the window.
  const timer = setTimeout(() => {
    offer().catch((error: unknown) => {
      product.log.warn(`Interrupted runs could not be looked up: ${describeError(error)}`);
    });
  }, 0);
  return new vscode.Disposable(() => {
    disposed = true;
    clearTimeout(timer);
  });
}
