/** The line of figures: the month against its limit, everything so far, and what the cache has spared. */
import type { JSX } from 'preact';
import type { CostAccount, MonthCost } from '../../src/protocol/costs.ts';
import type { Spend } from '../../src/protocol/events.ts';
import { count, counted, money } from '../../src/protocol/wording.ts';
import { Meter } from '../meter.tsx';
import { spendWords } from './measure.ts';

export interface TotalsProps {
  readonly account: CostAccount;
  readonly total: Spend;
  readonly month: MonthCost;
}

const monthName = (month: string): string =>
  new Date(`${month}-15T12:00:00Z`).toLocaleString('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });

export function Totals({ account: { rows, runs }, total, month }: TotalsProps): JSX.Element {
  const { limitUsd, paid } = month;
  // Runs only: what an evaluation would have cost without the cache is not kept.
  const spared = runs.reduce((sum, run) => sum + Math.max(0, (run.spent?.usd ?? 0) - run.paid.usd), 0);
  const evaluations = new Set(rows.filter(({ runId }) => runId === null).map(({ name }) => name)).size;
  return (
    <dl class="meters">
      <Meter
        name={monthName(month.month)}
        value={spendWords(paid, 'usd')}
        of={limitUsd === null ? null : money(limitUsd)}
        share={limitUsd === null ? null : limitUsd > 0 ? paid.usd / limitUsd : 1}
      >
        {limitUsd === null ? 'no limit of the month is set' : monthLeft(limitUsd - paid.usd)}
      </Meter>
      <Meter name="In all" value={spendWords(total, 'usd')}>
        {[
          counted(runs.length, 'run'),
          ...(evaluations === 0 ? [] : [`evaluations of ${counted(evaluations, 'prompt')}`]),
        ].join(' · ')}
      </Meter>
      <Meter name="Calls" value={count(total.calls)}>
        failed attempts included
      </Meter>
      <Meter name="Tokens" value={count(total.inputTokens + total.outputTokens)}>
        {`${count(total.inputTokens)} in, ${count(total.outputTokens)} out`}
      </Meter>
      <Meter name="Not paid twice" value={money(spared)}>
        answered from the cache in runs
      </Meter>
    </dl>
  );
}

const monthLeft = (left: number): string => (left > 0 ? `${money(left)} left` : 'the limit of the month is reached');
