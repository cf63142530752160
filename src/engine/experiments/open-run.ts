/** Beginning a run in the store, and picking one up where it was left. */
import type { Limits } from '../../protocol/events.ts';
import { endedByLimit } from '../../protocol/advice.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { OptimizationResult } from '../../protocol/result.ts';
import type { Example, Splits } from '../data/example.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import type { PreparedRun, RunRequest } from './prepare-run.ts';
import { startRun } from './run.ts';
import type { RunServices } from './run-program.ts';
import type { Resumed, Run } from './run-handle.ts';
import type { RunConfig } from './run-config.ts';
import { raisedLimits, runLimits } from './run-limits.ts';
import type { LimitsInput } from './run-limits.ts';
import type { MonthNeed, RunHeader, RunInput, RunRecord } from './store.ts';

export interface OpenServices extends RunServices {
  readonly engineVersion: string;
  /** Who holds the lease: a process, readable in an error. */
  readonly owner: string;
  /** Reads a stored spec. @throws PromptOptError `spec` when it has errors. */
  readonly readSpec: (text: string, path: string) => TaskSpec;
}

const SPLITS = ['train', 'validation', 'test'] as const;

/** Stores header and rows, takes the lease, starts. */
export async function beginRun(planned: PreparedRun, services: OpenServices): Promise<Run> {
  const { note } = services.store.location;
  const prepared: PreparedRun =
    note === null ? planned : { ...planned, config: { ...planned.config, notes: [note, ...planned.config.notes] } };
  const { request, config } = prepared;
  const header: RunHeader = {
    id: services.newId(),
    name: request.spec.name,
    strategy: config.strategy,
    specPath: request.specPath,
    specText: request.specText,
    createdAt: services.clock.now(),
    engineVersion: services.engineVersion,
    config,
    rows: {
      train: idsOf(request.splits.train),
      validation: idsOf(request.splits.validation),
      test: idsOf(request.splits.test),
    },
  };
  const lease = await services.store.createRun(header, services.owner);
  const rows = SPLITS.flatMap((split) => request.splits[split]);
  services.store.putContent(
    lease,
    rows.map((row) => ({ hash: row.id, kind: 'row' as const, text: JSON.stringify(row) })),
  );
  await services.store.flush();
  try {
    await services.store.holdMonth(lease, config.monthNeed ?? NO_NEED);
  } catch (error) {
    // Nothing was sent: there is no run to go on with.
    await services.store.deleteRun(lease.runId);
    throw error;
  }
  return startRun(prepared, lease, services);
}

/** Of runs of versions that kept no account of the month. */
const NO_NEED: MonthNeed = { verdictUsd: 0, baselineUsd: 0 };

const idsOf = (rows: readonly Example[]): string[] => rows.map((row) => row.id);

/**
 * Runs the stored task again: the journal answers what was bought, and the run goes on where it stopped.
 * @param asked larger limits to continue a run with that ended at its limit. Each counts the whole run.
 * @throws PromptOptError `usage` for an unknown run, for a finished one, or for limits that are not larger; `store` when
 * it is alive elsewhere.
 */
