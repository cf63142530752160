/** One small call to see whether a model answers: its time, its usage, its cost. */
import { isPromptOptError, PromptOptError } from '../../protocol/errors.ts';
import { createBudget } from './budget.ts';
import type { Clock } from './clock.ts';
import type { ModelConnections } from './connections.ts';
import { createGateway } from './gateway.ts';
import type { FinishReason, GenerationRequest, Usage } from './language-model.ts';
import { textMessage, textOf } from './language-model.ts';
import { didYouMean, nearModels } from './near-models.ts';
import type { KnownNames } from './near-models.ts';
import type { SpendLog } from './ports.ts';
import { REASONING_LIMIT, worstCaseOf } from './worst-case.ts';

/** One small call, ready to be sent. */
export interface ModelTrial {
  /** `provider/model` */
  readonly name: string;
  /** USD the call can cost at most; null without a known price. */
  readonly boundUsd: number | null;
  /** Sends it. @throws PromptOptError as a provider does. */
  send(signal?: AbortSignal): Promise<TrialResult>;
}

/** What the call came to. */
export interface TrialResult {
  readonly name: string;
  readonly reply: string;
  readonly finishReason: FinishReason;
  readonly latencyMs: number;
  readonly usage: Usage;
  /** Null without a known price. */
  readonly costUsd: number | null;
}

export interface TrialServices {
  readonly connections: ModelConnections;
  readonly known: KnownNames;
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly retries: number;
  /** What is paid is written down as of anything else. */
  readonly openLog: () => Promise<{ readonly log: SpendLog; readonly flush: () => Promise<void> }>;
}

/** Enough for a word, whatever it is wrapped in. */
const REPLY_LIMIT = 32;

/** @throws PromptOptError `unavailable` when there is no such provider or its key is missing. */
export async function tryModel(written: string, services: TrialServices): Promise<ModelTrial> {
  const { connections, known } = services;
  const name = known.aliases[written] ?? written;
  const info = await connections.describe(name);
  const request: GenerationRequest = {
    model: name,
    role: 'target',
    messages: [textMessage('user', 'Answer with the word: ready')],
    temperature: 0,
    maxOutputTokens: REPLY_LIMIT + (info.reasons ? REASONING_LIMIT : 0),
    sample: 0,
  };
  const worst = worstCaseOf(request, info);
  return {
    name,
    boundUsd: info.price === null ? null : worst.usd,
    async send(signal) {
      const { log, flush } = await services.openLog();
      const limits = { calls: services.retries + 1 };
      const gateway = createGateway({
        connections,
        models: new Map([[name, info]]),
        journal: null,
        cache: null,
        spendLog: log,
        paid: createBudget(limits),
        clock: services.clock,
        random: services.jitter,
        retries: services.retries,
      });
      try {
        const generation = await gateway
          .under(createBudget(limits))
          .generate(request, signal === undefined ? {} : { signal });
        const { finishReason, latencyMs, usage, costUsd } = generation;
        return { name, reply: textOf(generation).trim(), finishReason, latencyMs, usage, costUsd };
      } catch (error) {
        throw await withNearNames(error, name, known);
      } finally {
        await flush();
      }
    },
  };
}

/** A model that its provider does not know may be misspelled. */
async function withNearNames(error: unknown, name: string, known: KnownNames): Promise<unknown> {
  if (!isPromptOptError(error) || error.details.status !== 404) return error;
  const near = didYouMean(await nearModels(name, known));
  if (near === '') return error;
  const remedy = error.details.remedy === undefined ? near : `${near} ${error.details.remedy}`;
  return new PromptOptError(error.code, error.message, { ...error.details, remedy });
}
