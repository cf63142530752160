/** What a stored run announced before it began: its limits and its forecast. */
import { PromptOptError } from '../engine/index.ts';
import type { PlannedRun, RunRecord } from '../engine/index.ts';

export type StoredPlan = Pick<PlannedRun, 'limits' | 'forecast'>;

const hasPlan = (config: unknown): config is StoredPlan =>
  typeof config === 'object' && config !== null && 'limits' in config && 'forecast' in config;

/** @throws PromptOptError `store` when the header holds none. */
export function planOf({ header }: RunRecord): StoredPlan {
  if (hasPlan(header.config)) return header.config;
  throw new PromptOptError('store', `The stored configuration of run ${header.id} cannot be read.`);
}
