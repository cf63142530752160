/** Everything a report of a run shows, gathered from the store: the result, the folded events, the file before and after. */
import { PromptOptError } from '../../protocol/errors.ts';
import { foldRun } from '../../protocol/folds/run-view.ts';
import type { RunView } from '../../protocol/folds/run-view.ts';
import type { OptimizationResult, PromptText } from '../../protocol/result.ts';
import type { ResultsStore } from '../experiments/store.ts';

export interface RunReport {
  readonly result: OptimizationResult;
  readonly view: RunView;
  readonly specPath: string;
  /** The file's text as the run read it, and with the chosen prompt in it. */
  readonly before: string;
  readonly after: string;
  readonly engineVersion: string;
}

/** The file's text with another prompt in it. */
export type WriteBack = (text: string, path: string, prompt: PromptText) => string;

/** @throws PromptOptError `usage` for a run that is unknown or has no result yet. */
export async function gatherReport(store: ResultsStore, runId: string, writeBack: WriteBack): Promise<RunReport> {
  const record = await store.load(runId);
  if (record === null) {
    throw new PromptOptError('usage', `There is no run "${runId}".`, {
      remedy: 'List the runs with `promptopt runs list`.',
    });
  }
  if (record.header.kind === 'session')
    throw new PromptOptError('usage', `${runId} is a session of \`promptopt serve\`: there is no report of it.`);
  if (record.result === null) {
    throw new PromptOptError('usage', `Run ${runId} has no result yet: it is ${record.status}.`, {
      remedy: `Go on with it by \`promptopt runs resume ${runId}\`.`,
    });
  }
  const { specPath, specText, engineVersion } = record.header;
  // The store keeps what the engine wrote: the document of a finished run.
  const result = record.result as OptimizationResult;
  return {
    result,
    view: foldRun(await store.events(runId)),
    specPath,
    before: specText,
    after: result.chosen.hash === result.original.hash ? specText : writeBack(specText, specPath, result.chosen),
    engineVersion,
  };
}
