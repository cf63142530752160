/** What a run will ask, cost and prove, before anything is sent. */
import { EMBEDDED_NOTICE, count, counted, duration, limits, money } from '../protocol/wording.ts';
import type { ForecastRange, PlannedRun } from '../engine/index.ts';
import type { Colours } from './terminal.ts';

/** One figure of a forecast, e.g. "180 low, 420 likely, 800 at most". */
export const forecastRange = ({ low, likely, worst }: ForecastRange, format: (value: number) => string): string =>
  low === worst ? format(likely) : `${format(low)} low, ${format(likely)} likely, ${format(worst)} at most`;

/** The first line of everything a model answered. */
export const modelLine = (target: string, proposer: string, embedded: boolean): string =>
  `Model ${target}${proposer === target ? '' : `, candidates by ${proposer}`}${embedded ? `. ${EMBEDDED_NOTICE}` : ''}`;

export function planText(plan: PlannedRun, colours: Colours): string {
  const { forecast, rows, replyLimits } = plan;
  const test =
    rows.test === 0
      ? 'no test rows: the verdict will be a weaker, cross-fitted estimate'
      : `${counted(plan.verdictRows, 'row')} for the verdict${plan.verdictRows < rows.test ? ` (of ${rows.test})` : ''}`;
  const cost = forecast.usd === null ? 'unknown: a model has no known price' : forecastRange(forecast.usd, money);
  const lines: (readonly [string, string])[] = [
    ['Strategy', `${plan.strategy.title}, seed ${plan.seed}`],
    ['Rows', `${counted(rows.train, 'row')} to learn from, ${rows.validation} to choose by, ${test}`],
    ['Calls', forecastRange(forecast.calls, count)],
    ['Tokens', `in ${forecastRange(forecast.inputTokens, count)}; out ${forecastRange(forecast.outputTokens, count)}`],
    ['Cost', plan.batch ? `${cost}, by batch` : cost],
    ['Time', plan.batch ? 'as the batches come back' : forecastRange(forecast.minutes, duration)],
    ['Limits', limits(plan.limits)],
    [
      'Replies',
      `at most ${counted(replyLimits.target, 'token')} each, ${count(replyLimits.proposer)} from the proposer`,
    ],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [
    ...lines.map(([name, text]) => `${colours.dim(name.padEnd(width))}  ${text}`),
    ...plan.notes.map((note) => `${colours.dim('Note'.padEnd(width))}  ${note}`),
  ].join('\n');
}
