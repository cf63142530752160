/** The extension's entry: puts the product together and lets every feature register itself. */
import type * as vscode from 'vscode';
import { registerCommands } from './commands/register-commands.ts';
import { compose } from './compose.ts';
import { registerCodeLenses } from './language/code-lenses.ts';
import { registerDiagnostics } from './language/diagnostics.ts';
import { registerQuickFixes } from './language/quick-fixes.ts';
import { registerCostView } from './panels/cost-view.ts';
import { registerRunPanel } from './panels/run-panel.ts';
import type { Feature } from './product.ts';
import { offerResume } from './runs/resume-offer.ts';
import type { RunSessions } from './runs/run-sessions.ts';
import { registerResultDocuments } from './views/result-documents.ts';
import { registerStatusBar } from './views/status-bar.ts';

const features: readonly Feature[] = [
  registerCommands,
  registerDiagnostics,
  registerQuickFixes,
  registerCodeLenses,
  registerResultDocuments,
  registerStatusBar,
  registerRunPanel,
  registerCostView,
  offerResume,
];

/** Ends runs and closes stores; the next window offers to resume. */
let close: () => Promise<void> = () => Promise.resolve();

/** What other extensions get: the runs of this window. */
export interface ExtensionApi {
  readonly sessions: RunSessions;
}

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const composed = compose(context);
  close = () => composed.close();
  for (const feature of features) context.subscriptions.push(feature(composed.product));
  return { sessions: composed.product.sessions };
}

export async function deactivate(): Promise<void> {
  await close();
}
