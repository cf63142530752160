/** Types into a prompt file of 5,000 lines and waits for what the linter says of it, as an editor shows it. */
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { longSpec } from '../support/long-spec.ts';

const ROUNDS = 15;
const LONGEST_MS = 20_000;

const errorsOf = (uri: vscode.Uri): number => vscode.languages.getDiagnostics(uri).length;

/** Resolves when the file has as many diagnostics as `fits` wants. */
function diagnosed(uri: vscode.Uri, fits: (count: number) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${errorsOf(uri)} diagnostics after ${LONGEST_MS / 1000} s.`));
    }, LONGEST_MS);
    const subscription = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some((changed) => changed.toString() === uri.toString()) || !fits(errorsOf(uri))) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    });
  });
}

export async function run(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'prompt-yaml', content: longSpec(5000, 2000) });
  const editor = await vscode.window.showTextDocument(document);
  await vscode.extensions.getExtension('promptopt.promptopt')?.activate();
  const word = document.getText().indexOf('{{message}}');
  const range = (length: number): vscode.Range =>
    new vscode.Range(document.positionAt(word), document.positionAt(word + length));
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    // A placeholder that names no input is a problem: it shows that this very text was linted.
    const wrong = diagnosed(document.uri, (count) => count > 0);
    await editor.edit((edit) => {
      edit.replace(range('{{message}}'.length), '{{massage}}');
    });
    const start = performance.now();
    await wrong;
    times.push(performance.now() - start);
    const right = diagnosed(document.uri, (count) => count === 0);
    await editor.edit((edit) => {
      edit.replace(range('{{massage}}'.length), '{{message}}');
    });
    await right;
  }
  writeFileSync(process.env['PROMPTOPT_TEST_OUTPUT'] ?? '', JSON.stringify(times));
}
