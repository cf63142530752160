/** The engine's stack as a run builds it: nominal and paid budget with limits, retry, limiter; with or without a store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/engine/experiments/sqlite-store.ts';
import type { ResultsStore, RunLease } from '../../src/engine/experiments/store.ts';
import { createBudget } from '../../src/engine/models/budget.ts';
import { systemClock } from '../../src/engine/models/clock.ts';
import { createConnections } from '../../src/engine/models/connections.ts';
import { createGateway } from '../../src/engine/models/gateway.ts';
import type { LanguageModel } from '../../src/engine/models/language-model.ts';
import type { ProviderDescriptor, ProviderSettings } from '../../src/engine/models/provider.ts';

/** A run in a store on disk, in a folder of its own. */
export interface StoredRun {
  readonly store: ResultsStore;
  readonly lease: RunLease;
  /** Closes the store and deletes the folder. */
  remove(): Promise<void>;
}

export async function createStoredRun(): Promise<StoredRun> {
  const folder = mkdtempSync(join(tmpdir(), 'promptopt-bench-'));
  const store = await openStore({
    location: { path: join(folder, 'promptopt.db'), note: null },
    workerPath: new URL('../../src/engine/experiments/store-worker.ts', import.meta.url),
    clock: systemClock,
  });
  const lease = await store.createRun(
    {
      id: 'bench',
      name: 'bench',
      strategy: 'none',
      specPath: '/bench.prompt.yaml',
      specText: '',
      createdAt: systemClock.now(),
      engineVersion: 'bench',
      config: {},
      rows: { train: [], validation: [], test: [] },
    },
    'bench',
  );
  return {
    store,
    lease,
    async remove() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface StackOptions {
  readonly provider: ProviderDescriptor;
  readonly settings: ProviderSettings;
  /** `provider/model`. */
  readonly model: string;
  readonly concurrency: number;
  readonly run: StoredRun | null;
  /** Default false: no reply of another run may answer. Then the run's own journal is off, or that would. */
  readonly useCache?: boolean;
}

/** Every part that a run has, but for the cache. */
export async function openStack(options: StackOptions): Promise<LanguageModel> {
  const { provider, settings, model, concurrency, run, useCache = false } = options;
  const connections = createConnections({
    providers: [provider],
    settingsFor: () => settings,
    prices: { [model]: { inputPerMillion: 1, outputPerMillion: 2, source: 'bench' } },
    concurrency,
    clock: systemClock,
  });
  const limits = { calls: 1_000_000, usd: 1_000_000 };
  const gateway = createGateway({
    connections,
    models: new Map([[model, await connections.describe(model)]]),
    journal: run === null || useCache ? null : run.store.journal(run.lease),
    cache: run !== null && useCache ? run.store.cache() : null,
    spendLog: run === null ? null : run.store.spendLog(run.lease),
    paid: createBudget(limits),
    clock: systemClock,
    random: () => 0.5,
    retries: 4,
  });
  return gateway.under(createBudget(limits));
}
