/** What a number of rows can show: two-sided 5 %, power 80 % unless told otherwise. */
import { normalQuantile } from './special-functions.ts';

export interface PowerOptions {
  readonly alpha?: number;
  readonly power?: number;
}

const multiplier = ({ alpha = 0.05, power = 0.8 }: PowerOptions): number =>
  normalQuantile(1 - alpha / 2) + normalQuantile(power);

/**
 * The smallest mean difference that `rows` paired rows show with the given power: (z_{1−α/2} + z_power) · sd / √rows.
 * `standardDeviation` is that of the paired differences; for right/wrong rows it is √discordance at no difference.
 * @returns Infinity for no rows.
 */
export function detectableDifference(rows: number, standardDeviation: number, options: PowerOptions = {}): number {
  return rows <= 0 ? Infinity : (multiplier(options) * standardDeviation) / Math.sqrt(rows);
}

/** Rows needed to show `difference`. @throws RangeError when the difference is not positive. */
export function rowsNeeded(difference: number, standardDeviation: number, options: PowerOptions = {}): number {
  if (!(difference > 0)) throw new RangeError(`difference must be positive, got ${difference}.`);
  return Math.ceil(((multiplier(options) * standardDeviation) / difference) ** 2);
}
