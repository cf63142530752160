/** A task that can be run: no error in its file, no row or data file that cannot be used. */
import { PromptOptError } from '../protocol/errors.ts';
import type { Splits } from './data/example.ts';
import type { Task } from './engine.ts';
import type { TaskSpec } from './spec/task-spec.ts';

export const NO_SPLITS: Splits = { train: [], validation: [], test: [], notes: [] };

/** @throws PromptOptError `spec` or `data` with the first problem, and how many more there are. */
export function requireReady(task: Task): TaskSpec {
  const error = task.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (task.spec === null || error !== undefined) {
    const errors = task.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    const more = errors > 1 ? ` (and ${errors - 1} more)` : '';
    throw new PromptOptError('spec', `${error?.message ?? 'The file is no prompt file.'}${more}`, {
      remedy: `See all with \`promptopt lint ${task.path}\`.`,
      file: task.path,
      line: (error?.range.start.line ?? 0) + 1,
    });
  }
  const [problem] = task.dataProblems;
  if (problem !== undefined) {
    const more = task.dataProblems.length > 1 ? ` (and ${task.dataProblems.length - 1} more)` : '';
    throw new PromptOptError('data', `${problem.message}${more}`, { file: problem.file, line: problem.line });
  }
  return task.spec;
}
