/** The extension's one composition root. */
import * as vscode from 'vscode';
import type { Engine } from '../engine/index.ts';
import type { LintClient } from '../engine/lint-client.ts';
import { createDocumentLinter } from './language/document-linter.ts';
import { createLastEvaluations } from './language/last-evaluations.ts';
import { createProviderKeys } from './models/provider-keys.ts';
import { vscodeModels } from './models/vscode-models.ts';
import type { Product } from './product.ts';
import { createRunSessions } from './runs/run-sessions.ts';
import { readSetting } from './settings.ts';

export interface Composed {
  readonly product: Product;
  close(): Promise<void>;
}

export function compose(context: vscode.ExtensionContext): Composed {
  const log = vscode.window.createOutputChannel('Prompt Optimizer', { log: true });
  context.subscriptions.push(log);
  const builtFile = (name: string): string =>
    vscode.Uri.joinPath(context.extensionUri, 'dist', 'extension', name).fsPath;

  let loading: Promise<Engine> | null = null;
  const keys = createProviderKeys({
    secrets: context.secrets,
    environment: process.env,
    isTrusted: () => vscode.workspace.isTrusted,
    changed: () =>
      void loading?.then((own) => {
        own.forgetConnections();
      }),
    warn: (sentence) => {
      log.warn(sentence);
    },
  });
  context.subscriptions.push(
    keys,
    vscode.workspace.onDidGrantWorkspaceTrust(() => void keys.reload()),
  );
  const load = async (): Promise<Engine> => {
    const { createEngine } = await import('../engine/index.ts');
    const workspace =
      vscode.workspace.workspaceFolders?.length === 1 ? vscode.workspace.workspaceFolders[0]?.uri : undefined;
    const concurrency = readSetting('promptopt.concurrency');
    const created = createEngine({
      workers: {
        store: builtFile('store-worker.js'),
        sandbox: builtFile('sandbox-worker.js'),
        tokenizer: builtFile('tokenizer-worker.js'),
        transformers: builtFile('transformers-worker.js'),
      },
      variable: (name) => keys.value(name),
      providers: [vscodeModels({ access: context.languageModelAccessInformation })],
      userData: context.globalStorageUri.fsPath,
      useCache: readSetting('promptopt.useCache'),
      // Unset leaves it to promptopt.config.yaml.
      ...(concurrency === null ? {} : { concurrency }),
      ...(workspace === undefined ? {} : { workspace: workspace.fsPath }),
    });
    await keys.load(created.providers.flatMap(({ keyVariable }) => (keyVariable === null ? [] : [keyVariable])));
    return created;
  };
  const engine = (): Promise<Engine> => (loading ??= load());
  let starting: Promise<LintClient> | null = null;
  const startLinter = async (): Promise<LintClient> => {
    const { createLintClient } = await import('../engine/lint-client.ts');
    return createLintClient({ workerPath: builtFile('lint-worker.js') });
  };

  const sessions = createRunSessions({ engine, log });
  const linter = createDocumentLinter({ client: () => (starting ??= startLinter()), log });
  const evaluations = createLastEvaluations(context.workspaceState);
  context.subscriptions.push(sessions, linter, evaluations);

  return {
    product: { context, engine, keys, sessions, linter, evaluations, log },
    async close() {
      sessions.abortAll();
      await (await starting)?.close();
      await (await loading)?.close();
    },
  };
}
