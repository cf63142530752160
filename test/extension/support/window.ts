/** What the tests in VS Code share: files of their own, waiting for what the window shows, and the extension's runs. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension.ts';

export const EXTENSION_ID = 'promptopt.promptopt';

/** The extension, running. */
export async function activateExtension(): Promise<ExtensionApi> {
  const extension = vscode.extensions.getExtension<ExtensionApi>(EXTENSION_ID);
  if (extension === undefined) throw new Error(`${EXTENSION_ID} is not installed in this window.`);
  return await extension.activate();
}

/** A folder of this test's own inside the workspace. */
export function ownFolder(): string {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return mkdtempSync(join(root, 'test-'));
}

export const remove = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};

/** A prompt file with this text, open in an editor. */
export async function openPrompt(folder: string, text: string, name = 'one.prompt.yaml'): Promise<vscode.TextEditor> {
  const path = join(folder, name);
  writeFileSync(path, text);
  return await vscode.window.showTextDocument(vscode.Uri.file(path));
}

/** An example of the project copied into a folder; returns its spec. */
export function copyExample(folder: string, name: string): string {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  cpSync(join(root, name), join(folder, name), { recursive: true });
  return join(folder, name, `${name}.prompt.yaml`);
}

export const textOf = (path: string): string => readFileSync(path, 'utf8');

/** Resolves with the first value that is something; rejects with what was waited for. */
export async function until<T>(what: string, look: () => T | null | undefined | false, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
