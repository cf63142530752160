/** The cost view: what a workspace has paid, told to its page when it asks and while runs go on. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { readCostMessage } from '../../protocol/cost-messages.ts';
import type { CostHostMessage, CostPageMessage } from '../../protocol/cost-messages.ts';
import { describeError, PromptOptError } from '../../protocol/errors.ts';
import { nearestFolder } from '../commands/run-commands.ts';
import { COST_VIEW } from '../contributions.ts';
import type { Product } from '../product.ts';
import { pageFolder, pageHtml } from './page.ts';
import { showRunPanel } from './run-panel.ts';

const PAGE = 'cost-view';
const TITLE = 'Costs';

/** A run that goes on is added up again no more often than this. */
const AGAIN_MS = 2_000;

/** One view a window; there is one account. */
const open = new WeakMap<Product, vscode.WebviewPanel>();

/** Opens the cost view of the workspace, or brings it to the front. @throws PromptOptError `usage` without a folder. */
export function showCosts(product: Product): void {
  const known = open.get(product);
  if (known !== undefined) {
    known.reveal(undefined, true);
    return;
  }
  const folder = nearestFolder();
  if (folder === undefined) {
    throw new PromptOptError('usage', 'No folder is open.', { remedy: 'Open the folder your prompt files are in.' });
  }
  const panel = vscode.window.createWebviewPanel(COST_VIEW, TITLE, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [pageFolder(product.context.extensionUri)],
  });
  connect(product, panel, folder);
}

export function registerCostView(product: Product): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(COST_VIEW, {
    deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
      panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(product.context.extensionUri)] };
      const kept = typeof state === 'object' && state !== null && 'folder' in state ? state.folder : undefined;
      const folder = typeof kept === 'string' ? kept : nearestFolder();
      if (folder === undefined) panel.dispose();
      else connect(product, panel, folder);
      return Promise.resolve();
    },
  });
}

function connect(product: Product, panel: vscode.WebviewPanel, folder: string): void {
  const { webview } = panel;
  open.set(product, panel);
  const post = (message: CostHostMessage): void => {
    void webview.postMessage(message);
  };
  const tell = async (): Promise<void> => {
    try {
      const engine = await product.engine();
      const store = await engine.store(folder);
      post({
        type: 'costs',
        state: { folder, where: homeWords(store.location.path), account: await engine.costs(store) },
      });
    } catch (error) {
      product.log.error(`The account could not be read: ${describeError(error)}`);
      post({ type: 'failed', sentence: describeError(error) });
    }
  };
  let ready = false;
  let timer: NodeJS.Timeout | undefined;
  const listening = [
    product.sessions.onDidChange(() => {
      if (!ready || !panel.visible) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void tell();
      }, AGAIN_MS);
    }),
    webview.onDidReceiveMessage((value: unknown) => {
      const message = readCostMessage(value);
      if (message === null) {
        product.log.warn('A panel sent a message that is none.');
        return;
      }
      ready = true;
      answer(product, folder, message, tell).catch((error: unknown) => {
        product.log.error(describeError(error));
      });
    }),
  ];
  panel.onDidDispose(() => {
    open.delete(product);
    clearTimeout(timer);
    for (const each of listening) each.dispose();
  });
  webview.html = pageHtml(webview, product.context.extensionUri, PAGE, TITLE);
}

/** The folder whose results a store holds, as a person would write it. */
function homeWords(storePath: string): string {
  const home = dirname(dirname(storePath));
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(home));
  return root?.uri.fsPath === home ? root.name : vscode.workspace.asRelativePath(home);
}

async function answer(
  product: Product,
  folder: string,
  message: CostPageMessage,
  tell: () => Promise<void>,
): Promise<void> {
  switch (message.type) {
    case 'ready':
    case 'refresh':
      await tell();
      break;
    case 'optimize':
      await vscode.commands.executeCommand('promptopt.optimizePrompt');
      break;
    case 'show-log':
      product.log.show();
      break;
    case 'open-run':
      await openRun(product, folder, message.runId);
      break;
  }
}

async function openRun(product: Product, folder: string, runId: string): Promise<void> {
  const session = await product.sessions.open(folder, runId);
  if (session === null) void vscode.window.showInformationMessage('This run is not in the store any more.');
  else showRunPanel(product, session);
}
