/** A quick pick as a promise, with a title, a step and a way back. */
import * as vscode from 'vscode';

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface PickOptions<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly step: number;
  readonly of: number;
  readonly choices: readonly Choice<T>[];
  /** Offers what was typed as a value too; returns the sentence that refuses it, or null. */
  readonly typed?: { readonly label: (text: string) => string; readonly value: (text: string) => T };
}

/** The chosen value; `back` when the user wants the step before, undefined when they left. */
export async function pick<T>(options: PickOptions<T>): Promise<T | 'back' | undefined> {
  const box = vscode.window.createQuickPick<Choice<T>>();
  box.title = options.title;
  box.placeholder = options.placeholder;
  box.step = options.step;
  box.totalSteps = options.of;
  box.items = [...options.choices];
  box.matchOnDescription = true;
  box.ignoreFocusOut = true;
  if (options.step > 1) box.buttons = [vscode.QuickInputButtons.Back];
  const { typed } = options;
  if (typed !== undefined) {
    box.onDidChangeValue((text) => {
      const own: Choice<T>[] =
        text.trim() === ''
          ? []
          : [{ label: typed.label(text.trim()), value: typed.value(text.trim()), alwaysShow: true }];
      box.items = [...options.choices, ...own];
    });
  }
  try {
    return await new Promise<T | 'back' | undefined>((resolve) => {
      box.onDidAccept(() => {
        const [chosen] = box.selectedItems;
        if (chosen !== undefined) resolve(chosen.value);
      });
      box.onDidTriggerButton(() => {
        resolve('back');
      });
      box.onDidHide(() => {
        resolve(undefined);
      });
      box.show();
    });
  } finally {
    box.dispose();
  }
}
