/** What is compared: money, calls or tokens, of a spending and of a forecast alike. */
import type { Forecast, ForecastRange, Spend } from '../../src/protocol/events.ts';
import { count, money, moneyOf } from '../../src/protocol/wording.ts';

export const MEASURES = [
  { value: 'usd', text: 'in money' },
  { value: 'calls', text: 'in calls' },
  { value: 'tokens', text: 'in tokens' },
] as const;
export type Measure = (typeof MEASURES)[number]['value'];

export function amountOf(spend: Spend, measure: Measure): number {
  switch (measure) {
    case 'usd':
      return spend.usd;
    case 'calls':
      return spend.calls;
    case 'tokens':
      return spend.inputTokens + spend.outputTokens;
  }
}

/** Null where a model has no known price. */
export function forecastOf(
  { usd, calls, inputTokens, outputTokens }: Forecast,
  measure: Measure,
): ForecastRange | null {
  switch (measure) {
    case 'usd':
      return usd;
    case 'calls':
      return calls;
    case 'tokens':
      return {
        low: inputTokens.low + outputTokens.low,
        likely: inputTokens.likely + outputTokens.likely,
        worst: inputTokens.worst + outputTokens.worst,
      };
  }
}

export const amountWords = (value: number, measure: Measure): string =>
  measure === 'usd' ? money(value) : count(value);

/** A spending in words; in money one of calls without a price says so. */
export const spendWords = (spend: Spend, measure: Measure): string =>
  measure === 'usd' ? moneyOf(spend) : count(amountOf(spend, measure));
