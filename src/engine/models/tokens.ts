/** Counting tokens as OpenAI's models do, in a thread of its own: loading the ranks takes a third of a second. */
import { Worker } from 'node:worker_threads';
import type { TokenizerAnswer, TokenizerRequest } from './tokenizer-worker.ts';

export interface TokenCounter {
  /** Tokens of a text; the nearest estimate when the tokenizer cannot be used. Never fails. */
  count(text: string): Promise<number>;
  close(): Promise<void>;
}

/** Bytes of a token of English, about. Used where no tokenizer was handed in, or where it died. */
const BYTES_PER_TOKEN = 4;

export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);

/** @param workerPath the entry of tokenizer-worker, as source or bundle; null counts by estimate. */
export function createTokenCounter(workerPath: string | URL | null): TokenCounter {
  let worker: Worker | null = null;
  let broken = workerPath === null;
  let next = 0;
  const pending = new Map<number, { readonly text: string; readonly resolve: (count: number) => void }>();

  const fallBack = (): void => {
    broken = true;
    worker = null;
    for (const { text, resolve } of pending.values()) resolve(estimateTokens(text));
    pending.clear();
  };

  const start = (path: string | URL): Worker => {
    const started = new Worker(path);
    started.unref();
    started.on('message', ({ id, count }: TokenizerAnswer) => {
      pending.get(id)?.resolve(count);
      pending.delete(id);
      // An idle tokenizer must not keep a finished command alive; one that is asked must.
      if (pending.size === 0) started.unref();
    });
    started.on('error', fallBack);
    started.on('exit', fallBack);
    return started;
  };

  return {
    count: (text) =>
      new Promise((resolve) => {
        if (broken || workerPath === null) {
          resolve(estimateTokens(text));
          return;
        }
        worker ??= start(workerPath);
        const id = next++;
        pending.set(id, { text, resolve });
        worker.ref();
        worker.postMessage({ id, text } satisfies TokenizerRequest);
      }),
    async close() {
      const open = worker;
      worker = null;
      await open?.terminate();
    },
  };
}
