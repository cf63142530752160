/** Asking models outside any run: many prompts with one account, or a judge of two answers. */
import type { BatchProgress, Limits } from '../protocol/events.ts';
import { judgeComparison } from './evaluation/judge.ts';
import type { Comparison, Criterion } from './evaluation/judge.ts';
import { BATCH_WINDOW, rowsUnderWay } from './evaluation/evaluator.ts';
import { describeForBatch, describeModel } from './experiments/prepare-run.ts';
import { reasoningLimitOf } from './experiments/reply-limit.ts';
import type { ResultsStore } from './experiments/store.ts';
import { plainLimits } from './limits.ts';
import { batchGenerate } from './models/batch-generate.ts';
import type { BatchGeneration } from './models/batch-generate.ts';
import { createBudget } from './models/budget.ts';
import type { Clock } from './models/clock.ts';
import type { ModelConnections } from './models/connections.ts';
import { createGateway } from './models/gateway.ts';
import type { Gateway } from './models/gateway.ts';
import { textMessage } from './models/language-model.ts';
import type { ChatMessage, LanguageModel } from './models/language-model.ts';
import type { ModelInfo } from './models/provider.ts';
import { REPLY_LIMITS } from './models/worst-case.ts';

/** What holds for everything that is asked outside a run. */
export interface AskOptions {
  /** A spec or folder, for the config and the store that hold there; default: the workspace. */
  readonly near?: string;
  /** Without any: $2 and 800 calls. Time is the caller's own, by `signal`. */
  readonly limits?: Omit<Limits, 'minutes'>;
  readonly signal?: AbortSignal;
}

/** How to ask many prompts. */
export interface PromptsOptions extends AskOptions {
  /** A system message before each prompt that is a text. */
  readonly system?: string;
  /** 0…2, default 0. */
  readonly temperature?: number;
  /** Tokens; default 2,048, and 4,096 more for a model that reasons. */
  readonly maxOutputTokens?: number;
  /** Part of each call's identity: another number asks anew. Default 0. */
  readonly sample?: number;
  /** By the provider's batch endpoint: at a lower price, answered within a day. Default false. */
  readonly batch?: boolean;
  /** Called when a batch goes out and each time it is looked at. */
  readonly onBatch?: (progress: BatchProgress) => void;
  /** Called after each prompt has ended, whichever way, with how many have. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** How to compare two answers. */
export interface CompareOptions extends AskOptions {
  /** What both answers answer. */
  readonly input?: string;
  /** An answer known to be good. */
  readonly reference?: string;
  /** Part of the calls' identity: another number asks anew. Default 0. */
  readonly sample?: number;
}

export interface AskServices {
  readonly connections: ModelConnections;
  readonly store: ResultsStore;
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly retries: number;
  readonly useCache: boolean;
  readonly concurrency: number;
  readonly newId: () => string;
  readonly owner: string;
}

interface Asked {
  readonly model: LanguageModel;
  readonly info: ModelInfo;
  readonly gateway: Gateway;
}

/** The stack over one model, under limits of its own. @param account the name its costs stand under */
async function openStack(
  name: string,
  account: string,
  { limits, batch = false, onBatch = () => undefined }: Pick<PromptsOptions, 'limits' | 'batch' | 'onBatch'>,
  services: AskServices,
): Promise<Asked> {
  const { connections, store, clock, jitter, retries, useCache, newId, owner } = services;
  const info = await (batch ? describeForBatch : describeModel)(name, connections);
  const amounts = plainLimits(limits);
  const gateway = createGateway({
    connections,
    models: new Map([[name, info]]),
    journal: null,
    cache: useCache ? store.cache() : null,
    spendLog: store.evaluationLog(account),
    paid: createBudget(amounts),
    clock,
    random: jitter,
    retries,
    // One that fails for good says nothing of the others.
    endsTogether: false,
    ...(batch ? { batch: { log: store.evaluationBatches(account, owner), newToken: newId, tell: onBatch } } : {}),
  });
  return { model: gateway.under(createBudget(amounts)), info, gateway };
}

const messagesOf = (prompt: string | readonly ChatMessage[], system: string | undefined): readonly ChatMessage[] => {
  if (typeof prompt !== 'string') return prompt;
  return [...(system === undefined ? [] : [textMessage('system', system)]), textMessage('user', prompt)];
};

/** @param name `provider/model` @throws PromptOptError `unavailable`, `usage` or `store` before anything is asked */
export async function askPrompts(
  name: string,
  prompts: readonly (string | readonly ChatMessage[])[],
  options: PromptsOptions,
  services: AskServices,
): Promise<BatchGeneration> {
  const { system, temperature = 0, sample = 0, signal, onProgress, batch = false } = options;
  const { model, info, gateway } = await openStack(name, 'batchGenerate', options, services);
  const maxOutputTokens = options.maxOutputTokens ?? REPLY_LIMITS.generator + reasoningLimitOf(info);
  const asked = await batchGenerate(
    model,
    prompts.map((prompt) => ({
      model: name,
      role: 'generator',
      messages: messagesOf(prompt, system),
      temperature,
      maxOutputTokens,
      sample,
    })),
    {
      window: batch ? BATCH_WINDOW : rowsUnderWay(services.concurrency),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    },
  );
  const isLeft = asked.outcomes.some((outcome) => 'error' in outcome && outcome.error.details.pending === true);
  await (isLeft ? gateway.batcher?.release() : gateway.batcher?.forget());
  await services.store.flush();
  return asked;
}

/** @param name `provider/model` of the judge @throws PromptOptError as `judgeComparison` */
export async function askJudge(
  name: string,
  answers: { readonly a: string; readonly b: string; readonly criteria: string | readonly Criterion[] },
  { limits, input, reference, sample, signal }: CompareOptions,
  services: AskServices,
): Promise<Comparison> {
  const { model, info } = await openStack(name, 'judgeComparison', limits === undefined ? {} : { limits }, services);
  try {
    return await judgeComparison(answers.a, answers.b, answers.criteria, {
      model,
      modelName: name,
      maxOutputTokens: REPLY_LIMITS.judge + reasoningLimitOf(info),
      ...(input === undefined ? {} : { input }),
      ...(reference === undefined ? {} : { reference }),
      ...(sample === undefined ? {} : { sample }),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await services.store.flush();
  }
}
