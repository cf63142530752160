/** The host's end of the store's worker: requests out, answers in, failures as typed errors. */
import { Worker } from 'node:worker_threads';
import { PromptOptError } from '../../protocol/errors.ts';
import type {
  ReadName,
  SqlValue,
  StoreAnswer,
  StoreFailure,
  StoreRequest,
  StoreRow,
  WriteStep,
} from './store-protocol.ts';
import type { RunLease } from './store.ts';

export interface StoreChannel {
  open(path: string): Promise<void>;
  read(read: ReadName, ...values: readonly SqlValue[]): Promise<readonly StoreRow[]>;
  /** One transaction; under a lease it is refused when the run has another owner. */
  write(steps: readonly WriteStep[], lease?: RunLease): Promise<readonly StoreRow[]>;
  vacuum(): Promise<void>;
  close(): Promise<void>;
}

const sentences: Readonly<Record<StoreFailure, { readonly says: string; readonly remedy: string }>> = {
  'no-sqlite': {
    says: 'The results store needs SQLite, which this Node does not have.',
    remedy: 'Use Node 22.13 or later.',
  },
  newer: {
    says: 'The results store was written by a newer version of Prompt Optimizer.',
    remedy: 'Update Prompt Optimizer; the store is unchanged.',
  },
  'read-only': { says: 'The results store cannot be written here.', remedy: 'Check the rights of the folder.' },
  full: {
    says: 'The disk is full: the results store cannot be written.',
    remedy: 'Free some space and resume the run; nothing paid for is lost.',
  },
  busy: { says: 'The results store is locked by another program.', remedy: 'Close it and resume the run.' },
  'stale-fence': { says: 'Another process has taken over this run.', remedy: 'Follow it there; nothing was lost.' },
  corrupt: { says: 'The results store is damaged.', remedy: 'Move the .promptopt folder away; a new store is made.' },
  other: { says: 'The results store failed.', remedy: 'Try again; runs can be resumed.' },
};

function toError({ message, reason }: { readonly message: string; readonly reason: StoreFailure }): PromptOptError {
  const { says, remedy } = sentences[reason];
  return new PromptOptError('store', says, { remedy, cause: new Error(message) });
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** @param workerPath the entry of store-worker, as source or bundle. */
export function createStoreChannel(workerPath: string | URL): StoreChannel {
  const worker = new Worker(workerPath);
  worker.unref();
  const pending = new Map<number, { resolve: (rows: readonly StoreRow[]) => void; reject: (error: Error) => void }>();
  let next = 0;
  let dead: PromptOptError | null = null;
  worker.on('message', (answers: readonly StoreAnswer[]) => {
    for (const answer of answers) {
      const caller = pending.get(answer.id);
      pending.delete(answer.id);
      if ('error' in answer) caller?.reject(toError(answer.error));
      else caller?.resolve(answer.rows);
    }
    // An idle store must not keep the process alive; one with work outstanding must.
    if (pending.size === 0) worker.unref();
  });
  const die = (message: string): void => {
    dead ??= toError({ message, reason: 'other' });
    for (const caller of pending.values()) caller.reject(dead);
    pending.clear();
  };
  worker.on('error', (error) => {
    die(error instanceof Error ? error.message : String(error));
  });
  worker.on('exit', () => {
    die('The store was closed.');
  });

  /** Asked in this turn of the event loop. Waking the thread costs more than a request does, so they leave together. */
  let leaving: StoreRequest[] = [];
  const post = (): void => {
    const requests = leaving;
    leaving = [];
    worker.postMessage(requests);
  };

  const ask = (request: WithoutId<StoreRequest>): Promise<readonly StoreRow[]> =>
    new Promise((resolve, reject) => {
      if (dead !== null) {
        reject(dead);
        return;
      }
      const id = next++;
      pending.set(id, { resolve, reject });
      worker.ref();
      if (leaving.push({ ...request, id }) === 1) setImmediate(post);
    });

  return {
    async open(path) {
      await ask({ kind: 'open', path });
    },
    read: (read, ...values) => ask({ kind: 'read', read, values }),
    write: (steps, lease) => ask({ kind: 'write', steps, fence: lease ?? null }),
    async vacuum() {
      await ask({ kind: 'vacuum' });
    },
    async close() {
      if (dead !== null) return;
      try {
        await ask({ kind: 'close' });
      } finally {
        // A store that cannot even be closed, on a full disk, must not keep its file open.
        await worker.terminate();
      }
    },
  };
}
