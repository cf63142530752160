/** One run as the window sees it: live, or opened again from the store. */
import * as vscode from 'vscode';
import { describeError } from '../../protocol/errors.ts';
import type { OptimizationResult, PromptText, Run, RunRecord, RunStatus, StoredEvent } from '../../engine/index.ts';
import { createRunFold } from '../../protocol/folds/run-view.ts';
import type { RunView } from '../../protocol/folds/run-view.ts';

/** Views are told of changes at most four times a second. */
const TELL_MS = 250;

export interface RunSession {
  readonly id: string;
  readonly name: string;
  /** Absolute path of the spec when the run began. */
  readonly specPath: string;
  /** `running`, `paused` and `stopping` are live; the rest have ended here. */
  readonly status: RunStatus | 'stopping';
  readonly view: RunView;
  readonly result: OptimizationResult | null;
  /** What ended the run before a verdict, as a sentence. */
  readonly failure: string | null;
  /** The same as it was thrown; null while nothing was. */
  readonly error: unknown;
  readonly onDidChange: vscode.Event<void>;
  /** Resolves when the run has ended, however it did. */
  readonly ended: Promise<void>;
  /** The text of a candidate; null when it was never stored. */
  prompt(hash: string): Promise<PromptText | null>;
  pause(): void;
  continue(): void;
  stop(mode: 'keep-best' | 'discard'): void;
  /** Leaves at once, resumable. */
  abort(): void;
  dispose(): void;
}

export interface SessionParts {
  readonly record: RunRecord;
  /** What the run had said before this window. */
  readonly earlier: readonly StoredEvent[];
  /** Absent for a run that only shows what is stored. */
  readonly run?: Run;
  readonly readPrompt: (hash: string) => Promise<PromptText | null>;
}

export function createRunSession({ record, earlier, run, readPrompt }: SessionParts): RunSession {
  const { header } = record;
  const fold = createRunFold();
  for (const { event, time } of earlier) fold.add({ event, time });
  const changed = new vscode.EventEmitter<void>();
  let status: RunSession['status'] = run === undefined ? record.status : 'running';
  let result = (record.result as OptimizationResult | null | undefined) ?? null;
  let failure: string | null = null;
  let thrown: unknown = null;
  let view: RunView | null = null;
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    view = null;
    timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire();
    }, TELL_MS);
  };
  const setStatus = (next: RunSession['status']): void => {
    status = next;
    tell();
  };

  const follow = async (live: Run): Promise<void> => {
    try {
      for await (const event of live) {
        fold.add({ event, time: Date.now() });
        tell();
      }
      result = await live.result;
      setStatus(result.verdict === null && status === 'stopping' ? 'discarded' : 'done');
    } catch (error) {
      thrown = error;
      failure = describeError(error);
      setStatus('interrupted');
    }
  };

  return {
    id: header.id,
    name: header.name,
    specPath: header.specPath,
    get status() {
      return status;
    },
    get view() {
      return (view ??= fold.view());
    },
    get result() {
      return result;
    },
    get failure() {
      return failure;
    },
    get error() {
      return thrown;
    },
    onDidChange: changed.event,
    ended: run === undefined ? Promise.resolve() : follow(run),
    prompt: readPrompt,
    pause() {
      if (status !== 'running') return;
      run?.pause();
      setStatus('paused');
    },
    continue() {
      if (status !== 'paused') return;
      run?.resume();
      setStatus('running');
    },
    stop(mode) {
      if (status !== 'running' && status !== 'paused') return;
      run?.stop(mode);
      setStatus('stopping');
    },
    abort() {
      run?.abort();
    },
    dispose() {
      clearTimeout(timer);
      changed.dispose();
    },
  };
}

export const isLive = ({ status }: RunSession): boolean =>
  status === 'running' || status === 'paused' || status === 'stopping';
