/** The last thirty days as columns from zero. The table by day says the same in figures. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { CostRow } from '../../src/protocol/costs.ts';
import { groupCosts } from '../../src/protocol/folds/cost-groups.ts';
import { amountOf, amountWords } from './measure.ts';
import type { Measure } from './measure.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;
const HEIGHT = 100;

export interface DayChartProps {
  readonly rows: readonly CostRow[];
  readonly measure: Measure;
}

interface Bar {
  readonly day: string;
  readonly amount: number;
}

/** The thirty days that end with the newest of the account. */
export function lastDays(rows: readonly CostRow[], measure: Measure): Bar[] {
  const byDay = new Map(groupCosts(rows, 'day').map(({ id, paid }) => [id, amountOf(paid, measure)]));
  const newest = [...byDay.keys()].sort().at(-1);
  if (newest === undefined) return [];
  const last = Date.parse(`${newest}T00:00:00Z`);
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(last - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return { day, amount: byDay.get(day) ?? 0 };
  });
}

export function DayChart({ rows, measure }: DayChartProps): JSX.Element | null {
  const bars = useMemo(() => lastDays(rows, measure), [rows, measure]);
  const highest = Math.max(...bars.map(({ amount }) => amount));
  const [first, last] = [bars[0], bars.at(-1)];
  // One day is no picture.
  if (first === undefined || last === undefined || bars.filter(({ amount }) => amount > 0).length < 2) return null;
  return (
    <figure class="days">
      <figcaption>
        <h2>Paid by day</h2>
        <span class="quiet">highest {amountWords(highest, measure)}</span>
      </figcaption>
      <svg
        class="day-chart"
        viewBox={`0 0 ${DAYS * 10} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Paid by day from ${first.day} to ${last.day}, at most ${amountWords(highest, measure)} a day. The table by day has the figures.`}
      >
        {bars.map(({ day, amount }, index) => (
          <rect
            key={day}
            class="day"
            x={index * 10 + 1}
            y={HEIGHT - (HEIGHT * amount) / highest}
            width={8}
            height={(HEIGHT * amount) / highest}
          >
            <title>{`${day}: ${amountWords(amount, measure)}`}</title>
          </rect>
        ))}
        <path class="ground" vector-effect="non-scaling-stroke" d={`M0 ${HEIGHT}H${DAYS * 10}`} />
      </svg>
      <p class="axis quiet" aria-hidden="true">
        <span>{first.day}</span>
        <span>{last.day}</span>
      </p>
    </figure>
  );
}
