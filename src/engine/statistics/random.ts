/**
 * Seeded, independent streams of random numbers: xoshiro128** (Blackman & Vigna 2018), its state hashed from a seed
 * and a path. The same seed and path give the same numbers on every machine.
 */

export interface RandomStream {
  /** Uniform in [0, 1), 32 bits of randomness. */
  next(): number;
  /** Uniform integer in [0, maxExclusive). @throws RangeError unless maxExclusive is a positive integer. */
  integer(maxExclusive: number): number;
  /** A new array in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** min(count, length) items without replacement, in random order. */
  sample<T>(items: readonly T[], count: number): T[];
  /** An index drawn in proportion to its weight; uniform when no weight is positive. @throws RangeError when empty. */
  weighted(weights: readonly number[]): number;
}

/** FNV-1a in four lanes with different offsets, finished by murmur3's mixer. */
function hashPath(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    for (let lane = 0; lane < 4; lane++)
      lanes[lane] = Math.imul((lanes[lane] ?? 0) ^ (code + lane * 0x9e37), 0x01000193 + lane * 2);
  }
  return lanes.map((lane) => {
    let mixed = lane >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }) as [number, number, number, number];
}

const rotateLeft = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** A stream for (seed, path). Path parts are joined without collisions: ['a', 'b'] and ['ab'] differ. */
export function createRandom(seed: number | string, ...path: readonly (string | number)[]): RandomStream {
  const state = hashPath(JSON.stringify([seed, ...path]));
  if (state.every((word) => word === 0)) state[0] = 1;
  const nextWord = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotateLeft(state[3], 11);
    return result;
  };
  // The first words of related seeds are alike; xoshiro needs a few steps to spread them.
  for (let step = 0; step < 8; step++) nextWord();

  const next = (): number => nextWord() / 2 ** 32;
  const integer = (maxExclusive: number): number => {
    if (!Number.isInteger(maxExclusive) || maxExclusive <= 0)
      throw new RangeError(`maxExclusive must be a positive integer, got ${maxExclusive}.`);
    return Math.floor(next() * maxExclusive);
  };
  const shuffle = <T>(items: readonly T[]): T[] => {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  };
  return {
    next,
    integer,
    shuffle,
    sample: (items, count) => shuffle(items).slice(0, Math.max(0, count)),
    weighted(weights) {
      const total = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0);
      if (!(total > 0)) return integer(weights.length);
      let left = next() * total;
      for (const [index, weight] of weights.entries()) {
        left -= Math.max(0, weight);
        if (left < 0) return index;
      }
      return weights.findLastIndex((weight) => weight > 0);
    },
  };
}
