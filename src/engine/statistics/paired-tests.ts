/** Two-sided tests of paired differences. */
import { mean, requireFinite, variance } from './descriptive.ts';
import type { RandomStream } from './random.ts';
import { logGamma, studentTwoSided } from './special-functions.ts';

export interface TestResult {
  readonly pValue: number;
  /** Pairs that took part. */
  readonly n: number;
}

/**
 * McNemar's exact test (McNemar 1947, binomial form) from the discordant counts: `gained` pairs turned right,
 * `lost` turned wrong. p = 1 when nothing changed.
 */
export function mcnemarExact(gained: number, lost: number): TestResult {
  const n = gained + lost;
  if (n === 0) return { pValue: 1, n };
  const larger = Math.max(gained, lost);
  let tail = 0;
  for (let k = larger; k <= n; k++)
    tail += Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
  return { pValue: Math.min(1, 2 * tail), n };
}

/** Paired t test on differences. All equal: p = 1 when they are 0, else 0. Fewer than two: p = 1. */
export function pairedT(differences: readonly number[]): TestResult & { readonly t: number } {
  requireFinite(differences, 'differences');
  const n = differences.length;
  const centre = mean(differences);
  const spread = variance(differences);
  if (n < 2) return { pValue: 1, n, t: 0 };
  if (spread === 0) return { pValue: centre === 0 ? 1 : 0, n, t: centre === 0 ? 0 : Math.sign(centre) * Infinity };
  const t = centre / Math.sqrt(spread / n);
  return { pValue: studentTwoSided(t, n - 1), n, t };
}

/** Up to this many non-zero differences every sign pattern is counted; beyond, patterns are drawn. */
const EXACT_LIMIT = 16;

/**
 * Sign-flip permutation test of the mean difference (Fisher 1935). Exact up to 16 non-zero differences, else
 * (k + 1) / (draws + 1) over `draws` random patterns.
 */
export function signFlip(differences: readonly number[], random: RandomStream, draws = 10_000): TestResult {
  requireFinite(differences, 'differences');
  const values = differences.filter((difference) => difference !== 0);
  const n = differences.length;
  if (values.length === 0) return { pValue: 1, n };
  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0));
  const reaches = (sum: number): boolean => Math.abs(sum) >= observed - 1e-12 * Math.max(1, observed);
  if (values.length <= EXACT_LIMIT) {
    const patterns = 2 ** values.length;
    let count = 0;
    for (let pattern = 0; pattern < patterns; pattern++) {
      let sum = 0;
      for (const [bit, value] of values.entries()) sum += (pattern >> bit) & 1 ? value : -value;
      if (reaches(sum)) count++;
    }
    return { pValue: count / patterns, n };
  }
  let count = 0;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (const value of values) sum += random.next() < 0.5 ? value : -value;
    if (reaches(sum)) count++;
  }
  return { pValue: (count + 1) / (draws + 1), n };
}
