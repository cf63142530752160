/** The linter's thread: parsing a file of 5,000 lines takes longer than an editor may be held up. */
import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Diagnostic } from '../protocol/diagnostics.ts';
import { constraints } from './evaluation/constraints/table.ts';
import { metrics } from './evaluation/metrics/table.ts';
import { optimizers } from './optimizers/table.ts';
import { createSpecLanguage } from './spec/spec-language.ts';
import type { RuleSeverities } from './spec/rules/lint-rule.ts';

export interface LintRequest {
  readonly id: number;
  readonly text: string;
  /** Absolute. */
  readonly path: string;
  readonly severities: RuleSeverities;
}

export interface LintAnswer {
  readonly id: number;
  readonly diagnostics: readonly Diagnostic[];
}

const language = createSpecLanguage({ constraints, metrics, strategies: optimizers });

parentPort?.on('message', ({ id, text, path, severities }: LintRequest) => {
  const { diagnostics } = language.read(text, { path, files: { exists: existsSync }, severities });
  parentPort?.postMessage({ id, diagnostics } satisfies LintAnswer);
});
