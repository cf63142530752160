/** The run panel beside the editor: a snapshot when the page is ready, then what changed. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { describeError } from '../../protocol/errors.ts';
import { readPanelMessage } from '../../protocol/messages.ts';
import type { HostMessage, PanelMessage, RunPanelState } from '../../protocol/messages.ts';
import { RUN_PANEL } from '../contributions.ts';
import type { Product } from '../product.ts';
import type { RunSession } from '../runs/run-session.ts';
import { candidateText } from './candidate-text.ts';
import { pageFolder, pageHtml } from './page.ts';
import { runPanelState, stateChanges } from './run-panel-state.ts';

const PAGE = 'run-panel';

/** What a page keeps to be opened again after a reload. */
interface Kept {
  readonly runId: string;
  readonly specPath: string;
}

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' &&
  value !== null &&
  'runId' in value &&
  typeof value.runId === 'string' &&
  'specPath' in value &&
  typeof value.specPath === 'string';

/** Panels that are open, by run. */
const open = new WeakMap<RunSession, vscode.WebviewPanel>();

/** Opens the panel of a run beside the file, or brings it to the front. */
export function showRunPanel(product: Product, session: RunSession): void {
  const known = open.get(session);
  if (known !== undefined) {
    known.reveal(undefined, true);
    return;
  }
  const panel = vscode.window.createWebviewPanel(
    RUN_PANEL,
    session.name,
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    { enableScripts: true, localResourceRoots: [pageFolder(product.context.extensionUri)] },
  );
  connect(product, panel, session);
}

export function registerRunPanel(product: Product): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(RUN_PANEL, {
    async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
      panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(product.context.extensionUri)] };
      const session = isKept(state) ? await product.sessions.open(dirname(state.specPath), state.runId) : null;
      if (session !== null) connect(product, panel, session);
      else if (isKept(state)) sayGone(product, panel, state);
      else panel.dispose();
    },
  });
}

/** A panel that was open when its run was deleted: says so, and still leads to the file. */
function sayGone(product: Product, panel: vscode.WebviewPanel, { specPath }: Kept): void {
  const { webview } = panel;
  const listening = webview.onDidReceiveMessage((value: unknown) => {
    const message = readPanelMessage(value);
    const gone: HostMessage = { type: 'gone' };
    if (message?.type === 'ready') void webview.postMessage(gone);
    if (message?.type === 'open-spec') {
      showSpec(specPath).catch((error: unknown) => {
        product.log.error(describeError(error));
      });
    }
  });
  panel.onDidDispose(() => {
    listening.dispose();
  });
  webview.html = pageHtml(webview, product.context.extensionUri, PAGE, panel.title);
}

async function showSpec(specPath: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(specPath), { viewColumn: vscode.ViewColumn.One });
}

function connect(product: Product, panel: vscode.WebviewPanel, first: RunSession): void {
  const { webview } = panel;
  let session = first;
  open.set(session, panel);
  let sent: RunPanelState | null = null;
  const post = (message: HostMessage): void => {
    void webview.postMessage(message);
  };
  const listening = [
    product.sessions.onDidChange((changed) => {
      if (changed.id !== session.id) return;
      if (changed !== session) {
        // The run was resumed: the same run goes on in another session, and in this panel.
        session = changed;
        open.set(session, panel);
      }
      // Before the page is ready there is nobody to tell; the snapshot will say it all.
      if (sent === null) return;
      const state = stateOf(session);
      post(stateChanges(sent, state));
      sent = state;
    }),
    webview.onDidReceiveMessage((value: unknown) => {
      const message = readPanelMessage(value);
      if (message === null) {
        product.log.warn('A panel sent a message that is none.');
        return;
      }
      if (message.type === 'ready') {
        sent = stateOf(session);
        post({ type: 'snapshot', state: sent });
        return;
      }
      answer(product, session, message, post).catch((error: unknown) => {
        product.log.error(describeError(error));
      });
    }),
  ];
  panel.onDidDispose(() => {
    open.delete(session);
    for (const each of listening) each.dispose();
  });
  webview.html = pageHtml(webview, product.context.extensionUri, PAGE, session.name);
}

const stateOf = (session: RunSession): RunPanelState =>
  runPanelState(session, vscode.workspace.asRelativePath(session.specPath));

async function answer(
  product: Product,
  session: RunSession,
  message: Exclude<PanelMessage, { readonly type: 'ready' }>,
  post: (message: HostMessage) => void,
): Promise<void> {
  switch (message.type) {
    case 'pause':
      session.pause();
      break;
    case 'continue':
      session.continue();
      break;
    case 'stop':
      session.stop('keep-best');
      break;
    case 'discard':
      session.stop('discard');
      break;
    case 'resume':
      await vscode.commands.executeCommand('promptopt.resumeRun', session.id, session.specPath);
      break;
    case 'review':
      await vscode.commands.executeCommand('promptopt.reviewResult', session.id, session.specPath);
      break;
    case 'new-limit':
      await vscode.commands.executeCommand('promptopt.raiseLimit', session.id, session.specPath);
      break;
    case 'open-spec':
      await showSpec(session.specPath);
      break;
    case 'show-log':
      product.log.show();
      break;
    case 'candidate':
      post({ type: 'candidate', hash: message.hash, text: await candidateText(session, message.hash) });
      break;
  }
}