export async function resumeRun(runId: string, services: OpenServices, asked?: Limits): Promise<Resumed> {
  const { store } = services;
  const record = await store.load(runId);
  if (record === null)
    throw new PromptOptError('usage', `There is no run "${runId}".`, {
      remedy: 'List the runs with `promptopt runs list`.',
    });
  if (record.header.kind === 'session') {
    throw new PromptOptError('usage', `${runId} is a session of \`promptopt serve\`; there is nothing to resume.`, {
      remedy: 'Start another with `promptopt serve`: the cache answers what was bought.',
    });
  }
  const before = await store.inputs(runId);
  const continued = asked === undefined ? null : continuation(record, before, asked);
  if (continued === null && (record.status === 'done' || record.status === 'discarded')) {
    throw new PromptOptError('usage', `Run ${runId} is finished; there is nothing to resume.`, {
      remedy: `See its result with \`promptopt runs show ${runId}\`.`,
    });
  }
  const { header } = record;
  const config = header.config as RunConfig;
  const optimizer = services.optimizers.find((descriptor) => descriptor.name === config.strategy);
  if (optimizer === undefined) throw new PromptOptError('usage', `This version has no strategy "${config.strategy}".`);
  const spec = services.readSpec(header.specText, header.specPath);
  const request: RunRequest = {
    spec,
    specText: header.specText,
    specPath: header.specPath,
    splits: await loadSplits(header, services),
    strategy: config.strategy,
    seed: config.seed,
    limits: config.limits,
    models: config.models,
    batch: config.batch === true,
  };
  const lease = await store.takeLease(runId, services.owner);
  try {
    // The original is measured already, or its calls are asked for one by one.
    await store.holdMonth(lease, { ...(config.monthNeed ?? NO_NEED), baselineUsd: 0 });
  } catch (error) {
    await store.releaseLease(lease);
    throw error;
  }
  const events = await store.events(runId);
  const continuedAt = before.findLast(({ kind }) => kind === 'limits')?.value as LimitsInput | undefined;
  const times = events.map(({ time }) => time);
  const elapsedMs =
    continuedAt === undefined ? activeTime([header.createdAt, ...times]) : continuedAt.elapsedMs + activeTime(times);
  if (continued !== null) {
    const { admission, limits } = continued;
    const value: LimitsInput = { limits, elapsedMs };
    await store.reopen(lease, { admission, kind: 'limits', value });
  }
  const changed = header.engineVersion !== services.engineVersion || config.optimizerVersion !== optimizer.version;
  const prepared: PreparedRun = { request, config, optimizer };
  // Read under the lease: nobody else can add to it any more.
  const paid = config.batch === true ? await store.paidBefore(lease) : ((await store.load(runId))?.paid ?? record.paid);
  const earlier = { paid, inputs: await store.inputs(runId), elapsedMs };
  return {
    limits: runLimits(config.limits, earlier.inputs).latest,
    run: startRun(prepared, lease, services, earlier),
    note: changed
      ? 'This run began under another version: its journal now serves as a cache only, and the search may take another way.'
      : null,
  };
}

/** Where and with what a run goes on that ended at its limit. */
function continuation(
  { header, status, result }: RunRecord,
  inputs: readonly RunInput[],
  asked: Limits,
): { readonly admission: number; readonly limits: Limits } {
  const config = header.config as RunConfig;
  const reached = inputs.findLast(({ kind }) => kind === 'reached');
  if (status === 'interrupted') {
    throw new PromptOptError('usage', `Run ${header.id} was interrupted before it reached its limit.`, {
      remedy: `Resume it with the limit it has: \`promptopt runs resume ${header.id}\`.`,
    });
  }
  if (status !== 'done' || reached === undefined || !endedByLimit((result as OptimizationResult).stopReason)) {
    throw new PromptOptError('usage', `Run ${header.id} did not end at its limit, so a larger one changes nothing.`, {
      remedy: `See how it ended with \`promptopt runs show ${header.id}\`.`,
    });
  }
  return { admission: reached.admission, limits: raisedLimits(runLimits(config.limits, inputs).latest, asked) };
}

/** A longer silence between two events is the time between two owners. */
const LONGEST_SILENCE_MS = 30_000;

/** Milliseconds a run was at work, from the times of its events. */
function activeTime(times: readonly number[]): number {
  return times.reduce(
    (sum, time, index) => sum + Math.min(LONGEST_SILENCE_MS, Math.max(0, time - (times[index - 1] ?? time))),
    0,
  );
}

async function loadSplits(header: RunHeader, services: OpenServices): Promise<Splits> {
  const ids = SPLITS.flatMap((split) => header.rows[split]);
  const content = await services.store.getContent(ids);
  const rowsOf = (split: (typeof SPLITS)[number]): Example[] =>
    header.rows[split].map((id) => {
      const text = content.get(id);
      if (text === undefined)
        throw new PromptOptError('store', `Row ${id} of this run is no longer stored, so it cannot be resumed.`);
      return JSON.parse(text) as Example;
    });
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test'), notes: [] };
}
