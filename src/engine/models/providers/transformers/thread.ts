/** The provider's end of the thread that holds its models. It starts with the first question, and again after a crash. */
import { Worker } from 'node:worker_threads';
import type { Ask, Described, FailedStage, FromThread, Generated, ThreadData, ToThread } from './messages.ts';

/** The thread's own end, or the stage it failed at. */
export class ThreadFailure extends Error {
  readonly stage: FailedStage | 'ended';
  readonly window: number | undefined;

  constructor(stage: FailedStage | 'ended', window?: number) {
    super(stage);
    this.name = 'ThreadFailure';
    this.stage = stage;
    this.window = window;
  }
}

interface Pending {
  readonly resolve: (value: number | Generated | Described) => void;
  readonly reject: (error: ThreadFailure) => void;
  readonly onDelta: ((text: string) => void) | undefined;
}

export interface ModelThread {
  /** @throws ThreadFailure; it does not know of time limits, and ends an aborted question at its next step. */
  ask(
    ask: Extract<Ask, { type: 'generate' }>,
    signal: AbortSignal,
    onDelta?: (text: string) => void,
  ): Promise<Generated>;
  describe(model: string): Promise<Described>;
  count(model: string, text: string): Promise<number>;
}

export function createModelThread(workerPath: string | URL, data: ThreadData): ModelThread {
  let worker: Worker | null = null;
  let next = 0;
  const pending = new Map<number, Pending>();

  const start = (): Worker => {
    const started = new Worker(workerPath, { workerData: data });
    started.unref();
    const end = (): void => {
      if (worker === started) worker = null;
      for (const { reject } of pending.values()) reject(new ThreadFailure('ended'));
      pending.clear();
    };
    started.on('message', (message: FromThread) => {
      const asked = pending.get(message.id);
      if ('delta' in message) {
        asked?.onDelta?.(message.delta);
        return;
      }
      pending.delete(message.id);
      // Models that wait for a question must not keep a finished command alive; one that answers must.
      if (pending.size === 0) started.unref();
      if ('value' in message) asked?.resolve(message.value);
      else asked?.reject(new ThreadFailure(message.failed, message.window));
    });
    started.on('error', end);
    started.on('exit', end);
    return started;
  };

  const send = (
    ask: Ask,
    signal?: AbortSignal,
    onDelta?: (text: string) => void,
  ): Promise<number | Generated | Described> => {
    const id = next++;
    const to = (worker ??= start());
    const abort = (): void => {
      to.postMessage({ abort: id } satisfies ToThread);
    };
    return new Promise<number | Generated | Described>((resolve, reject) => {
      pending.set(id, { resolve, reject, onDelta });
      to.ref();
      signal?.addEventListener('abort', abort, { once: true });
      to.postMessage({ id, ask } satisfies ToThread);
    }).finally(() => {
      signal?.removeEventListener('abort', abort);
    });
  };

  return {
    ask: async (ask, signal, onDelta) => (await send(ask, signal, onDelta)) as Generated,
    describe: async (model) => (await send({ type: 'describe', model })) as Described,
    count: async (model, text) => (await send({ type: 'count', model, text })) as number,
  };
}
