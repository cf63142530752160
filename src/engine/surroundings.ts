/**
 * What surrounds a prompt file: the config above it, the results store near it, the models it may ask and the month it
 * is paid in. Each is opened once and shared by all that is done there.
 */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { EngineOptions } from './engine.ts';
import { monthLimitOf, monthOf } from './experiments/month-account.ts';
import { openStore } from './experiments/sqlite-store.ts';
import { findStore, locateStore } from './experiments/store-location.ts';
import type { KeepLimits, MonthState, ResultsStore } from './experiments/store.ts';
import type { Clock } from './models/clock.ts';
import { createConnections } from './models/connections.ts';
import type { ModelConnections } from './models/connections.ts';
import { findConfig } from './models/find-config.ts';
import type { LocalModels, ProviderDescriptor } from './models/provider.ts';
import { CONFIG_FILE, limitsOfModel } from './models/workspace-config.ts';
import type { WorkspaceConfig } from './models/workspace-config.ts';
import { isGone } from './owner.ts';

export interface Surroundings {
  /** The config that holds for a spec, or for a folder given as the path of a config in it. */
  config(specPath: string): Promise<WorkspaceConfig>;
  /** Kept by config, so that runs of one workspace share limiters. */
  connections(config: WorkspaceConfig, concurrency: number): ModelConnections;
  /** The store of a folder, opened as it is. */
  store(folder: string): Promise<ResultsStore>;
  /** The store to work in: within its limits of size and age, and knowing the limit of the month. */
  storeForWork(folder: string, specPath: string, config: WorkspaceConfig): Promise<ResultsStore>;
  /** A store that is open, knowing the limit of the month as it is now. */
  underMonth(store: ResultsStore, specPath: string): Promise<ResultsStore>;
  /** The store earlier runs of a spec left; null where there is none yet: planning makes no folder. */
  earlierStore(specPath: string): Promise<ResultsStore | null>;
  /** The running month; untouched where nothing has run yet. */
  month(store: ResultsStore | null, config: WorkspaceConfig): Promise<MonthState>;
  /** The next call connects anew: a key has changed. */
  readonly forgetConnections: () => void;
  close(): Promise<void>;
}

/** The path that stands for a folder's own config. */
export const configIn = (near: string): string => join(folderOf(near), CONFIG_FILE);

/** The folder of a file, or the folder itself. */
export function folderOf(near: string): string {
  const path = resolve(near);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? dirname(path) : path;
}

export function createSurroundings(
  options: EngineOptions,
  providers: readonly ProviderDescriptor[],
  clock: Clock,
): Surroundings {
  const { workers, variable, userData, workspace, useEmergencyBudget = false } = options;
  const stores = new Map<string, Promise<ResultsStore>>();

  /** The config beside the store's home: the workspace root, else the nearest one above the spec. */
  const config = (specPath: string): Promise<WorkspaceConfig> => findConfig(specPath, workspace);

  /** The month's limit of a store's workspace, read where money is about to be spent: a changed config holds at once. */
  const underMonth = async (store: ResultsStore, specPath: string): Promise<ResultsStore> => {
    const { path, note } = store.location;
    const { budget } = await config(note === null ? join(dirname(dirname(path)), CONFIG_FILE) : specPath);
    store.limitMonth(monthLimitOf(budget, useEmergencyBudget));
    return store;
  };

  /** The store earlier runs of a spec left; null where there is none yet: planning makes no folder. */
  const earlierStore = async (specPath: string): Promise<ResultsStore | null> => {
    const places = { specFolder: dirname(specPath), userData, ...(workspace === undefined ? {} : { workspace }) };
    return findStore(places) === null ? null : await underMonth(await storeAt(dirname(specPath)), specPath);
  };

  /** The running month; untouched where nothing has run yet. */
  const month = async (store: ResultsStore | null, { budget }: WorkspaceConfig): Promise<MonthState> =>
    (await store?.month()) ?? {
      month: monthOf(clock.now()),
      paidUsd: 0,
      heldUsd: 0,
      limit: monthLimitOf(budget, useEmergencyBudget),
    };

  /** Connections are kept by config, so that runs of one workspace share limiters. */
  const connected = new Map<string, ModelConnections>();
  /** @param folder where somebody says that the library is; a path from the workspace. Null when no models run here. */
  const localModels = (installFolder: string, folder = ''): LocalModels | null => {
    const base = workspace ?? process.cwd();
    if (workers.transformers === undefined) return null;
    return {
      libraryFolders: [...(folder === '' ? [] : [resolve(base, folder)]), base, installFolder],
      installFolder,
      workerPath: workers.transformers,
    };
  };
  const connections = (given: WorkspaceConfig, concurrency: number): ModelConnections => {
    const key = JSON.stringify([given, concurrency]);
    const known = connected.get(key);
    if (known !== undefined) return known;
    const made = createConnections({
      providers,
      settingsFor({ name, keyVariable, baseUrlVariable, folderVariable }) {
        const apiKey = keyVariable === null ? undefined : variable(keyVariable);
        const baseUrl =
          given.providers[name]?.baseUrl ?? (baseUrlVariable === null ? undefined : variable(baseUrlVariable));
        const timeoutMs = given.providers[name]?.timeoutMs;
        const folder = given.providers[name]?.folder ?? (folderVariable === undefined ? '' : variable(folderVariable));
        const local = folderVariable === undefined ? null : localModels(join(userData, name), folder);
        return {
          ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }),
          ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
          ...(local === null ? {} : { local }),
        };
      },
      prices: given.prices,
      aliases: given.aliases,
      concurrency,
      limitsFor: (provider, id) => limitsOfModel(given, provider, id),
      clock,
      tokenizerPath: workers.tokenizer,
    });
    connected.set(key, made);
    return made;
  };

  const storeAt = (near: string): Promise<ResultsStore> => {
    const location = locateStore({ specFolder: near, userData, ...(workspace === undefined ? {} : { workspace }) });
    const known = stores.get(location.path);
    if (known !== undefined) return known;
    const opening = openStore({ location, workerPath: workers.store, clock, isGone });
    stores.set(location.path, opening);
    opening.catch(() => stores.delete(location.path));
    return opening;
  };

  /** What the stores that runs have used may keep. */
  const keeping = new Map<ResultsStore, KeepLimits>();
  const storeForWork = async (folder: string, specPath: string, { keep }: WorkspaceConfig): Promise<ResultsStore> => {
    const store = await storeAt(folder);
    keeping.set(store, keep);
    await store.keepWithin(keep);
    return await underMonth(store, specPath);
  };

  return {
    config,
    connections,
    store: storeAt,
    storeForWork,
    underMonth,
    earlierStore,
    month,
    forgetConnections() {
      for (const open of connected.values()) open.forget();
    },
    async close() {
      for (const open of connected.values()) await open.close();
      connected.clear();
      const open = [...stores.values()];
      stores.clear();
      for (const store of await Promise.allSettled(open)) {
        if (store.status !== 'fulfilled') continue;
        const limits = keeping.get(store.value);
        // Where this fails, the next run does it.
        if (limits !== undefined) await store.value.keepWithin(limits).catch(() => undefined);
        await store.value.close();
      }
    },
  };
}
