/** What the engine does with models outside any run: lists, prices and tries them, asks them, serves them to others. */
import type { Engine, EngineOptions } from './engine.ts';
import type { OpenServices } from './experiments/open-run.ts';
import { listProviders } from './models/catalogue.ts';
import type { ModelConnections } from './models/connections.ts';
import { modelFacts } from './models/model-facts.ts';
import { unknownProvider } from './models/near-models.ts';
import type { ProviderDescriptor } from './models/provider.ts';
import { tryModel } from './models/try-model.ts';
import type { WorkspaceConfig } from './models/workspace-config.ts';
import { configIn, folderOf } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { traceWork } from './traces.ts';
import type { Traces } from './traces.ts';

/** What work at a path takes, but for a store. */
export type ServicesFor = (
  specPath: string,
) => Promise<Omit<OpenServices, 'store'> & { readonly config: WorkspaceConfig }>;

export interface ModelDoorParts {
  readonly options: EngineOptions;
  readonly providers: readonly ProviderDescriptor[];
  readonly around: Surroundings;
  readonly traces: Traces;
  readonly servicesFor: ServicesFor;
}

type ModelDoor = Pick<
  Engine,
  | 'serve'
  | 'catalogue'
  | 'modelFacts'
  | 'tryModel'
  | 'batchGenerate'
  | 'judgeComparison'
  | 'listModels'
  | 'aliases'
  | 'forgetConnections'
>;

/** What all providers but a few take of OpenAI's parameters. */
const CARRIED_BY_MOST: readonly string[] = ['temperature', 'top_p'];

/** How long a list of models may wait for one provider. */
const LIST_MS = 5000;

/** The models of every provider that can be asked now, by full name. One that cannot has none. */
async function listEverything(
  providers: readonly ProviderDescriptor[],
  connections: ModelConnections,
): Promise<readonly string[]> {
  const lists = await Promise.allSettled(
    providers.map(async ({ name }) =>
      (await connections.list(name, AbortSignal.timeout(LIST_MS))).map(({ id }) => `${name}/${id}`),
    ),
  );
  return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
}

export function createModelDoor({ options, providers, around, traces, servicesFor }: ModelDoorParts): ModelDoor {
  const { variable } = options;

  /** What asking a model outside any run takes. */
  const askingServices = async (model: string, near: string = options.workspace ?? '.') => {
    const services = await servicesFor(configIn(near));
    const store = await around.storeForWork(folderOf(near), configIn(near), services.config);
    return { name: services.config.aliases[model] ?? model, services: { ...services, store } } as const;
  };

  return {
    async serve(near, serve = {}) {
      const folder = folderOf(near);
      const services = await servicesFor(configIn(folder));
      const { serveModels } = await import('./serve-models.ts');
      const traced = await traces.begin(services.config, 'promptopt serve', {});
      const starting = serveModels(serve, {
        ...services,
        ...traced,
        folder,
        aliases: services.config.aliases,
        store: await around.storeForWork(folder, configIn(folder), services.config),
        listModels: () => listEverything(providers, services.connections),
        carries(model) {
          const slash = model.indexOf('/');
          const provider = providers.find(({ name }) => name === model.slice(0, slash));
          return provider?.carries?.(model.slice(slash + 1)) ?? CARRIED_BY_MOST;
        },
      });
      const server = await traceWork(starting, traced, 'begun');
      traced.trace?.note({ 'promptopt.run.id': server.id });
      // What it ended with is told to whoever waits for the result.
      traceWork(server.result, traced).catch(() => undefined);
      return server;
    },

    async catalogue(near, provider) {
      const { connections } = await servicesFor(configIn(near));
      const wanted = provider === undefined ? providers : providers.filter(({ name }) => name === provider);
      if (wanted.length === 0) throw unknownProvider(provider ?? '', providers);
      const hasKey = (name: string): boolean => (variable(name) ?? '') !== '';
      return await listProviders(wanted, { connections, hasKey });
    },

    async modelFacts(near, model, size) {
      const { connections, config } = await servicesFor(configIn(near));
      const known = { providers, aliases: config.aliases };
      return await modelFacts(model, size, { connections, known, prices: config.prices });
    },

    async tryModel(near, model) {
      const { config, ...services } = await servicesFor(configIn(near));
      return await tryModel(model, {
        ...services,
        known: { providers, aliases: config.aliases },
        async openLog() {
          const store = await around.storeForWork(folderOf(near), configIn(near), config);
          return { log: store.evaluationLog('models test'), flush: () => store.flush() };
        },
      });
    },

    async batchGenerate(model, prompts, asked = {}) {
      const [{ askPrompts }, { name, services }] = await Promise.all([
        import('./ask-models.ts'),
        askingServices(model, asked.near),
      ]);
      return await askPrompts(name, prompts, asked, services);
    },

    async judgeComparison(judge, a, b, criteria, asked = {}) {
      const [{ askJudge }, { name, services }] = await Promise.all([
        import('./ask-models.ts'),
        askingServices(judge, asked.near),
      ]);
      return await askJudge(name, { a, b, criteria }, asked, services);
    },

    async listModels(provider, near, signal) {
      const { connections } = await servicesFor(configIn(near));
      return await connections.list(provider, signal);
    },

    aliases: async (near) => (await around.config(configIn(near))).aliases,

    forgetConnections: around.forgetConnections,
  };
}
