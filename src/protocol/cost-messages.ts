/** What the host and the page of the cost view say to each other. A page trusts the host, the host checks a page. */
import type { CostAccount } from './costs.ts';

/** The account of one workspace. */
export interface CostViewState {
  /** Absolute path of a folder of that workspace: what a page keeps to be opened again. */
  readonly folder: string;
  /** The folder as a person would write it. */
  readonly where: string;
  readonly account: CostAccount;
}

export type CostHostMessage =
  /** Answers `ready` and `refresh`, and comes while runs go on; replaces everything. */
  | { readonly type: 'costs'; readonly state: CostViewState }
  /** The account could not be read; the sentence says why and what to do. */
  | { readonly type: 'failed'; readonly sentence: string };

export type CostPageMessage =
  | { readonly type: 'ready' | 'refresh' | 'optimize' | 'show-log' }
  | { readonly type: 'open-run'; readonly runId: string };

const WITHOUT_MORE: readonly string[] = ['ready', 'refresh', 'optimize', 'show-log'];

/** The message a page sent, or null for anything that is none. */
export function readCostMessage(value: unknown): CostPageMessage | null {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return null;
  if (WITHOUT_MORE.includes(value.type)) return { type: value.type } as CostPageMessage;
  if (
    value.type === 'open-run' &&
    'runId' in value &&
    typeof value.runId === 'string' &&
    /^[\w-]{1,64}$/.test(value.runId)
  ) {
    return { type: 'open-run', runId: value.runId };
  }
  return null;
}
