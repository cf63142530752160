/** A live run in VS Code's own progress notification; Cancel stops the search and keeps the best. */
import * as vscode from 'vscode';
import { isLive } from '../runs/run-session.ts';
import type { RunSession } from '../runs/run-session.ts';
import { currentPhase, runWords, usedShare } from './run-words.ts';

/** Warnings that are worth a notification of their own. */
const ALERTS: readonly string[] = ['budget-50', 'budget-80', 'emergency-budget'];

/** Resolves when the run has ended. */
export async function showProgress(session: RunSession): Promise<void> {
  if (!isLive(session)) return;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Optimizing ${session.name}`, cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => {
        session.stop('keep-best');
      });
      let shown = 0;
      const told = new Set(session.view.warnings.map(({ code }) => code));
      const listening = session.onDidChange(() => {
        for (const { code, message } of session.view.warnings) {
          if (told.has(code) || !ALERTS.includes(code)) continue;
          told.add(code);
          void vscode.window.showWarningMessage(`${session.name}: ${message}`);
        }
        const used = usedShare(session);
        const phase = currentPhase(session);
        progress.report({
          message: [...(phase === undefined ? [] : [phase]), runWords(session)].join(' · '),
          increment: Math.max(0, used - shown) * 100,
        });
        shown = Math.max(shown, used);
      });
      await session.ended;
      listening.dispose();
    },
  );
}
