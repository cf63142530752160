/** From a spec and its rows to a run that is ready to start: resolved, priced, forecast. Nothing is sent. */
import type { Limits } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { Splits } from '../data/example.ts';
import type { ModelConnections } from '../models/connections.ts';
import type { ModelInfo } from '../models/provider.ts';
import { REPLY_LIMITS } from '../models/worst-case.ts';
import { rowsUnderWay } from '../evaluation/evaluator.ts';
import type { OptimizerDescriptor } from '../optimizers/optimizer.ts';
import { renderMessages } from '../spec/template.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { makeForecast } from './forecast.ts';
import { expectedTexts, reasoningLimitOf, replyLimitOf } from './reply-limit.ts';
import { reserveFor, searchLimits, verdictRowsFor } from './run-config.ts';
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
  const target = await services.connections.describe(models.target);
  const proposer = await services.connections.describe(models.proposer);
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
  const forecast = makeForecast({
    search: optimizer.forecast(figures, strategyConfig),
    verdictCalls: 2 * verdictRows,
    limits: request.limits,
    tokens: await meanTokens(request, services.connections, replyLimits),
    prices: { target: target.price, proposer: proposer.price },
    latencyMs: isEmbedded(models.target) ? EMBEDDED_LATENCY_MS : GUESSED_LATENCY_MS,
    // The stand-in computes its answers in this process, one after the other.
    concurrency: isEmbedded(models.target) ? 1 : services.concurrency,
  });
  const notes = [...splits.notes, ...unpricedNotes(request, { target, proposer })];
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
    limits: request.limits,
    prices: { [models.target]: target.price, [models.proposer]: proposer.price },
    replyLimits,
    verdictRows,
    reserve,
    forecast,
    notes,
  };
  return { request, config, optimizer };
}

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

/** Rows whose rendered prompt is counted for the forecast. */
const COUNTED_ROWS = 5;

async function meanTokens(
  { spec, splits, models }: RunRequest,
  connections: ModelConnections,
  limits: RunConfig['replyLimits'],
): Promise<Parameters<typeof makeForecast>[0]['tokens']> {
  const rows = splits.validation.slice(0, COUNTED_ROWS);
  const mean = async (model: string, sample: readonly string[]): Promise<number> => {
    const counts = await Promise.all(sample.map((text) => connections.countTokens(model, text)));
    return Math.ceil(counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length));
  };
  const rendered = rows.map((row) =>
    renderMessages(spec.prompt, row.inputs)
      .map((message) => message.content)
      .join('\n'),
  );
  const input = await mean(models.target, rendered);
  const output = Math.min(limits.target, Math.max(8, await mean(models.target, expectedTexts(spec, rows))));
  // A reflection shows the instruction and three rows with their replies, and answers with an instruction.
  const instruction = await mean(models.proposer, [
    spec.prompt.components.map((component) => component.content).join('\n'),
  ]);
  return {
    target: { input, output, worstOutput: limits.target },
    proposer: {
      input: 300 + instruction + 3 * (input + output),
      output: Math.min(limits.proposer, 200 + instruction),
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
