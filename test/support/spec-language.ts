/** The spec language with the product's own tables, as create-engine builds it. */
import { constraints } from '../../src/engine/evaluation/constraints/table.ts';
import { metrics } from '../../src/engine/evaluation/metrics/table.ts';
import { optimizers } from '../../src/engine/optimizers/table.ts';
import { createSpecLanguage } from '../../src/engine/spec/spec-language.ts';
import type { ReadOptions } from '../../src/engine/spec/spec-language.ts';
import type { Diagnostic } from '../../src/protocol/diagnostics.ts';

export const language = createSpecLanguage({ constraints, metrics, strategies: optimizers });

export const lint = (text: string, options: Partial<ReadOptions> = {}): readonly Diagnostic[] =>
  language.read(text, { path: '/tasks/task.prompt.yaml', ...options }).diagnostics;

/** `rule 3:5-3:9`, one-based, as an editor shows places. */
export const places = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map(
    ({ rule, range: { start, end } }) =>
      `${rule} ${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1}`,
  );

/** The text with a diagnostic's fix applied. */
export function mended(text: string, diagnostic: Diagnostic): string {
  const edits = (diagnostic.fix?.edits ?? []).toSorted((a, b) => b.span.start - a.span.start);
  return edits.reduce((now, { span, newText }) => now.slice(0, span.start) + newText + now.slice(span.end), text);
}
