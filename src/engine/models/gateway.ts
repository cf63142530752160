/**
 * Builds the stack behind the one door, outermost first:
 * nominal budget → journal → cache and in-flight sharing → breaker → retry → paid meter → limiter → provider.
 * The paid meter stands before the limiter, so that a call is written down while it waits for its turn, and one that
 * waits for money holds no turn. Where every call goes by batch, the batcher stands in the place of limiter and
 * provider: a batch has no turns, and all its calls must gather.
 */
import { createBatcher } from './batcher.ts';
import type { Batcher, BatcherOptions } from './batcher.ts';
import { BEFORE_RETRIES, withBreaker } from './breaker.ts';
import type { Budget } from './budget.ts';
import { withCache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { ModelConnections } from './connections.ts';
import { withJournal } from './journal.ts';
import { withLimiter } from './limiter.ts';
import type { Generation, LanguageModel } from './language-model.ts';
import { withNominalBudget } from './nominal-budget.ts';
import { withPaidMeter } from './paid-meter.ts';
import type { BatchLog, CachePort, JournalPort, SpendLog } from './ports.ts';
import { costOf } from './price.ts';
import type { ModelInfo } from './provider.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import { withRetry } from './retry.ts';
import type { Trace } from './telemetry.ts';

export interface GatewayOptions {
  readonly connections: ModelConnections;
  /** The models this run may ask, with the prices it keeps, by full name. */
  readonly models: ReadonlyMap<string, ModelInfo>;
  readonly journal: JournalPort | null;
  readonly cache: CachePort | null;
  readonly spendLog: SpendLog | null;
  readonly paid: Budget;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retries: number;
  /** Given where each attempt is told to a collector. */
  readonly trace?: Trace;
  /** Whether a failure that a run cannot go on after ends all its calls; default true. False where each stands alone. */
  readonly endsTogether?: boolean;
  /** Given where every call goes by batch; the models' prices are then those of a batch. */
  readonly batch?: Pick<BatcherOptions, 'log' | 'newToken' | 'tell' | 'cancelled'>;
}

export interface Gateway {
  /** The stack under a nominal budget; everything below is shared by all budgets of the run. */
  under(nominal: Budget): LanguageModel;
  /** What hands in and waits for batches; null where calls leave one by one. */
  readonly batcher: Batcher | null;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { connections, models, journal, cache, spendLog, paid, clock, random, retries } = options;
  const broken = new AbortController();
  const infoOf = (model: string): ModelInfo => {
    const info = models.get(model);
    if (info === undefined)
      throw new PromptOptError('internal', `The model "${model}" is not one this run was prepared for.`);
    return info;
  };
  const endpointOf = (model: string): string | undefined => infoOf(model).endpoint;
  const batcher =
    options.batch === undefined
      ? null
      : createBatcher({
          ...options.batch,
          portOf: (model) => connections.batch(model),
          endpointOf,
          clock,
          left: broken.signal,
        });
  const provider: LanguageModel = {
    async generate(request, callOptions) {
      const asked = batcher ?? (await connections.open(request.model));
      const attempt = async (): Promise<Generation> => {
        const generation = await asked.generate(request, callOptions);
        return { ...generation, costUsd: costOf(generation.usage, infoOf(request.model).price) };
      };
      return await (options.trace?.attempt(request, attempt) ?? attempt());
    },
  };
  const endsTogether = options.endsTogether ?? true;
  const asked = endsTogether ? withBreaker(provider, broken, BEFORE_RETRIES) : provider;
  const limited = batcher === null ? withLimiter(asked, (model) => connections.limiter(model), broken.signal) : asked;
  const log = options.batch?.log ?? null;
  const attempts = spendLog === null || log === null ? spendLog : withAttemptsLeft(spendLog, log);
  const metered = withPaidMeter(limited, paid, attempts, infoOf);
  const retried = withRetry(metered, { retries, clock, random, giveUp: broken.signal });
  const ended = endsTogether ? withBreaker(retried, broken) : retried;
  const shared = withCache(ended, cache, endpointOf);
  const journalled = journal === null ? shared : withJournal(shared, journal);
  return { under: (nominal) => withNominalBudget(journalled, nominal, infoOf), batcher };
}

/** A call that is waited for in a batch of an earlier process stays the attempt it was: it is not charged twice. */
function withAttemptsLeft(inner: SpendLog, batches: BatchLog): SpendLog {
  const reading = batches.attemptsLeft().then((attempts) => new Map(attempts));
  reading.catch(() => undefined);
  return {
    async sent(identity, worst, call) {
      const left = await reading;
      const attempt = left.get(identity);
      if (attempt === undefined) return await inner.sent(identity, worst, call);
      left.delete(identity);
      return attempt;
    },
    settled: (attempt, paid) => {
      inner.settled(attempt, paid);
    },
  };
}
