/** Models that run in this process by Hugging Face's Transformers.js, which is installed apart and loaded on first use. */
import { join } from 'node:path';
import { PromptOptError } from '../../../protocol/errors.ts';
import { NO_SPEND } from '../../../protocol/events.ts';
import type { Generation } from '../language-model.ts';
import type { LocalModels, ModelProvider, ProviderDescriptor, ProviderSettings } from '../provider.ts';
import { startDeadline } from './deadline.ts';
import { cancelled } from './http-errors.ts';
import { TEMPLATE_TOKENS, reasonsByName } from './open-models.ts';
import { PACKAGE, VERSION, findLibrary } from './transformers/find-library.ts';
import type { InstalledLibrary } from './transformers/find-library.ts';
import { listLocalModels } from './transformers/list-models.ts';
import { toAsk } from './transformers/request.ts';
import { ThreadFailure, createModelThread } from './transformers/thread.ts';

const NAME = 'transformers';
const VARIABLE = 'PROMPTOPT_TRANSFORMERS';

/** A reply comes at the speed of the processor; a model may have to be loaded, or downloaded, first. */
const DEFAULT_TIMEOUT_MS = 1_800_000;

function missingLibrary({ installFolder }: LocalModels): PromptOptError {
  return new PromptOptError(
    'unavailable',
    `Local Transformers models need the library ${PACKAGE}, which is not installed.`,
    {
      provider: NAME,
      remedy: `Install it once with \`npm install --ignore-scripts --prefix "${installFolder}" ${PACKAGE}@${VERSION}\`, or set ${VARIABLE} or \`providers.transformers.folder\` to a folder that has it in its node_modules.`,
    },
  );
}

/** What a stage of the thread failed at means for a run. */
function failureOf({ stage, window }: ThreadFailure, model: string, library: InstalledLibrary): PromptOptError {
  const details = { provider: NAME };
  switch (stage) {
    case 'library':
      return new PromptOptError('unavailable', `The library in ${library.packageFolder} could not be loaded.`, {
        ...details,
        remedy: `Install it again: \`npm install --ignore-scripts --prefix "${library.folder}" ${PACKAGE}@${VERSION}\`.`,
      });
    case 'model':
      return new PromptOptError('unavailable', `The model "${model}" could not be loaded.`, {
        ...details,
        remedy: `Name a model of the Hugging Face Hub that has ONNX weights, or a folder in ${join(library.folder, 'models')}.`,
      });
    case 'too-long':
      return new PromptOptError(
        'bad-request',
        `The prompt is too long for ${model}: it does not fit into its ${window ?? 0} tokens of context.`,
        {
          ...details,
          remedy: 'Shorten the prompt or its row, show fewer examples, or use a model with a larger context window.',
        },
      );
    case 'generation':
      return new PromptOptError('bad-request', `${model} failed at a request.`, {
        ...details,
        remedy: 'Check the model parameters of the spec.',
      });
    case 'ended':
      return new PromptOptError('transient', 'The thread of the local models ended.', {
        ...details,
        remedy: 'Use a smaller model or precision (`dtype: q4`) if memory ran out, then resume the run.',
      });
  }
}

async function connect({ local, timeoutMs = DEFAULT_TIMEOUT_MS }: ProviderSettings): Promise<ModelProvider> {
  if (local === undefined) {
    throw new PromptOptError('unavailable', 'This program runs no models of its own.', {
      provider: NAME,
      remedy: 'Use a model behind a server, e.g. by Ollama.',
    });
  }
  const found = await findLibrary(local.libraryFolders);
  if (found === null) throw missingLibrary(local);
  const library: InstalledLibrary = found;
  const modelsFolder = join(library.folder, 'models');
  const thread = createModelThread(local.workerPath, { entry: library.entry, modelsFolder });

  async function told<T>(model: string, asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw error instanceof ThreadFailure ? failureOf(error, model, library) : error;
    }
  }

  /** One model computes at a time: two would only take the processor from each other. */
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const isCancelled = (): boolean => signal?.aborted === true;
    return new Promise<T>((resolve, reject) => {
      const cancel = (): void => {
        reject(cancelled(NAME, false));
      };
      if (isCancelled()) {
        cancel();
        return;
      }
      signal?.addEventListener('abort', cancel, { once: true });
      turn = turn.then(async () => {
        signal?.removeEventListener('abort', cancel);
        if (isCancelled()) return;
        await work().then(resolve, reject);
      });
    });
  }

  return {
    async generate(request, { signal, onDelta } = {}) {
      const ask = toAsk(request);
      return await inTurn(signal, async (): Promise<Generation> => {
        const deadline = startDeadline(timeoutMs, signal);
        const started = performance.now();
        try {
          const ended = new Promise<never>((_resolve, reject) => {
            deadline.signal.addEventListener('abort', () => {
              reject(
                deadline.timedOut()
                  ? new PromptOptError('transient', `${request.model} did not answer in time.`, {
                      provider: NAME,
                      mayHaveCost: true,
                      remedy: 'Use a smaller model, or raise `providers.transformers.timeoutSeconds`.',
                    })
                  : cancelled(NAME),
              );
            });
          });
          const { text, inputTokens, outputTokens, cut } = await Promise.race([
            ended,
            told(request.model, thread.ask(ask, deadline.signal, onDelta)),
          ]);
          return {
            parts: [{ type: 'text', text }],
            toolCalls: [],
            usage: { inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0 },
            costUsd: 0,
            latencyMs: Math.round(performance.now() - started),
            cached: false,
            finishReason: cut ? 'length' : 'stop',
            paid: NO_SPEND,
          };
        } finally {
          deadline.close();
        }
      });
    },
    async describe(modelId) {
      const { contextWindow } = await told(modelId, thread.describe(modelId));
      return {
        id: modelId,
        price: { inputPerMillion: 0, outputPerMillion: 0, source: 'free' },
        contextWindow,
        // None of them makes more tokens than bytes: an unknown character is one token, or its bytes.
        byteLevelTokenizer: true,
        reasons: reasonsByName(modelId),
        ownPromptTokens: TEMPLATE_TOKENS,
      };
    },
    countTokens: (modelId, text) => told(modelId, thread.count(modelId, text)),
    list: () => listLocalModels(modelsFolder, join(library.packageFolder, '.cache')),
  };
}

export const transformers: ProviderDescriptor = {
  name: NAME,
  title: 'Transformers',
  summary: 'Models of the Hugging Face Hub, or of your own, in this process; their library is installed apart.',
  example: 'transformers/onnx-community/Qwen2.5-0.5B-Instruct',
  accounting: `Free; latency is kept. Tokens are counted by the model’s own tokenizer. A model is one of the Hub that has ONNX weights, downloaded on first use, or a folder in \`models\` beside the \`node_modules\` of its library, which is installed once: \`npm install --ignore-scripts --prefix FOLDER ${PACKAGE}@${VERSION}\`. \`dtype\` (e.g. \`q4\`) and \`device\` among the \`modelParameters\` choose how it is loaded. It runs in a thread of its own, one call at a time, and takes no response format, tools or images.`,
  keyVariable: null,
  baseUrlVariable: null,
  folderVariable: VARIABLE,
  connect,
};
