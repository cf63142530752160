/** How large a paired difference is, beside whether it is there. */
import { mean, variance } from './descriptive.ts';

/** Cohen's d_z of paired differences: mean over standard deviation; 0 when all are 0, ±Infinity when all are equal. */
export function cohensDz(differences: readonly number[]): number {
  const centre = mean(differences);
  const spread = Math.sqrt(variance(differences));
  if (spread === 0) return centre === 0 ? 0 : Math.sign(centre) * Infinity;
  return centre / spread;
}

/** Cliff's delta: P(after > before) − P(after < before) over all pairs, −1…1. */
export function cliffsDelta(after: readonly number[], before: readonly number[]): number {
  if (after.length === 0 || before.length === 0) return 0;
  let balance = 0;
  for (const a of after) for (const b of before) balance += Math.sign(a - b);
  return balance / (after.length * before.length);
}

/** The matched-pairs odds ratio gained / lost; ½ is added to both when either is 0 (Haldane). */
export function pairedOddsRatio(gained: number, lost: number): number {
  return gained === 0 || lost === 0 ? (gained + 0.5) / (lost + 0.5) : gained / lost;
}
