/** What a run will cost, before anything is sent. */
import type { Forecast, ForecastRange, Limits } from '../../protocol/events.ts';
import type { ModelPrice } from '../models/price.ts';
import type { CallBlock, CallForecast } from '../optimizers/optimizer.ts';

export interface ForecastInput {
  readonly search: CallForecast;
  readonly verdictCalls: number;
  readonly limits: Limits;
  /** Mean tokens of one call by role. */
  readonly tokens: Readonly<
    Record<'target' | 'proposer', { readonly input: number; readonly output: number; readonly worstOutput: number }>
  >;
  readonly prices: Readonly<Record<'target' | 'proposer', ModelPrice | null>>;
  /** Milliseconds of one call, and how many are out at once. */
  readonly latencyMs: number;
  readonly concurrency: number;
}

type Level = keyof ForecastRange;
const LEVELS: readonly Level[] = ['low', 'likely', 'worst'];

/** A search makes the messages of a prompt longer, and with them the user part of every demonstration. */
const GROWTH: Readonly<Record<Level, number>> = { low: 1, likely: 1.5, worst: 4 };

/** The part of the calls that shows the demonstrations of the search: not the baseline, and not the verdict's before. */
const SHOWING: Readonly<Record<Level, number>> = { low: 0, likely: 0.7, worst: 1 };

export function makeForecast(input: ForecastInput): Forecast {
  const { search, verdictCalls, limits, tokens, prices } = input;
  const byLevel = LEVELS.map((level) => {
    const block: CallBlock = search[level];
    const wanted = { target: (block.target ?? 0) + verdictCalls, proposer: block.proposer ?? 0 };
    const total = wanted.target + wanted.proposer;
    const scale = limits.calls === undefined ? 1 : Math.min(1, limits.calls / Math.max(1, total));
    const calls = { target: Math.round(wanted.target * scale), proposer: Math.round(wanted.proposer * scale) };
    const output = (role: 'target' | 'proposer'): number =>
      calls[role] * (level === 'worst' ? tokens[role].worstOutput : tokens[role].output);
    const shown = SHOWING[level] * search.demonstrations * (tokens.target.input + tokens.target.output);
    const sent = {
      target: calls.target * (tokens.target.input + shown) * GROWTH[level],
      proposer: calls.proposer * tokens.proposer.input * GROWTH[level],
    };
    const priceOf = (role: 'target' | 'proposer'): number | null => {
      const price = prices[role];
      if (price === null) return calls[role] === 0 ? 0 : null;
      return (sent[role] * price.inputPerMillion + output(role) * price.outputPerMillion) / 1e6;
    };
    const [target, proposer] = [priceOf('target'), priceOf('proposer')];
    const usd = target === null || proposer === null ? null : Math.min(target + proposer, limits.usd ?? Infinity);
    const sum = calls.target + calls.proposer;
    const minutes = Math.min((sum * input.latencyMs) / input.concurrency / 60_000, limits.minutes ?? Infinity);
    return {
      calls: sum,
      callsByRole: calls,
      inputTokens: Math.round(sent.target + sent.proposer),
      outputTokens: Math.round(output('target') + output('proposer')),
      usd,
      minutes,
    };
  });
  const range = (pick: (level: (typeof byLevel)[number]) => number): ForecastRange => {
    const [low = 0, likely = 0, worst = 0] = byLevel.map(pick);
    return { low, likely, worst };
  };
  return {
    calls: range((level) => level.calls),
    inputTokens: range((level) => level.inputTokens),
    outputTokens: range((level) => level.outputTokens),
    usd: byLevel.some((level) => level.usd === null) ? null : range((level) => level.usd ?? 0),
    minutes: range((level) => level.minutes),
    callsByRole: byLevel[1]?.callsByRole ?? {},
  };
}
