/** Every command of the table, each with its handler. A missing or unknown one does not compile. */
import * as vscode from 'vscode';
import { describeError, isPromptOptError } from '../../protocol/errors.ts';
import { TRUSTED, commands } from '../contributions.ts';
import type { CommandContribution, CommandId } from '../contributions.ts';
import { keyProblem } from '../models/key-problem.ts';
import { showCosts } from '../panels/cost-view.ts';
import type { Product } from '../product.ts';
import { evaluatePrompt } from './evaluate-prompt.ts';
import { removeApiKey, setApiKey, testApiKey } from './key-commands.ts';
import { optimizePrompt } from './optimize-prompt.ts';
import { acceptResult, keepOriginal, reviewResult } from './review-result.ts';
import { openRun, raiseLimit, resumeRun, steerRun } from './run-commands.ts';

type Handler = (product: Product, ...args: unknown[]) => unknown;

const handlers: Readonly<Record<CommandId, Handler>> = {
  'promptopt.optimizePrompt': optimizePrompt,
  'promptopt.evaluatePrompt': evaluatePrompt,
  'promptopt.openRun': openRun,
  'promptopt.resumeRun': resumeRun,
  'promptopt.raiseLimit': raiseLimit,
  'promptopt.pauseRun': steerRun((session) => {
    session.pause();
  }),
  'promptopt.continueRun': steerRun((session) => {
    session.continue();
  }),
  'promptopt.stopRun': steerRun((session) => {
    session.stop('keep-best');
  }),
  'promptopt.discardRun': steerRun((session) => {
    session.stop('discard');
  }),
  'promptopt.reviewResult': reviewResult,
  'promptopt.acceptResult': acceptResult,
  'promptopt.keepOriginal': keepOriginal,
  'promptopt.setApiKey': setApiKey,
  'promptopt.testApiKey': testApiKey,
  'promptopt.removeApiKey': removeApiKey,
  'promptopt.showCosts': showCosts,
  'promptopt.showLog': ({ log }) => {
    log.show();
  },
};

/** What failed is said in a sentence and kept in the log; nothing is swallowed, nothing is thrown at the user. */
async function guarded(product: Product, id: CommandId, args: unknown[]): Promise<unknown> {
  const { enablement }: CommandContribution = commands[id];
  // A code lens or another extension reaches a command that is greyed out.
  if (enablement === TRUSTED && !vscode.workspace.isTrusted) {
    await offerTrust();
    return undefined;
  }
  try {
    return await handlers[id](product, ...args);
  } catch (error) {
    product.log.error(`${id}: ${isPromptOptError(error) ? error.message : String(error)}`);
    void offerHelp(product, error);
    return undefined;
  }
}

/** What went wrong, with what can be done about it here: a new key, or a look at the log. */
async function offerHelp(product: Product, error: unknown): Promise<void> {
  const [setKey, showLog] = ['Set API key', 'Show log'];
  // What failed may be the engine itself.
  const providers = await product.engine().then(
    (engine) => engine.providers,
    () => [],
  );
  const keyless = keyProblem(error, providers, product.keys);
  const choice = await vscode.window.showErrorMessage(
    keyless?.sentence ?? describeError(error),
    ...(keyless === null ? [] : [setKey]),
    showLog,
  );
  if (choice === showLog) product.log.show();
  if (choice === setKey) await vscode.commands.executeCommand('promptopt.setApiKey', keyless?.provider);
}

async function offerTrust(): Promise<void> {
  const manage = 'Manage trust';
  const choice = await vscode.window.showWarningMessage(
    'This folder is not trusted. Running a prompt file asks a model and may run scripts of the file.',
    manage,
  );
  if (choice === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

export function registerCommands(product: Product): vscode.Disposable {
  return vscode.Disposable.from(
    ...(Object.keys(commands) as CommandId[]).map((id) =>
      vscode.commands.registerCommand(id, (...args: unknown[]) => guarded(product, id, args)),
    ),
  );
}
