/** Figures as every front end writes them: with units, with uncertainty, never more digits than they carry. */
import type { BatchProgress, Estimate, Forecast, ForecastRange, Limits, Spend } from './events.ts';

/** `$0.31`; four digits below a cent; `unknown` where there is no price. */
export function money(usd: number | null): string {
  if (usd === null) return 'price unknown';
  if (usd === 0 || usd >= 0.01) return `$${usd.toFixed(2)}`;
  return usd < 0.0001 ? 'under $0.0001' : `$${usd.toFixed(4)}`;
}

/** `1,234`. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `1 row`, `2 rows`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** `12 s`, `4 min`, `1 h 20 min`. */
export function duration(minutes: number): string {
  const seconds = Math.round(minutes * 60);
  if (seconds < 1) return 'under 1 s';
  if (seconds < 90) return `${seconds} s`;
  const whole = Math.round(minutes);
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** A score in 0…1 with two digits. */
export const score = (value: number): string => value.toFixed(2);

/** `+0.36` or `−0.02`. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** `0.81 ± 0.04`: half the width of the 95 % interval. */
export const plusMinus = ({ mean, low, high }: Estimate): string => `${score(mean)} ± ${score((high - low) / 2)}`;

/** `0.81 ± 0.04, 60 rows`. */
export const estimate = (value: Estimate): string => `${plusMinus(value)}, ${counted(value.rows, 'row')}`;

/** `p < 0.001` or `p = 0.031`. */
export const pValue = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`);

/** `62 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `$2.00, 800 calls, 30 min`. */
export function limits({ usd, calls, tokens, minutes }: Limits): string {
  return [
    ...(usd === undefined ? [] : [money(usd)]),
    ...(calls === undefined ? [] : [counted(calls, 'call')]),
    ...(tokens === undefined ? [] : [counted(tokens, 'token')]),
    ...(minutes === undefined ? [] : [duration(minutes)]),
  ].join(', ');
}

/** `$0.18`; `$0.18 and more` where some calls had no known price, `no price` where none had one. */
export function moneyOf({ usd, calls, unpricedCalls }: Spend): string {
  if (unpricedCalls === 0) return money(usd);
  return unpricedCalls >= calls ? 'no price' : `${money(usd)} and more`;
}

/** `$0.18, 212 calls`; says so when some calls had no known price. */
export function spend({ usd, calls, unpricedCalls }: Spend): string {
  const priced =
    unpricedCalls === 0 ? money(usd) : `${money(usd)} and ${counted(unpricedCalls, 'call')} without a price`;
  return `${priced}, ${counted(calls, 'call')}`;
}

/** `Batch of 60 calls to openai/gpt-4o-mini, out for 12 min: 20 answered so far.` */
export function batchLine({ state, model, calls, answered, minutes }: BatchProgress): string {
  const what = `Batch of ${counted(calls, 'call')} to ${model}`;
  if (state === 'ended') return `${what}, back after ${duration(minutes)}: ${count(answered)} answered.`;
  return minutes < 0.5
    ? `${what} is handed in.`
    : `${what}, out for ${duration(minutes)}: ${count(answered)} answered so far.`;
}

const level = (forecast: Forecast, at: keyof ForecastRange): string =>
  [
    counted(forecast.calls[at], 'call'),
    money(forecast.usd === null ? null : forecast.usd[at]),
    duration(forecast.minutes[at]),
  ].join(', ');

/** `from 5 earlier runs`; empty where nothing was learned. */
export const learnedFrom = ({ learned }: Forecast): string =>
  learned === null || learned === undefined ? '' : `from ${counted(learned.runs, 'earlier run')}`;

/** `likely 420 calls, $0.31, 4 min; at most 800 calls, $0.60, 9 min`, and what that was learned from. */
export function forecastSentence(forecast: Forecast): string {
  const learned = learnedFrom(forecast);
  const sentence = `likely ${level(forecast, 'likely')}; at most ${level(forecast, 'worst')}`;
  return learned === '' ? sentence : `${sentence}; ${learned}`;
}

/** `likely 420 calls, $0.31, 4 min; it took 62 % of the calls and 110 % of the cost`. */
export function forecastBeside(forecast: Forecast, spent: Spend): string {
  const likely = `likely ${level(forecast, 'likely')}`;
  const shares = [
    ...(forecast.calls.likely > 0 ? [`${percent(spent.calls / forecast.calls.likely)} of the calls`] : []),
    ...(forecast.usd !== null && forecast.usd.likely > 0
      ? [`${percent(spent.usd / forecast.usd.likely)} of the cost`]
      : []),
  ];
  return shares.length === 0 ? likely : `${likely}; it took ${shares.join(' and ')}`;
}

/** What every view of a run on the stand-in says. */
export const EMBEDDED_NOTICE =
  'Answered by embedded/apprentice, a small deterministic stand-in and no language model: the figures show how the product works, not what a model would gain.';
