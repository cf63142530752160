/** The host's end of the linter's thread: the newest text of a file wins, and a thread that died is started again once. */
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '../protocol/diagnostics.ts';
import { PromptOptError } from '../protocol/errors.ts';
import type { LintOptions } from './engine.ts';
import type { LintAnswer, LintRequest } from './lint-worker.ts';

export interface LintClientOptions {
  /** The entry of lint-worker, as source or bundle. */
  readonly workerPath: string | URL;
}

export interface LintClient {
  /**
   * Diagnostics of a file's text, sorted by place. Null when a newer text of the same path has come, or the client was
   * closed, before this one was answered.
   *
   * @param path absolute.
   * @throws PromptOptError `internal` when the thread cannot be started, or died twice over the same text.
   */
  lint(text: string, path: string, options?: LintOptions): Promise<readonly Diagnostic[] | null>;
  close(): Promise<void>;
}

interface Question {
  readonly request: LintRequest;
  readonly resolve: (diagnostics: readonly Diagnostic[] | null) => void;
  readonly reject: (error: unknown) => void;
  /** Whether a thread has died over it. */
  retried: boolean;
}

export function createLintClient({ workerPath }: LintClientOptions): LintClient {
  let worker: Worker | null = null;
  let closed = false;
  let next = 0;
  /** What the thread works on, and the newest text of every other file. One is in the air at a time, so that texts overtaken by newer ones are never parsed. */
  let asked: Question | null = null;
  const waiting = new Map<string, Question>();

  const start = (): Worker => {
    const started = new Worker(workerPath);
    started.unref();
    started.on('message', ({ id, diagnostics }: LintAnswer) => {
      if (asked?.request.id !== id) return;
      const { resolve, request } = asked;
      asked = null;
      resolve(waiting.has(request.path) ? null : diagnostics);
      ask();
    });
    // An error ends the thread: the exit that follows is what is acted on.
    let cause: unknown;
    started.on('error', (error) => {
      cause = error;
    });
    started.on('exit', () => {
      if (worker === started) died(cause);
    });
    return started;
  };

  const died = (cause: unknown): void => {
    worker = null;
    const question = asked;
    asked = null;
    if (question !== null) {
      if (waiting.has(question.request.path)) question.resolve(null);
      else if (question.retried) {
        question.reject(
          new PromptOptError('internal', 'The linter stopped twice over the same file.', {
            remedy: 'Reload the window; if it happens again, report it with the file.',
            cause,
          }),
        );
      } else {
        question.retried = true;
        waiting.set(question.request.path, question);
      }
    }
    ask();
  };

  const ask = (): void => {
    if (asked !== null || closed) return;
    const [first] = waiting;
    if (first === undefined) {
      // An idle linter must not keep a finished program alive.
      worker?.unref();
      return;
    }
    const [path, question] = first;
    waiting.delete(path);
    asked = question;
    worker ??= start();
    worker.ref();
    try {
      worker.postMessage(question.request);
    } catch (error) {
      // What cannot be sent to a thread is the caller's mistake; the next file is not kept waiting for it.
      asked = null;
      question.reject(error);
      ask();
    }
  };

  return {
    lint: (text, path, { severities = {} } = {}) =>
      new Promise((resolve, reject) => {
        if (closed) {
          resolve(null);
          return;
        }
        waiting.get(path)?.resolve(null);
        // Deleting first puts it at the end: no file that is typed in keeps another waiting for ever.
        waiting.delete(path);
        waiting.set(path, { request: { id: next++, text, path, severities }, resolve, reject, retried: false });
        ask();
      }),
    async close() {
      closed = true;
      const open = worker;
      worker = null;
      asked?.resolve(null);
      asked = null;
      for (const { resolve } of waiting.values()) resolve(null);
      waiting.clear();
      await open?.terminate();
    },
  };
}
