/** GEPA's epoch sampler: every training row is looked at once an epoch, in a fresh order each epoch. */
import type { Example } from '../../data/example.ts';
import type { OptimizerRun } from '../optimizer.ts';

/** Rows of minibatch number `iteration`. The last batch of an epoch is filled up from the next epoch's order. */
export function nextMinibatch(rows: readonly Example[], size: number, iteration: number, run: OptimizerRun): Example[] {
  const order = (epoch: number): Example[] => run.random('epoch', epoch).shuffle(rows);
  const start = iteration * size;
  const epoch = Math.floor(start / rows.length);
  const offset = start % rows.length;
  const batch = order(epoch).slice(offset, offset + size);
  const chosen = new Set(batch.map((example) => example.id));
  const filling = order(epoch + 1).filter((example) => !chosen.has(example.id));
  return [...batch, ...filling.slice(0, size - batch.length)];
}
