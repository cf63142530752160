/** The score chart's view model: what is drawn where, without a word on how. */
import type { Estimate, Spend } from '../../src/protocol/events.ts';
import type { ScorePoint } from '../../src/protocol/folds/run-view.ts';
import { count, counted, duration, money, plusMinus } from '../../src/protocol/wording.ts';

export type ChartAxis = 'calls' | 'time' | 'usd';

export const CHART_AXES: readonly { readonly value: ChartAxis; readonly text: string; readonly title: string }[] = [
  { value: 'calls', text: 'Calls', title: 'calls' },
  { value: 'time', text: 'Time', title: 'time since the start' },
  { value: 'usd', text: 'USD', title: 'USD spent' },
];

export interface ChartPoint {
  readonly hash: string;
  readonly number: number;
  readonly x: number;
  readonly estimate: Estimate;
  readonly best: boolean;
}

export interface ChartPoints {
  /** From left to right. */
  readonly points: readonly ChartPoint[];
  /** Where the best so far changed, and once more at the right end. */
  readonly best: readonly { readonly x: number; readonly estimate: Estimate }[];
  /** Where the x axis ends; above zero. */
  readonly end: number;
}

const minutes = (ms: number): number => ms / 60_000;

const place: Readonly<Record<ChartAxis, (point: ScorePoint) => number>> = {
  calls: ({ calls }) => calls,
  time: ({ elapsedMs }) => minutes(elapsedMs),
  usd: ({ usd }) => usd,
};

/** @param spent of a run that still goes on: the best so far holds until there. Null for one that has ended. */
export function chartPoints(curve: readonly ScorePoint[], axis: ChartAxis, spent: Spend | null): ChartPoints {
  const points = curve
    .map((point) => ({
      hash: point.candidate,
      number: point.number,
      x: place[axis](point),
      estimate: point.estimate,
      best: point.best,
    }))
    .sort((a, b) => a.x - b.x || a.number - b.number);
  const now = spent === null || axis === 'time' ? 0 : axis === 'calls' ? spent.calls : spent.usd;
  const last = Math.max(now, points.at(-1)?.x ?? 0);
  const best = points.filter((point) => point.best).map(({ x, estimate }) => ({ x, estimate }));
  const final = best.at(-1);
  if (final !== undefined && final.x < last) best.push({ ...final, x: last });
  return { points, best, end: last > 0 ? last : 1 };
}

/** A place on the x axis in words, e.g. `212 calls`. */
export function axisWords(axis: ChartAxis, x: number): string {
  switch (axis) {
    case 'calls':
      return counted(x, 'call');
    case 'time':
      return duration(x);
    case 'usd':
      return money(x);
  }
}

/** A tick of the x axis: shorter than in a sentence. */
export function tickWords(axis: ChartAxis, x: number): string {
  return axis === 'calls' ? count(x) : x === 0 ? '0' : axisWords(axis, x);
}

/** `Candidate 14: 0.74 ± 0.06 after 212 calls, best so far`. */
export const pointWords = (point: ChartPoint, axis: ChartAxis): string =>
  `Candidate ${point.number}: ${plusMinus(point.estimate)} after ${axisWords(axis, point.x)}${point.best ? ', best so far then' : ''}`;
