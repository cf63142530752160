/** Lints open prompt files in a worker thread and keeps what it last said of each. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../engine/index.ts';
import type { LintClient } from '../../engine/lint-client.ts';
import { describeError } from '../../protocol/errors.ts';
import { LANGUAGE_ID } from '../contributions.ts';
import { readSetting } from '../settings.ts';

/** How long after the last key a file is linted: at once would lint every half-written word. */
const PAUSE_MS = 80;

/** Files whose text a person edits: not results under review, not the old side of a commit. */
export const PROMPT_DOCUMENTS: vscode.DocumentSelector = [
  { language: LANGUAGE_ID, scheme: 'file' },
  { language: LANGUAGE_ID, scheme: 'untitled' },
];

export interface DocumentLinter {
  dispose(): void;
  /** Asks for a new look at a document some time soon. */
  touch(document: vscode.TextDocument): void;
  forget(document: vscode.TextDocument): void;
  /** What is known of a document; empty when it has changed since. */
  diagnosticsOf(document: vscode.TextDocument): readonly Diagnostic[];
  readonly onDidLint: vscode.Event<vscode.TextDocument>;
}

export interface DocumentLinterOptions {
  /** Starts the worker on first use. */
  readonly client: () => Promise<LintClient>;
  readonly log: vscode.LogOutputChannel;
}

export function createDocumentLinter({ client, log }: DocumentLinterOptions): DocumentLinter {
  const waiting = new Map<string, NodeJS.Timeout>();
  const known = new Map<string, { readonly version: number; readonly diagnostics: readonly Diagnostic[] }>();
  const linted = new vscode.EventEmitter<vscode.TextDocument>();

  const lint = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const severities = readSetting('promptopt.lint.severities');
    const diagnostics = await (await client()).lint(document.getText(), document.uri.fsPath, { severities });
    // Superseded by a newer text, or closed meanwhile.
    if (diagnostics === null || document.isClosed || document.version !== version) return;
    known.set(document.uri.toString(), { version, diagnostics });
    linted.fire(document);
  };

  return {
    touch(document) {
      if (vscode.languages.match(PROMPT_DOCUMENTS, document) === 0) return;
      const key = document.uri.toString();
      clearTimeout(waiting.get(key));
      const timer = setTimeout(() => {
        waiting.delete(key);
        lint(document).catch((error: unknown) => {
          log.error(`Linting failed: ${describeError(error)}`);
        });
      }, PAUSE_MS);
      waiting.set(key, timer);
    },
    forget(document) {
      const key = document.uri.toString();
      clearTimeout(waiting.get(key));
      waiting.delete(key);
      known.delete(key);
    },
    diagnosticsOf(document) {
      const last = known.get(document.uri.toString());
      return last?.version === document.version ? last.diagnostics : [];
    },
    onDidLint: linted.event,
    dispose() {
      for (const timer of waiting.values()) clearTimeout(timer);
      linted.dispose();
    },
  };
}
