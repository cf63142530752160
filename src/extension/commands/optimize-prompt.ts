/** Optimize Prompt: from an open file to a running search, then to a result to review. */
import * as vscode from 'vscode';
import type { OptimizationResult, OptimizeOptions, Task } from '../../engine/index.ts';
import { endedByLimit } from '../../protocol/advice.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import { keyProblem } from '../models/key-problem.ts';
import { showRunPanel } from '../panels/run-panel.ts';
import type { Product } from '../product.ts';
import type { RunSession } from '../runs/run-session.ts';
import { readSetting } from '../settings.ts';
import { showProgress } from '../views/progress-notification.ts';
import { confirmPlan } from './plan-run.ts';
import { promptDocument } from './prompt-document.ts';

/** What a keybinding, task or test may give instead of answering the picks. */
export interface OptimizeArguments extends OptimizeOptions {
  readonly uri?: vscode.Uri;
  /** True takes the forecast as confirmed. */
  readonly confirmed?: boolean;
}

function readArguments(given: unknown): OptimizeArguments {
  if (given instanceof vscode.Uri) return { uri: given };
  return typeof given === 'object' && given !== null ? given : {};
}

/** Resolves with the run's result, or undefined when the user left before it began. */
export async function optimizePrompt(
  product: Product,
  given?: unknown,
): Promise<OptimizationResult | null | undefined> {
  const { uri, confirmed = false, ...options } = readArguments(given);
  const document = await promptDocument(uri);
  const engine = await product.engine();
  const task = await engine.readTask(document.getText(), document.uri.fsPath);
  if (!(await isReady(task))) return undefined;
  const plan = confirmed ? await engine.plan(task, options) : await confirmPlan(product, engine, task, options);
  if (plan === undefined) return undefined;
  const session = await product.sessions.start(plan, document.uri.fsPath);
  if (readSetting('promptopt.openPanelOnStart')) showRunPanel(product, session);
  return await followRun(product, session);
}

/** Shows a live run to its end, then what came of it. */
export async function followRun(product: Product, session: RunSession): Promise<OptimizationResult | null> {
  await showProgress(session);
  // Not awaited: the command is done; the question stays until somebody answers it.
  void tellOutcome(product, session);
  return session.result;
}

async function isReady(task: Task): Promise<boolean> {
  const errors = task.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined) {
    const show = 'Show problems';
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const choice = await vscode.window.showErrorMessage(`${first.message}${more}`, show);
    if (choice === show) await vscode.commands.executeCommand('workbench.actions.view.problems');
    return false;
  }
  const [problem] = task.dataProblems;
  if (problem !== undefined) {
    throw new PromptOptError('data', problem.message, {
      remedy: `See ${vscode.workspace.asRelativePath(problem.file)}, line ${problem.line}.`,
      file: problem.file,
      line: problem.line,
    });
  }
  return true;
}

async function tellOutcome(product: Product, session: RunSession): Promise<void> {
  const { result, failure } = session;
  if (failure !== null) {
    await offerResume(product, session, failure);
    return;
  }
  if (result === null) return;
  const details = 'Details';
  const review = 'Review diff';
  const better = result.verdict?.outcome === 'better';
  const sentence = result.verdict?.sentence ?? 'The run ended before a verdict could be made. The original is kept.';
  const limit = 'New limit…';
  const choice = await vscode.window.showInformationMessage(
    sentence,
    ...(better ? [review] : []),
    ...(endedByLimit(result.stopReason) ? [limit] : []),
    details,
  );
  if (choice === limit) await vscode.commands.executeCommand('promptopt.raiseLimit', session.id, session.specPath);
  if (choice === review) await vscode.commands.executeCommand('promptopt.reviewResult', session.id, session.specPath);
  if (choice === details) await vscode.commands.executeCommand('promptopt.openRun', session.id, session.specPath);
}

/** After a failure: a new key where that was it, then the run goes on where it stopped. */
async function offerResume(product: Product, session: RunSession, failure: string): Promise<void> {
  const { providers } = await product.engine();
  const keyless = keyProblem(session.error, providers, product.keys);
  const [setKey, resume] = ['Set API key', 'Resume'];
  const choice = await vscode.window.showWarningMessage(
    keyless === null
      ? `${failure} Nothing that was paid for is lost.`
      : `${keyless.sentence} Nothing was lost; resume the run afterwards.`,
    ...(keyless === null ? [] : [setKey]),
    resume,
  );
  if (choice === undefined) return;
  const isReady =
    choice === resume || (await vscode.commands.executeCommand<boolean>('promptopt.setApiKey', keyless?.provider));
  if (!isReady) return;
  if (choice === setKey) {
    const next = await vscode.window.showInformationMessage(`The run on ${session.name} can go on now.`, resume);
    if (next === undefined) return;
  }
  await vscode.commands.executeCommand('promptopt.resumeRun', session.id, session.specPath);
}
