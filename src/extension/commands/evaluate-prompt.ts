/** Evaluate Prompt: one evaluation of an open file; the code lens above it then shows the score. */
import * as vscode from 'vscode';
import type { EvaluationReport } from '../../engine/index.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import { count, plusMinus, spend } from '../../protocol/wording.ts';
import type { Product } from '../product.ts';
import { promptDocument } from './prompt-document.ts';

/** Resolves with the report, or undefined when it was cancelled. */
export async function evaluatePrompt(product: Product, uri?: unknown): Promise<EvaluationReport | undefined> {
  const document = await promptDocument(uri);
  const engine = await product.engine();
  const text = document.getText();
  const task = await engine.readTask(text, document.uri.fsPath);
  const name = task.spec?.name ?? 'the prompt';
  return await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Evaluating ${name}`, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => {
        controller.abort();
      });
      let shown = 0;
      try {
        const report = await engine.evaluate(task, {
          signal: controller.signal,
          onRow(done, of) {
            progress.report({ message: `${count(done)} of ${count(of)} rows`, increment: ((done - shown) / of) * 100 });
            shown = done;
          },
        });
        await product.evaluations.remember(document.uri, text, report);
        void vscode.window.showInformationMessage(
          `${name}: ${plusMinus(report.estimate)} on ${count(report.estimate.rows)} ${report.split === 'all' ? '' : `${report.split} `}rows. ${spend(report.paid)}.`,
        );
        return report;
      } catch (error) {
        if (controller.signal.aborted && isPromptOptError(error)) return undefined;
        throw error;
      }
    },
  );
}
