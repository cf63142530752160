/** From a spec and its rows to a run that is ready to start: resolved, priced, forecast. Nothing is sent. */
import type { Limits } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { Splits } from '../data/example.ts';
import type { ModelConnections } from '../models/connections.ts';
import { atBatchRates } from '../models/price.ts';
import type { ModelInfo } from '../models/provider.ts';
import { REPLY_LIMITS } from '../models/worst-case.ts';
import { rowsUnderWay } from '../evaluation/evaluator.ts';
import type { OptimizerDescriptor } from '../optimizers/optimizer.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { meanTokens, targetTokens, thoughtOf } from './call-tokens.ts';
import { makeForecast, plainForecast } from './forecast.ts';
import type { ForecastInput } from './forecast.ts';
import type { RunHistory } from './forecast-history.ts';
import { reasoningLimitOf, replyLimitOf } from './reply-limit.ts';
import { reserveFor, searchLimits, verdictRowsFor } from './run-config.ts';
import { monthNeedOf } from './verdict-money.ts';
import type { RunConfig } from './run-config.ts';

export interface RunRequest {
  readonly spec: TaskSpec;
  readonly specText: string;
  readonly specPath: string;
  readonly splits: Splits;
  readonly strategy: string;
  readonly seed: number;
  readonly limits: Limits;
  readonly models: { readonly target: string; readonly proposer: string };
  /** What earlier runs say of the forecast; absent on resume, where the header holds what came of it. */
  readonly history?: RunHistory;
  /** Every call by batch. */
  readonly batch: boolean;
}

export interface PreparedRun {
  readonly request: RunRequest;
  readonly config: RunConfig;
  readonly optimizer: OptimizerDescriptor;
}

export interface PrepareServices {
  readonly optimizers: readonly OptimizerDescriptor[];
  readonly connections: ModelConnections;
  readonly concurrency: number;
}

/** Milliseconds of a call nobody has measured yet. */
const GUESSED_LATENCY_MS = 1500;
const EMBEDDED_LATENCY_MS = 3;

/** How fast calls of a model are answered: as measured by earlier runs, else guessed. */
export const paceOf = (
  model: string,
  concurrency: number,
  measuredMs: number | null,
): { readonly latencyMs: number; readonly concurrency: number } =>
  // The stand-in computes its answers in this process, one after the other.
  isEmbedded(model)
    ? { latencyMs: EMBEDDED_LATENCY_MS, concurrency: 1 }
    : { latencyMs: measuredMs ?? GUESSED_LATENCY_MS, concurrency };

export const isEmbedded = (model: string): boolean => model.startsWith('embedded/');

/**
 * @throws PromptOptError `data` without rows, `usage` for an unknown strategy or its options, `budget` when the limits
 * allow no baseline, `unavailable` when a model cannot be used.
 */
export async function prepareRun(request: RunRequest, services: PrepareServices): Promise<PreparedRun> {
  const { spec, splits, models } = request;
  const optimizer = findOptimizer(request.strategy, services.optimizers);
  const strategyConfig = readConfig(optimizer, spec);
  if (splits.validation.length === 0) {
    throw new PromptOptError('data', 'There are no validation rows to optimize on.', {
      remedy: 'Add rows under `testData`, or name data files under `data`.',
      file: request.specPath,
    });
  }
  const describe = request.batch ? describeForBatch : describeModel;
  const target = await describe(models.target, services.connections);
  const proposer = await describe(models.proposer, services.connections);
  const verdictRows = verdictRowsFor(splits.test.length, request.limits.calls);
  const reserve = reserveFor(verdictRows, rowsUnderWay(services.concurrency), request.limits.calls);
  const searchCalls = searchLimits(request.limits, reserve).calls;
  const replyLimits = {
    target: await replyLimitOf(spec, target, [...splits.train, ...splits.validation], (text) =>
      services.connections.countTokens(models.target, text),
    ),
    proposer: REPLY_LIMITS.proposer + reasoningLimitOf(proposer),
  };
  const figures = {
    trainRows: splits.train.length,
    validationRows: splits.validation.length,
    components: spec.prompt.components.length,
    callLimit: searchCalls ?? Infinity,
  };
  const forecastInput: ForecastInput = {
    search: optimizer.forecast(figures, strategyConfig),
    verdictCalls: 2 * verdictRows,
    limits: request.limits,
    tokens: await tokensByRole(request, services.connections, replyLimits, { target, proposer }),
    prices: { target: target.price, proposer: proposer.price },
    ...paceOf(models.target, services.concurrency, request.history?.latencyMs ?? null),
    learned: request.history?.learned ?? null,
  };
  const forecast = makeForecast(forecastInput);
  const notes = [
    ...(request.batch ? [BATCH_NOTE] : []),
    ...splits.notes,
    ...unpricedNotes(request, { target, proposer }),
  ];
  if (verdictRows < splits.test.length) {
    notes.push(`The call limit leaves room for ${verdictRows} of ${splits.test.length} test rows in the verdict.`);
  }
  if (searchCalls !== undefined && searchCalls < splits.validation.length) {
    const needed = splits.validation.length + reserve.calls;
    throw new PromptOptError(
      'budget',
      `A limit of ${request.limits.calls ?? 0} calls is too small even for a baseline: ${splits.validation.length} validation rows and ${reserve.calls} calls kept for the verdict need ${needed}.`,
      {
        limit: 'calls',
        remedy: `Allow at least ${needed} calls; a search needs more.`,
      },
    );
  }
  const config: RunConfig = {
    strategy: optimizer.name,
    strategyConfig,
    optimizerVersion: optimizer.version,
    seed: request.seed,
    models,
    ...(request.batch ? { batch: true } : {}),
    limits: request.limits,
    prices: { [models.target]: target.price, [models.proposer]: proposer.price },
    replyLimits,
    verdictRows,
    reserve,
    forecast,
    plainForecast: plainForecast(forecastInput),
    monthNeed: monthNeedOf(forecast, request.limits, { reserve, verdictRows }, splits.validation.length),
    notes,
  };
  return { request, config, optimizer };
}

