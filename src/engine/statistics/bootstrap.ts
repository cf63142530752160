/** Bootstrap intervals of a mean of paired differences (Efron 1979; BCa: Efron 1987). */
import { mean, quantileOfSorted, requireFinite } from './descriptive.ts';
import type { RandomStream } from './random.ts';
import { normalCdf, normalQuantile } from './special-functions.ts';

export interface BootstrapOptions {
  readonly random: RandomStream;
  /** Two-sided, default 0.95. */
  readonly level?: number;
  /** Default 10,000. */
  readonly resamples?: number;
}

/**
 * The BCa interval of the mean of `differences`; the percentile interval where the acceleration is undefined.
 * @returns [low, high]; both the mean when all differences are equal or there are fewer than two.
 */
export function pairedBootstrapInterval(
  differences: readonly number[],
  options: BootstrapOptions,
): readonly [number, number] {
  requireFinite(differences, 'differences');
  const centre = mean(differences);
  const n = differences.length;
  if (n < 2 || differences.every((difference) => difference === differences[0])) return [centre, centre];
  const { random, level = 0.95, resamples = 10_000 } = options;
  const means = new Float64Array(resamples);
  for (let index = 0; index < resamples; index++) {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += differences[random.integer(n)] ?? 0;
    means[index] = sum / n;
  }
  means.sort();
  const sorted = [...means];
  const below = sorted.filter((value) => value < centre).length;
  const equal = sorted.filter((value) => value === centre).length;
  const bias = normalQuantile(
    Math.min(1 - 1 / (2 * resamples), Math.max(1 / (2 * resamples), (below + equal / 2) / resamples)),
  );
  const acceleration = jackknifeAcceleration(differences, centre);
  const level01 = (p: number): number => {
    const z = bias + normalQuantile(p);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  return [quantileOfSorted(sorted, level01((1 - level) / 2)), quantileOfSorted(sorted, level01((1 + level) / 2))];
}

function jackknifeAcceleration(values: readonly number[], centre: number): number {
  let [cubes, squares] = [0, 0];
  for (const value of values) {
    const influence = (value - centre) / (values.length - 1);
    cubes += influence ** 3;
    squares += influence ** 2;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
