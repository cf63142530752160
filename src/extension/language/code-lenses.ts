/** Above a prompt file: its last score, and the two things done most. */
import * as vscode from 'vscode';
import { count, money, plusMinus } from '../../protocol/wording.ts';
import type { Product } from '../product.ts';
import { PROMPT_DOCUMENTS } from './document-linter.ts';
import type { LastEvaluation } from './last-evaluations.ts';

const TOP = new vscode.Range(0, 0, 0, 0);

/** `0.42 ± 0.12 on 60 validation rows · $0.00`. */
function scoreWords(last: LastEvaluation | undefined): string {
  if (last === undefined) return 'not evaluated yet';
  const { estimate, split, usd, current } = last;
  const rows = `${count(estimate.rows)} ${split === 'all' ? '' : `${split} `}rows`;
  return `${plusMinus(estimate)} on ${rows} · ${money(usd)}${current ? '' : ' · changed since'}`;
}

export function registerCodeLenses({ evaluations }: Product): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider(PROMPT_DOCUMENTS, {
    onDidChangeCodeLenses: evaluations.onDidChange,
    provideCodeLenses(document) {
      const last = evaluations.of(document);
      const lens = (title: string, command: string, tooltip: string): vscode.CodeLens =>
        new vscode.CodeLens(TOP, { title, command, tooltip, arguments: [document.uri] });
      return [
        lens(
          scoreWords(last),
          'promptopt.evaluatePrompt',
          last === undefined ? 'Evaluate the prompt' : `Evaluated on ${last.model}`,
        ),
        lens('Evaluate', 'promptopt.evaluatePrompt', 'Ask the model for every row and score the replies'),
        lens(
          'Optimize',
          'promptopt.optimizePrompt',
          'Search for a better prompt within a limit, and prove the gain on held-out rows',
        ),
      ];
    },
  });
}