export const describeModel = (model: string, connections: ModelConnections): Promise<ModelInfo> =>
  connections.describe(model);

/** A model at the price of its batch endpoint. @throws PromptOptError `usage` where it has none */
export async function describeForBatch(model: string, connections: ModelConnections): Promise<ModelInfo> {
  await connections.batch(model);
  const info = await connections.describe(model);
  return { ...info, price: atBatchRates(info.price) };
}

/** What is said before a batch: nobody can foretell its time. */
export const BATCH_NOTE =
  'By batch: each step waits until its calls are answered together, mostly within the hour, at most a day. The minutes of a forecast do not count that.';

/**
 * A limit in money cannot hold where a price is not known: another limit must, and it is said.
 * @throws PromptOptError `budget` when money is the only account there is.
 */
function unpricedNotes(
  { limits, models }: RunRequest,
  infos: Readonly<Record<'target' | 'proposer', ModelInfo>>,
): string[] {
  if (limits.usd === undefined) return [];
  const unpriced = new Set(
    (['target', 'proposer'] as const).flatMap((role) => (infos[role].price === null ? [models[role]] : [])),
  );
  if (unpriced.size === 0) return [];
  const names = [...unpriced].join(' and ');
  if (limits.calls === undefined && limits.tokens === undefined) {
    throw new PromptOptError('budget', `There is no known price for ${names}, so a limit in USD cannot be kept.`, {
      limit: 'usd',
      remedy: 'Give its price in promptopt.config.yaml, or limit calls or tokens as well.',
    });
  }
  return [`There is no known price for ${names}: the limit in USD does not count its calls, the other limits do.`];
}

function findOptimizer(name: string, optimizers: readonly OptimizerDescriptor[]): OptimizerDescriptor {
  const found = optimizers.find((optimizer) => optimizer.name === name);
  if (found !== undefined) return found;
  throw new PromptOptError('usage', `There is no strategy "${name}".`, {
    remedy: `Strategies are ${optimizers.map((optimizer) => optimizer.name).join(', ')}.`,
  });
}

function readConfig(optimizer: OptimizerDescriptor, spec: TaskSpec): unknown {
  const given = spec.optimize.strategy === optimizer.name ? spec.optimize.config : {};
  const read = optimizer.configSchema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new PromptOptError(
    'usage',
    `The options of ${optimizer.title} are wrong: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  );
}

/** Tokens of the calls of each role. */
async function tokensByRole(
  { spec, splits, models }: RunRequest,
  connections: ModelConnections,
  limits: RunConfig['replyLimits'],
  infos: Readonly<Record<'target' | 'proposer', ModelInfo>>,
): Promise<ForecastInput['tokens']> {
  const rows = splits.validation;
  const target = await targetTokens(
    { spec, rows, model: models.target, info: infos.target, replyLimit: limits.target },
    connections,
  );
  // A reflection shows the instruction and three rows with their replies, and answers with an instruction.
  const instruction = await meanTokens(connections, models.proposer, [
    spec.prompt.components.map((component) => component.content).join('\n'),
  ]);
  return {
    target,
    proposer: {
      input: 300 + instruction + 3 * (target.input + target.output),
      output: Math.min(limits.proposer, 200 + instruction + thoughtOf(infos.proposer)),
      worstOutput: limits.proposer,
    },
  };
}

/** The models of a run by full name, at the prices it keeps. */
export async function modelsOf(config: RunConfig, connections: ModelConnections): Promise<Map<string, ModelInfo>> {
  const models = new Map<string, ModelInfo>();
  for (const name of Object.values(config.models)) {
    models.set(name, { ...(await connections.describe(name)), price: config.prices[name] ?? null });
  }
  return models;
}
