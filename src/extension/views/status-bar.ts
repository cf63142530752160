/** The status bar while runs are live: what they have found and spent. */
import * as vscode from 'vscode';
import { EMBEDDED_NOTICE, limits, spend } from '../../protocol/wording.ts';
import type { Product } from '../product.ts';
import type { RunSession } from '../runs/run-session.ts';
import { runWords } from './run-words.ts';

export function registerStatusBar({ sessions }: Product): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('promptopt.runs', vscode.StatusBarAlignment.Left);
  item.name = 'Prompt Optimizer';
  const update = (): void => {
    const [first, ...others] = sessions.live;
    if (first === undefined) {
      item.hide();
      return;
    }
    const icon = first.status === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
    item.text = `${icon} ${runWords(first)}${others.length === 0 ? '' : ` (+${others.length})`}`;
    item.tooltip = tooltipOf(first);
    item.accessibilityInformation = { label: `${first.name}: ${runWords(first)}` };
    item.command = { command: 'promptopt.openRun', title: 'Open Run', arguments: [first.id, first.specPath] };
    item.show();
  };
  return vscode.Disposable.from(item, sessions.onDidChange(update));
}

function tooltipOf(session: RunSession): string {
  const { view } = session;
  return [
    `${session.name}: ${view.started?.strategy ?? ''}`,
    `Spent ${spend(view.spent)} of ${limits(view.started?.limits ?? {})}; paid ${spend(view.paid)}.`,
    ...(view.started?.embedded === true ? [EMBEDDED_NOTICE] : []),
    'Click to open the run.',
  ].join('\n');
}
