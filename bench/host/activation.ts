/** Activates the extension by opening a prompt file and reads what VS Code itself measured: its page "Startup Performance". */
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

const ID = 'promptopt.promptopt';

/** Milliseconds, as VS Code counts them. */
export interface Activation {
  /** Importing dist/extension/extension.js. */
  readonly load: number;
  /** The call of `activate`. */
  readonly call: number;
  /** Until what `activate` gave back was ready. */
  readonly finish: number;
}

/** The extension's row of `| Extension | Eager | Load Code | Call Activate | Finish Activate | …`. */
function readRow(text: string): Activation | null {
  const row = text.split('\n').find((line) => line.includes(ID));
  const [load, call, finish] = (row?.match(/\|\s*(\d+)\s*(?=\|)/g) ?? []).map((cell) =>
    Number(cell.replace(/\D/g, '')),
  );
  return load === undefined || call === undefined || finish === undefined ? null : { load, call, finish };
}

async function measured(): Promise<Activation> {
  await vscode.commands.executeCommand('perfview.show');
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    for (const document of vscode.workspace.textDocuments) {
      const row = document.uri.scheme === 'perf' ? readRow(document.getText()) : null;
      if (row !== null) return row;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const page = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf')?.getText();
  throw new Error(`VS Code's page does not name ${ID}: ${page ?? 'there is no page'}`);
}

export async function run(): Promise<void> {
  const [file] = await vscode.workspace.findFiles('support-triage/support-triage.prompt.yaml');
  if (file === undefined) throw new Error('The workspace has no example.');
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
  await vscode.extensions.getExtension(ID)?.activate();
  writeFileSync(process.env['PROMPTOPT_TEST_OUTPUT'] ?? '', JSON.stringify(await measured()));
}
