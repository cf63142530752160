/** Runs in the store, as the `runs` commands need them. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PromptOptError } from '../engine/index.ts';
import type { Engine, OptimizationResult, ResultsStore, RunRecord, SessionResult } from '../engine/index.ts';
import type { CommandContext } from './command.ts';

export interface StoreOptions {
  /** A folder or spec whose results are meant. */
  readonly in?: string;
}

export const addStoreOption = (command: Command): Command =>
  command.option('--in <path>', 'a spec or folder whose results are meant (default: the current folder)');

export const storeOf = (engine: Engine, options: StoreOptions, { folder }: CommandContext): Promise<ResultsStore> =>
  engine.store(resolve(folder, options.in ?? '.'));

/** The document of a finished run; the store keeps what the engine wrote. */
export const resultOf = ({ header, result }: RunRecord): OptimizationResult | null =>
  header.kind === 'session' ? null : (result as OptimizationResult | null);

/** The account of a session that has ended; null for any other run. */
export const sessionOf = ({ header, result }: RunRecord): SessionResult | null =>
  header.kind === 'session' ? (result as SessionResult | null) : null;

/**
 * The run of this id, or the only one whose id ends in what was typed.
 * @throws PromptOptError `usage` when there is none, or more than one.
 */
export async function findRun(store: ResultsStore, typed: string): Promise<RunRecord> {
  const exact = await store.load(typed);
  if (exact !== null) return exact;
  const near = (await store.query({ sessions: 'too' })).filter(
    ({ header }) => header.id.endsWith(typed) || header.id.startsWith(typed),
  );
  const [only] = near;
  if (only !== undefined && near.length === 1) return only;
  throw new PromptOptError(
    'usage',
    near.length === 0 ? `There is no run "${typed}".` : `"${typed}" may mean ${near.length} runs.`,
    { remedy: `List the runs with \`promptopt runs list\`; results are looked for in ${store.location.path}.` },
  );
}

/** The run when one was typed, else the newest. */
export async function findRunOrNewest(store: ResultsStore, typed: string | undefined): Promise<RunRecord> {
  if (typed !== undefined) return await findRun(store, typed);
  const [newest] = await store.query({ limit: 1 });
  if (newest !== undefined) return newest;
  throw new PromptOptError('usage', `There are no runs in ${store.location.path}.`, {
    remedy: 'Start one with `promptopt optimize SPEC`, or say with --in whose results are meant.',
  });
}
