/**
 * Builds the stack behind the one door, outermost first:
 * nominal budget → journal → cache and in-flight sharing → breaker → retry → paid meter → limiter → provider.
 * The paid meter stands before the limiter, so that a call is written down while it waits for its turn, and one that
 * waits for money holds no turn.
 */
import { withBreaker } from './breaker.ts';
import type { Budget } from './budget.ts';
import { withCache } from './cache.ts';
import type { Clock } from './clock.ts';
import type { ModelConnections } from './connections.ts';
import { withJournal } from './journal.ts';
import { withLimiter } from './limiter.ts';
import type { LanguageModel } from './language-model.ts';
import { withNominalBudget } from './nominal-budget.ts';
import { withPaidMeter } from './paid-meter.ts';
import type { CachePort, JournalPort, SpendLog } from './ports.ts';
import { costOf } from './price.ts';
import type { ModelInfo } from './provider.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import { withRetry } from './retry.ts';

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
  /** Whether a failure that a run cannot go on after ends all its calls; default true. False where each stands alone. */
  readonly endsTogether?: boolean;
}

export interface Gateway {
  /** The stack under a nominal budget; everything below is shared by all budgets of the run. */
  under(nominal: Budget): LanguageModel;
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
  const provider: LanguageModel = {
    async generate(request, callOptions) {
      const generation = await (await connections.open(request.model)).generate(request, callOptions);
      return { ...generation, costUsd: costOf(generation.usage, infoOf(request.model).price) };
    },
  };
  const limited = withLimiter(provider, (model) => connections.limiter(model), broken.signal);
  const metered = withPaidMeter(limited, paid, spendLog, infoOf);
  const retried = withRetry(metered, { retries, clock, random, giveUp: broken.signal });
  const ended = (options.endsTogether ?? true) ? withBreaker(retried, broken) : retried;
  const shared = withCache(ended, cache, (model) => infoOf(model).endpoint);
  const journalled = journal === null ? shared : withJournal(shared, journal);
  return { under: (nominal) => withNominalBudget(journalled, nominal, infoOf) };
}
