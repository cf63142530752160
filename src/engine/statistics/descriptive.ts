/** Means, spread and their intervals. Every function throws RangeError on NaN or infinite values, naming the argument. */
import { normalQuantile, studentCritical } from './special-functions.ts';

export function requireFinite(values: readonly number[], name: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`${name}[${bad}] is ${values[bad]}: every value must be a finite number.`);
}

/** 0 for an empty list. */
export function mean(values: readonly number[]): number {
  requireFinite(values, 'values');
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample variance (n − 1); 0 for fewer than two values. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** The p-quantile of sorted values, linear between order statistics (R's type 7). */
export function quantileOfSorted(sorted: readonly number[], p: number): number {
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, p));
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

/** The middle value, or the mean of the two in the middle; 0 for an empty list. */
export function median(values: readonly number[]): number {
  requireFinite(values, 'values');
  return quantileOfSorted(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Two-sided interval of a mean by Student's t; [mean, mean] for fewer than two values. */
export function meanInterval(values: readonly number[], level = 0.95): readonly [number, number] {
  const centre = mean(values);
  if (values.length < 2) return [centre, centre];
  const half = studentCritical(1 - level, values.length - 1) * Math.sqrt(variance(values) / values.length);
  return [centre - half, centre + half];
}

/** Wilson's score interval of a share (Wilson 1927). */
export function wilsonInterval(successes: number, n: number, level = 0.95): readonly [number, number] {
  if (n === 0) return [0, 1];
  const z = normalQuantile(0.5 + level / 2);
  const share = successes / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At the ends the bounds are 0 and 1 exactly; in floating point they would miss them by a hair.
  const low = successes === 0 ? 0 : Math.max(0, centre - half);
  const high = successes === n ? 1 : Math.min(1, centre + half);
  return [low, high];
}

/** Interval of a mean of scores in 0…1: Wilson where every score is 0 or 1, else Student's t cut to 0…1. */
export function scoreInterval(scores: readonly number[], level = 0.95): readonly [number, number] {
  if (scores.every((score) => score === 0 || score === 1))
    return wilsonInterval(scores.filter((score) => score === 1).length, scores.length, level);
  const [low, high] = meanInterval(scores, level);
  return [Math.max(0, low), Math.min(1, high)];
}
