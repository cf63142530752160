/** Options several commands share, and what they mean to the engine. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { LARGEST_LIMITS } from '../protocol/largest-limits.ts';
import type { Limits, ModelChoice } from '../engine/index.ts';
import type { EngineSettings } from './command.ts';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface ModelOptions {
  readonly model?: string;
  readonly proposer?: string;
}

export interface LimitOptions {
  readonly budgetUsd?: number;
  readonly budgetCalls?: number;
  readonly budgetTokens?: number;
  readonly minutes?: number;
}

export interface CallOptions {
  readonly concurrency?: number;
  /** False with `--no-cache`. */
  readonly cache: boolean;
  /** False with `--no-retry`. */
  readonly retry: boolean;
  readonly useEmergencyBudget?: boolean;
}

export interface BatchOption {
  readonly batch?: boolean;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

export function wholeAboveZero(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('It must be above 0.');
  return value;
}

export function aboveZero(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** A limit in `unit`, above 0 and no larger than makes sense. */
const limitIn =
  (unit: keyof typeof LARGEST_LIMITS, read: (text: string) => number) =>
  (text: string): number => {
    const value = read(text);
    const most = LARGEST_LIMITS[unit];
    if (value > most) throw new InvalidArgumentError(`It must be at most ${most.toLocaleString('en-US')}.`);
    return value;
  };

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

export const addOutputOptions = (command: Command): Command =>
  command
    .option('--json', 'print one JSON document on stdout, all else on stderr')
    .option('--quiet', 'no progress, only the result');

export const addModelOptions = (command: Command): Command =>
  command
    .option('--model <model>', 'target model, e.g. openai/gpt-4o-mini; also proposes unless --proposer says otherwise')
    .option('--proposer <model>', 'model that writes better prompts');

export const addLimitOptions = (command: Command): Command =>
  command
    .option('--budget-usd <dollars>', 'hard limit in USD', limitIn('usd', aboveZero))
    .option('--budget-calls <n>', 'hard limit in calls, search and verdict together', limitIn('calls', wholeAboveZero))
    .option('--budget-tokens <n>', 'hard limit in tokens, input and output together', limitIn('tokens', wholeAboveZero))
    .option('--minutes <m>', 'limit in minutes for the search', limitIn('minutes', aboveZero));

export const addCallOptions = (command: Command): Command =>
  command
    .option('--concurrency <n>', 'calls of one model in the air at once', wholeAboveZero)
    .option('--no-cache', 'buy every reply, even one bought before')
    .option('--no-retry', 'fail at the first failed attempt')
    .option('--use-emergency-budget', "go beyond the workspace's limit of the month, up to its emergency budget");

export const addBatchOption = (command: Command): Command =>
  command.option('--batch', "ask by the provider's batch endpoint: at a lower price, answered within a day");

export const limitsFrom = (options: LimitOptions): Limits => ({
  ...(options.budgetUsd === undefined ? {} : { usd: options.budgetUsd }),
  ...(options.budgetCalls === undefined ? {} : { calls: options.budgetCalls }),
  ...(options.budgetTokens === undefined ? {} : { tokens: options.budgetTokens }),
  ...(options.minutes === undefined ? {} : { minutes: options.minutes }),
});

export const modelsFrom = ({ model, proposer }: ModelOptions): ModelChoice => ({
  ...(model === undefined ? {} : { model }),
  ...(proposer === undefined ? {} : { proposer }),
});

export const settingsFrom = ({ concurrency, cache, retry, useEmergencyBudget }: CallOptions): EngineSettings => ({
  cache,
  retry,
  ...(useEmergencyBudget === undefined ? {} : { useEmergencyBudget }),
  ...(concurrency === undefined ? {} : { concurrency }),
});
