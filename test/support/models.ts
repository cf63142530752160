/** Models, clocks and ports for tests: scripted, counted, and in the test's own hands. */
import { NO_SPEND } from '../../src/protocol/events.ts';
import type { Spend } from '../../src/protocol/events.ts';
import { PromptOptError } from '../../src/protocol/errors.ts';
import type { Clock } from '../../src/engine/models/clock.ts';
import type { Generation, GenerationRequest, LanguageModel } from '../../src/engine/models/language-model.ts';
import { textMessage } from '../../src/engine/models/language-model.ts';
import type { CachePort, JournalPort, SpendLog, StoredRefusal, StoredReply } from '../../src/engine/models/ports.ts';
import type { ModelInfo } from '../../src/engine/models/provider.ts';

export const makeRequest = (text: string, more: Partial<GenerationRequest> = {}): GenerationRequest => ({
  model: 'test/model',
  role: 'target',
  messages: [textMessage('user', text)],
  temperature: 0,
  maxOutputTokens: 10,
  sample: 0,
  ...more,
});

export const makeGeneration = (text: string, more: Partial<Generation> = {}): Generation => ({
  parts: [{ type: 'text', text }],
  toolCalls: [],
  usage: { inputTokens: 5, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: null,
  latencyMs: 1,
  cached: false,
  finishReason: 'stop',
  paid: NO_SPEND,
  ...more,
});

export const makeInfo = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  id: 'model',
  price: { inputPerMillion: 1000, outputPerMillion: 1000, source: 'test' },
  contextWindow: null,
  byteLevelTokenizer: true,
  reasons: false,
  ...more,
});

export interface ScriptedModel extends LanguageModel {
  readonly asked: readonly GenerationRequest[];
}

/** Answers by `answer`, call by call; remembers what it was asked. */
export function scriptedModel(
  answer: (
    request: GenerationRequest,
    call: number,
    signal: AbortSignal | undefined,
  ) => Promise<Generation> | Generation,
): ScriptedModel {
  const asked: GenerationRequest[] = [];
  return {
    asked,
    async generate(request, options) {
      asked.push(request);
      return await answer(request, asked.length - 1, options?.signal);
    },
  };
}

/** Calls that are answered when the test says so. */
export function heldModel(): LanguageModel & {
  readonly held: {
    readonly request: GenerationRequest;
    answer(generation?: Generation): void;
    fail(error: Error): void;
  }[];
} {
  const held: { request: GenerationRequest; answer(generation?: Generation): void; fail(error: Error): void }[] = [];
  return {
    held,
    generate: (request, options) =>
      new Promise((resolve, reject) => {
        options?.signal?.addEventListener('abort', () => {
          reject(new PromptOptError('stopped', 'The call was cancelled.'));
        });
        held.push({
          request,
          answer: (generation = makeGeneration('held')) => {
            resolve(generation);
          },
          fail: reject,
        });
      }),
  };
}

/** A clock whose sleeps end at once and are counted. */
export function fakeClock(): Clock & { readonly slept: readonly number[] } {
  const slept: number[] = [];
  let now = 1_000_000;
  return {
    slept,
    now: () => now,
    sleep(milliseconds, signal) {
      if (signal?.aborted === true) return Promise.reject(new PromptOptError('stopped', 'The wait was cancelled.'));
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

export function mapJournal(): JournalPort & { readonly replies: Map<string, StoredReply | StoredRefusal> } {
  const replies = new Map<string, StoredReply | StoredRefusal>();
  return {
    replies,
    lookup: (identity) => Promise.resolve(replies.get(identity) ?? null),
    answered(identity, reply) {
      replies.set(identity, reply);
      return Promise.resolve();
    },
  };
}

export function mapCache(): CachePort & { readonly replies: Map<string, StoredReply> } {
  const replies = new Map<string, StoredReply>();
  return {
    replies,
    get: (identity) => Promise.resolve(replies.get(identity) ?? null),
    put(identity, reply) {
      replies.set(identity, reply);
      return Promise.resolve();
    },
  };
}

export function listLog(): SpendLog & { readonly attempts: { readonly worst: Spend; paid: Spend | null }[] } {
  const attempts: { worst: Spend; paid: Spend | null }[] = [];
  return {
    attempts,
    sent: (_identity, worst) => Promise.resolve(attempts.push({ worst, paid: null }) - 1),
    settled(attempt, paid) {
      const sent = attempts[attempt];
      if (sent !== undefined) sent.paid = paid;
    },
  };
}

/** Lets everything that can go on go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
