/** Settings by their full id, as the table in `contributions.ts` names them. */
import * as vscode from 'vscode';
import { settings } from './contributions.ts';
import type { ContextKey, SettingId } from './contributions.ts';

type Widened<T> = T extends number ? number : T extends boolean ? boolean : T;

/** The user's value, else the default. */
export function readSetting<Id extends SettingId>(id: Id): Widened<(typeof settings)[Id]> {
  const dot = id.indexOf('.');
  const value = vscode.workspace.getConfiguration(id.slice(0, dot)).get(id.slice(dot + 1));
  // VS Code hands out objects that no thread can be sent.
  const plain = typeof value === 'object' && value !== null ? { ...value } : value;
  return (plain ?? settings[id]) as Widened<(typeof settings)[Id]>;
}

export function setContext(key: ContextKey, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
