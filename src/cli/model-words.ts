/** Prices in words, and where the `models` commands look for a config. */
import type { Command } from 'commander';
import { money } from '../protocol/wording.ts';
import type { ModelPrice } from '../engine/index.ts';

export interface PlaceOptions {
  /** A folder or spec whose config holds. */
  readonly in?: string;
}

export const addPlaceOption = (command: Command): Command =>
  command.option('--in <path>', 'a spec or folder whose config holds (default: the current folder)');

/** USD of a million tokens, e.g. `$0.15` or `$0.075`. */
export const rate = (usd: number): string =>
  Number.isInteger(usd * 100) || usd < 0.0001 ? money(usd) : `$${Number(usd.toPrecision(6))}`;

/** `$0.15 / $0.60`, `free`, or `unknown`. */
export function priceInShort(price: ModelPrice | null): string {
  if (price === null) return 'unknown';
  if (price.inputPerMillion === 0 && price.outputPerMillion === 0) return 'free';
  return `${rate(price.inputPerMillion)} / ${rate(price.outputPerMillion)}`;
}
