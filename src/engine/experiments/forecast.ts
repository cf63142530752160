/** What a run will cost, before anything is sent. */
import type { Forecast, ForecastRange, LearnedForecast, Limits, RoleForecast } from '../../protocol/events.ts';
import type { ModelRole } from '../models/language-model.ts';
import { costOf } from '../models/price.ts';
import type { ModelPrice } from '../models/price.ts';
import type { CallForecast } from '../optimizers/optimizer.ts';

/** Mean tokens of one call of a role. */
export interface CallTokens {
  readonly input: number;
  readonly output: number;
  readonly worstOutput: number;
}

type ByRole<T> = Readonly<Record<'target' | 'proposer', T>> & Readonly<Partial<Record<ModelRole, T>>>;

export interface ForecastInput {
  readonly search: CallForecast;
  readonly verdictCalls: number;
  readonly limits: Limits;
  readonly tokens: ByRole<CallTokens>;
  readonly prices: ByRole<ModelPrice | null>;
  /** Milliseconds of one call, and how many are out at once. */
  readonly latencyMs: number;
  readonly concurrency: number;
  /** Whether the prompt will grow on the way, as in a search; default true. */
  readonly grows?: boolean;
  /** What earlier runs taught; absent or null: nothing. */
  readonly learned?: LearnedForecast | null;
}

type Level = keyof ForecastRange;
const LEVELS: readonly Level[] = ['low', 'likely', 'worst'];

/** A search makes the messages of a prompt longer, and with them the user part of every demonstration. */
const GROWTH: Readonly<Record<Level, number>> = { low: 1, likely: 1.5, worst: 4 };

/** The part of the calls that shows the demonstrations of the search: not the baseline, and not the verdict's before. */
const SHOWING: Readonly<Record<Level, number>> = { low: 0, likely: 0.7, worst: 1 };

const ROLES: readonly ModelRole[] = ['target', 'proposer', 'judge', 'generator'];

/** One level of a forecast, all roles together and each. */
interface AtLevel extends RoleForecast {
  readonly minutes: number;
  readonly byRole: Readonly<Record<string, RoleForecast>>;
}

/** Nano-dollars are exact enough, and short in an event. */
const rounded = (usd: number): number => Math.round(usd * 1e9) / 1e9;

function levelOf(level: Level, input: ForecastInput): AtLevel {
  const { search, limits, learned, grows = true } = input;
  // What is learned moves what is likely; the ends move only where the likely figure would pass them.
  const factor = (name: 'calls' | 'inputPerCall' | 'outputPerCall'): number =>
    level === 'likely' ? (learned?.[name] ?? 1) : 1;
  const wanted = (role: ModelRole): number => (search[level][role] ?? 0) + (role === 'target' ? input.verdictCalls : 0);
  const total = ROLES.reduce((sum, role) => sum + wanted(role), 0);
  const most = (limits.calls ?? Infinity) / Math.max(1, total);
  // Earlier runs are measured against what their limit let them make.
  const scale = Math.min(most, Math.min(1, most) * factor('calls'));
  const byRole: Record<string, RoleForecast> = {};
  for (const role of ROLES) {
    const calls = Math.round(wanted(role) * scale);
    const tokens = input.tokens[role];
    if (calls === 0 || tokens === undefined) continue;
    const shown = role === 'target' ? SHOWING[level] * search.demonstrations * (tokens.input + tokens.output) : 0;
    const inputTokens = (tokens.input + shown) * (grows ? GROWTH[level] : 1) * factor('inputPerCall');
    const outputTokens =
      level === 'worst' ? tokens.worstOutput : Math.min(tokens.worstOutput, tokens.output * factor('outputPerCall'));
    const usd = costOf(
      { inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0 },
      input.prices[role] ?? null,
    );
    byRole[role] = {
      calls,
      inputTokens: Math.round(calls * inputTokens),
      outputTokens: Math.round(calls * outputTokens),
      usd: usd === null ? null : rounded(calls * usd),
    };
  }
  const all = Object.values(byRole);
  const sum = (pick: (role: RoleForecast) => number): number => all.reduce((whole, role) => whole + pick(role), 0);
  const calls = sum((role) => role.calls);
  return {
    calls,
    inputTokens: sum((role) => role.inputTokens),
    outputTokens: sum((role) => role.outputTokens),
    usd: all.some(({ usd }) => usd === null)
      ? null
      : Math.min(
          sum(({ usd }) => usd ?? 0),
          limits.usd ?? Infinity,
        ),
    minutes: Math.min(
      (calls * (learned?.latencyMs ?? input.latencyMs)) / input.concurrency / 60_000,
      limits.minutes ?? Infinity,
    ),
    byRole,
  };
}

/** What is likely without anything learned: what later runs are measured against. */
export type PlainForecast = Pick<RoleForecast, 'calls' | 'inputTokens' | 'outputTokens'>;

export function plainForecast(input: ForecastInput): PlainForecast {
  const { calls, inputTokens, outputTokens } = levelOf('likely', { ...input, learned: null });
  return { calls, inputTokens, outputTokens };
}

export function makeForecast(input: ForecastInput): Forecast {
  const byLevel = LEVELS.map((level) => levelOf(level, input));
  const range = (pick: (level: AtLevel) => number): ForecastRange => {
    const [low = 0, likely = 0, worst = 0] = byLevel.map(pick);
    return { low: Math.min(low, likely), likely, worst: Math.max(likely, worst) };
  };
  const byRole = byLevel[1]?.byRole ?? {};
  return {
    calls: range((level) => level.calls),
    inputTokens: range((level) => level.inputTokens),
    outputTokens: range((level) => level.outputTokens),
    usd: byLevel.some((level) => level.usd === null) ? null : range((level) => level.usd ?? 0),
    minutes: range((level) => level.minutes),
    callsByRole: Object.fromEntries(Object.entries(byRole).map(([role, { calls }]) => [role, calls])),
    byRole,
    learned: input.learned ?? null,
  };
}
