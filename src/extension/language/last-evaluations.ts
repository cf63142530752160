/** The score each file had when it was last evaluated: figures only, kept with the workspace. */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { Estimate, EvaluationReport } from '../../engine/index.ts';

export interface LastEvaluation {
  readonly estimate: Estimate;
  readonly split: string;
  readonly model: string;
  readonly usd: number;
  /** Whether the text is still the one that was evaluated. */
  readonly current: boolean;
}

interface Kept extends Omit<LastEvaluation, 'current'> {
  readonly textHash: string;
}

export interface LastEvaluations {
  dispose(): void;
  of(document: vscode.TextDocument): LastEvaluation | undefined;
  /** `text` is what was evaluated: the document may have changed since. */
  remember(uri: vscode.Uri, text: string, report: EvaluationReport): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

const keyOf = (uri: vscode.Uri): string => `evaluation:${uri.toString()}`;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export function createLastEvaluations(memory: vscode.Memento): LastEvaluations {
  const changed = new vscode.EventEmitter<void>();
  return {
    of(document) {
      const kept = memory.get<Kept>(keyOf(document.uri));
      if (kept === undefined) return undefined;
      const { textHash, ...last } = kept;
      return { ...last, current: textHash === hashOf(document.getText()) };
    },
    async remember(uri, text, { estimate, split, model, paid }) {
      const kept: Kept = { estimate, split, model, usd: paid.usd, textHash: hashOf(text) };
      await memory.update(keyOf(uri), kept);
      changed.fire();
    },
    onDidChange: changed.event,
    dispose() {
      changed.dispose();
    },
  };
}
