/** Where the worker files are: beside the built command line, or in their rooms when it runs from source. */
import type { EngineOptions } from '../engine/index.ts';

export function workerFiles(entry: string): EngineOptions['workers'] {
  const at = (path: string): URL => new URL(path, entry);
  return entry.endsWith('.ts')
    ? {
        store: at('../engine/experiments/store-worker.ts'),
        sandbox: at('../engine/evaluation/sandbox-worker.ts'),
        tokenizer: at('../engine/models/tokenizer-worker.ts'),
        transformers: at('../engine/models/providers/transformers/transformers-worker.ts'),
      }
    : {
        store: at('store-worker.js'),
        sandbox: at('sandbox-worker.js'),
        tokenizer: at('tokenizer-worker.js'),
        transformers: at('transformers-worker.js'),
      };
}
