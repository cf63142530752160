/** The host's end of the sandbox: one question at a time, and a worker that is ended when it overruns. */
import { Worker } from 'node:worker_threads';
import { PromptOptError } from '../../protocol/errors.ts';
import type { Sandbox } from './constraints/constraint.ts';
import type { SandboxAnswer, SandboxRequest } from './sandbox-worker.ts';

export interface SandboxOptions {
  readonly workerPath: string | URL;
  /** Milliseconds one question may take once the worker is up, default 500. */
  readonly milliseconds?: number;
  /** Handed in: this room has no timers of its own. Returns a function that cancels. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
}

export interface WorkerSandbox extends Sandbox {
  close(): Promise<void>;
}

type Question =
  | { readonly kind: 'match'; readonly pattern: string; readonly flags: string; readonly text: string }
  | { readonly kind: 'evaluate'; readonly expression: string; readonly variables: string };

/** Starting a worker and its WASM takes longer than any question. */
const START_MILLISECONDS = 5000;

const wrong = (message: string): PromptOptError => new PromptOptError('data', message);

export function createWorkerSandbox({ workerPath, milliseconds = 500, after }: SandboxOptions): WorkerSandbox {
  let worker: Worker | null = null;
  let warm = false;
  let last: Promise<unknown> = Promise.resolve();
  let next = 0;

  const discard = (): void => {
    void worker?.terminate();
    worker = null;
    warm = false;
  };

  const ask = (question: Question): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker ??= new Worker(workerPath);
      worker.unref();
      const current = worker;
      const id = next++;
      const request: SandboxRequest =
        question.kind === 'match' ? { ...question, id } : { ...question, id, milliseconds };
      const done = (): void => {
        cancel();
        current.off('message', onMessage);
        current.off('error', onError);
        current.unref();
      };
      const cancel = after(warm ? milliseconds * 2 : milliseconds * 2 + START_MILLISECONDS, () => {
        done();
        discard();
        reject(wrong(`It took longer than ${milliseconds} ms and was stopped.`));
      });
      const onMessage = (answer: SandboxAnswer): void => {
        if (answer.id !== id) return;
        done();
        warm = true;
        if ('error' in answer) reject(wrong(answer.error));
        else resolve(answer.value);
      };
      const onError = (error: unknown): void => {
        done();
        discard();
        reject(wrong(error instanceof Error ? error.message : String(error)));
      };
      current.on('message', onMessage);
      current.on('error', onError);
      current.ref();
      current.postMessage(request);
    });

  const queued = (question: Question): Promise<unknown> => {
    const turn = last.then(() => ask(question));
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    matches: async (pattern, flags, text) => (await queued({ kind: 'match', pattern, flags, text })) === true,
    evaluate: (expression, variables) => queued({ kind: 'evaluate', expression, variables: JSON.stringify(variables) }),
    async close() {
      await worker?.terminate();
      worker = null;
    },
  };
}
