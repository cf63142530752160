/** The linter's fixes as light bulbs, and a way to switch a rule off for one line. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../engine/index.ts';
import type { Product } from '../product.ts';
import { DIAGNOSTIC_SOURCE, toRange } from './diagnostics.ts';
import { PROMPT_DOCUMENTS } from './document-linter.ts';

function fixOf(document: vscode.TextDocument, found: Diagnostic, shown: vscode.Diagnostic[]): vscode.CodeAction | null {
  if (found.fix === undefined) return null;
  const action = new vscode.CodeAction(found.fix.title, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  for (const { span, newText } of found.fix.edits) {
    const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
    action.edit.replace(document.uri, range, newText);
  }
  action.diagnostics = shown;
  action.isPreferred = true;
  return action;
}

function disableOf(document: vscode.TextDocument, found: Diagnostic, shown: vscode.Diagnostic[]): vscode.CodeAction[] {
  if (found.disable === undefined) return [];
  const action = new vscode.CodeAction(`Disable ${found.rule} for this line`, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  // The linter knows the line: above a line of a block of text, the comment would become part of the prompt.
  action.edit.insert(document.uri, document.positionAt(found.disable.span.start), found.disable.newText);
  action.diagnostics = shown;
  return [action];
}

export function registerQuickFixes({ linter }: Product): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    PROMPT_DOCUMENTS,
    {
      provideCodeActions(document, range, context) {
        return linter
          .diagnosticsOf(document)
          .filter((found) => toRange(found).intersection(range) !== undefined)
          .flatMap((found) => {
            const shown = context.diagnostics.filter(
              ({ source, code, range: at }) =>
                source === DIAGNOSTIC_SOURCE && code === found.rule && at.isEqual(toRange(found)),
            );
            const fix = fixOf(document, found, shown);
            return [...(fix === null ? [] : [fix]), ...disableOf(document, found, shown)];
          });
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}
