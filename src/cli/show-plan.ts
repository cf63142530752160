/** What a run will ask, cost and prove, before anything is sent. */
import { EMBEDDED_NOTICE, count, counted, duration, learnedFrom, limits, money } from '../protocol/wording.ts';
import type { Forecast, ForecastRange, PlannedEvaluation, PlannedRun } from '../engine/index.ts';
import type { Colours } from './terminal.ts';

/** One figure of a forecast, e.g. "180 low, 420 likely, 800 at most". */
export const forecastRange = ({ low, likely, worst }: ForecastRange, format: (value: number) => string): string =>
  low === worst ? format(likely) : `${format(low)} low, ${format(likely)} likely, ${format(worst)} at most`;

/** The first line of everything a model answered. */
export const modelLine = (target: string, proposer: string, embedded: boolean): string =>
  `Model ${target}${proposer === target ? '' : `, candidates by ${proposer}`}${embedded ? `. ${EMBEDDED_NOTICE}` : ''}`;

type Lines = readonly (readonly [name: string, text: string])[];

function textOf(lines: Lines, notes: readonly string[], colours: Colours): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return [
    ...lines.map(([name, text]) => `${colours.dim(name.padEnd(width))}  ${text}`),
    ...notes.map((note) => `${colours.dim('Note'.padEnd(width))}  ${note}`),
  ].join('\n');
}

type Planned = Pick<PlannedRun, 'forecast' | 'batch'>;

function costOf({ forecast: { usd }, batch }: Planned): string {
  if (usd === null) return 'unknown: a model has no known price';
  return `${forecastRange(usd, money)}${batch ? ', by batch' : ''}`;
}

const timeOf = ({ forecast, batch }: Planned): string =>
  batch
    ? 'as batches come back: mostly within the hour, at most a day each'
    : forecastRange(forecast.minutes, duration);

const tokensOf = ({ inputTokens, outputTokens }: Forecast): string =>
  `in ${forecastRange(inputTokens, count)}; out ${forecastRange(outputTokens, count)}`;

/** `target 385 calls, $0.29; proposer 15 calls, $0.02`, likely; nothing where one role makes all calls. */
function rolesOf({ byRole = {} }: Forecast): Lines {
  const roles = Object.entries(byRole);
  if (roles.length < 2) return [];
  const text = roles.map(
    ([role, { calls, inputTokens, outputTokens, usd }]) =>
      `${role} ${counted(calls, 'call')}, ${counted(inputTokens + outputTokens, 'token')}, ${money(usd)}`,
  );
  return [['Likely', text.join('; ')]];
}

const learnedOf = (forecast: Forecast): Lines => {
  const learned = learnedFrom(forecast);
  return learned === '' ? [] : [['Learned', `${learned} of this strategy and model`]];
};

function monthOf({ month }: Pick<PlannedRun, 'month'>): Lines {
  const limit = month?.limit ?? null;
  if (month === null || limit === null) return [];
  const { usd, emergencyUsd } = limit;
  const whole = emergencyUsd === 0 ? money(usd) : `${money(usd)}, and ${money(emergencyUsd)} of the emergency budget`;
  const held = month.heldUsd === 0 ? '' : `, ${money(month.heldUsd)} kept for runs under way`;
  return [['Month', `${money(month.paidUsd)} paid${held}, of ${whole}`]];
}

export function planText(plan: PlannedRun, colours: Colours): string {
  const { forecast, rows, replyLimits } = plan;
  const test =
    rows.test === 0
      ? 'no test rows: the verdict will be a weaker, cross-fitted estimate'
      : `${counted(plan.verdictRows, 'row')} for the verdict${plan.verdictRows < rows.test ? ` (of ${rows.test})` : ''}`;
  const lines: Lines = [
    ['Strategy', `${plan.strategy.title}, seed ${plan.seed}`],
    ['Rows', `${counted(rows.train, 'row')} to learn from, ${rows.validation} to choose by, ${test}`],
    ['Calls', forecastRange(forecast.calls, count)],
    ['Tokens', tokensOf(forecast)],
    ...rolesOf(forecast),
    ['Cost', costOf(plan)],
    ['Time', timeOf(plan)],
    ...learnedOf(forecast),
    ['Limits', limits(plan.limits)],
    ...monthOf(plan),
    [
      'Replies',
      `at most ${counted(replyLimits.target, 'token')} each, ${count(replyLimits.proposer)} from the proposer`,
    ],
  ];
  return textOf(lines, plan.notes, colours);
}

/** The same of an evaluation. Its notes come with its report. */
export function evaluationPlanText(plan: PlannedEvaluation, colours: Colours): string {
  const { forecast } = plan;
  const lines: Lines = [
    [
      'Rows',
      `${counted(plan.rows, 'row')}, ${plan.split}${plan.repeat > 1 ? `, each asked ${plan.repeat} times` : ''}`,
    ],
    ['Calls', `${forecastRange(forecast.calls, count)}; what is in the cache is not bought again`],
    ['Tokens', tokensOf(forecast)],
    ['Cost', costOf(plan)],
    ['Time', timeOf(plan)],
    ['Limits', limits(plan.limits)],
    ...monthOf(plan),
    ['Replies', `at most ${counted(plan.replyLimit, 'token')} each`],
  ];
  return textOf(lines, [], colours);
}
