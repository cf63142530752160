/** What the linter says, as VS Code's own diagnostics, while typing. */
import * as vscode from 'vscode';
import type { Diagnostic, Severity } from '../../engine/index.ts';
import type { Product } from '../product.ts';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** The name diagnostics carry in the problems view. */
export const DIAGNOSTIC_SOURCE = 'promptopt';

export const toRange = ({ range: { start, end } }: Diagnostic): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

function toDiagnostic(found: Diagnostic): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(found), found.message, SEVERITIES[found.severity]);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  diagnostic.code = found.rule;
  return diagnostic;
}

export function registerDiagnostics({ linter }: Product): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection(DIAGNOSTIC_SOURCE);
  const touchAll = (): void => {
    for (const document of vscode.workspace.textDocuments) linter.touch(document);
  };
  touchAll();
  return vscode.Disposable.from(
    collection,
    linter.onDidLint((document) => {
      collection.set(document.uri, linter.diagnosticsOf(document).map(toDiagnostic));
    }),
    vscode.workspace.onDidOpenTextDocument((document) => {
      linter.touch(document);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      linter.touch(document);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      linter.forget(document);
      collection.delete(document.uri);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('promptopt.lint')) touchAll();
    }),
  );
}
