/** What an evaluation will cost, before anything is sent. */
import type { Forecast, Limits } from '../../protocol/events.ts';
import type { Example } from '../data/example.ts';
import type { ModelConnections } from '../models/connections.ts';
import type { ModelInfo } from '../models/provider.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { targetTokens } from './call-tokens.ts';
import { makeForecast } from './forecast.ts';

export interface EvaluationForecastInput {
  readonly spec: TaskSpec;
  readonly examples: readonly Example[];
  readonly repeat: number;
  readonly model: string;
  readonly info: ModelInfo;
  readonly replyLimit: number;
  readonly limits: Limits;
  /** Milliseconds of one call, and how many are out at once. */
  readonly latencyMs: number;
  readonly concurrency: number;
}

/** The prompt stays as it is and each row is asked as often as was said: only the replies are not known. */
export async function forecastEvaluation(
  { spec, examples, repeat, model, info, replyLimit, limits, latencyMs, concurrency }: EvaluationForecastInput,
  connections: ModelConnections,
): Promise<Forecast> {
  const target = await targetTokens({ spec, rows: examples, model, info, replyLimit }, connections);
  const nothing = { input: 0, output: 0, worstOutput: 0 };
  return makeForecast({
    search: { low: {}, likely: {}, worst: {}, demonstrations: 0 },
    verdictCalls: examples.length * repeat,
    limits,
    tokens: { target, proposer: nothing },
    prices: { target: info.price, proposer: null },
    latencyMs,
    concurrency,
    grows: false,
  });
}
