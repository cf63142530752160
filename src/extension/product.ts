/** What the extension's features share: made once by `compose.ts` and handed to each. */
import type * as vscode from 'vscode';
import type { Engine } from '../engine/index.ts';
import type { DocumentLinter } from './language/document-linter.ts';
import type { LastEvaluations } from './language/last-evaluations.ts';
import type { ProviderKeys } from './models/provider-keys.ts';
import type { RunSessions } from './runs/run-sessions.ts';

export interface Product {
  readonly context: vscode.ExtensionContext;
  /** Loads the engine on first use. */
  engine(): Promise<Engine>;
  readonly keys: ProviderKeys;
  /** Runs of this window and stored ones that were opened. */
  readonly sessions: RunSessions;
  readonly linter: DocumentLinter;
  readonly evaluations: LastEvaluations;
  /** Ids and sentences only: no prompt, row or reply. */
  readonly log: vscode.LogOutputChannel;
}

/** One part of the extension: registers itself and answers with what to dispose of. */
export type Feature = (product: Product) => vscode.Disposable;
