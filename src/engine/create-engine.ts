/** The engine put together: rooms' tables joined, models connected, stores opened. Made once by each product. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PromptOptError } from '../protocol/errors.ts';
import type { Splits } from './data/example.ts';
import { loadTaskData } from './data/load-task-data.ts';
import type { Engine, EngineOptions, EvaluateOptions, Task } from './engine.ts';
import { constraints } from './evaluation/constraints/table.ts';
import type { Evaluator } from './evaluation/evaluation.ts';
import { BATCH_WINDOW, createEvaluator, rowsUnderWay } from './evaluation/evaluator.ts';
import { metrics } from './evaluation/metrics/table.ts';
import { createWorkerSandbox } from './evaluation/worker-sandbox.ts';
import { chooseModels, throughGithub } from './experiments/choose-models.ts';
import type { ModelChoice } from './experiments/choose-models.ts';
import { evaluateTask } from './experiments/evaluate-task.ts';
import { costAccount } from './experiments/cost-account.ts';
import { beginRun, resumeRun } from './experiments/open-run.ts';
import type { OpenServices } from './experiments/open-run.ts';
import { isEmbedded, paceOf, prepareRun } from './experiments/prepare-run.ts';
import { replyLimitOf } from './experiments/reply-limit.ts';
import { textOfPrompt } from './experiments/result.ts';
import { openStore } from './experiments/sqlite-store.ts';
import { findStore, locateStore } from './experiments/store-location.ts';
import { forecastEvaluation } from './experiments/forecast-evaluation.ts';
import { historyOf } from './experiments/forecast-history.ts';
import { monthLimitOf, monthOf, requireMonth } from './experiments/month-account.ts';
import type { KeepLimits, MonthState, ResultsStore } from './experiments/store.ts';
import { htmlReport } from './exchange/html-report.ts';
import { gatherReport } from './exchange/run-report.ts';
import type { WriteBack } from './exchange/run-report.ts';
import { systemClock } from './models/clock.ts';
import { createConnections } from './models/connections.ts';
import type { ModelConnections } from './models/connections.ts';
import type { LanguageModel } from './models/language-model.ts';
import type { ProviderDescriptor } from './models/provider.ts';
import type { LocalModels } from './models/provider.ts';
import { providers as ownProviders } from './models/providers/table.ts';
import { findConfig } from './models/find-config.ts';
import { atBatchRates } from './models/price.ts';
import { CONFIG_FILE, limitsOfModel } from './models/workspace-config.ts';
import type { WorkspaceConfig } from './models/workspace-config.ts';
import { limitsOf } from './limits.ts';
import { optimizers } from './optimizers/table.ts';
import type { ChatRole, Prompt } from './spec/prompt.ts';
import { createPrompt } from './spec/prompt.ts';
import { createSpecLanguage } from './spec/spec-language.ts';
import type { TaskSpec } from './spec/task-spec.ts';
import { writePrompt } from './spec/write-back.ts';
import { ENGINE_VERSION } from './version.ts';

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_RETRIES = 4;

function roleOf(role: string): ChatRole {
  if (role === 'system' || role === 'user' || role === 'assistant') return role;
  throw new PromptOptError('internal', `A prompt has no role "${role}".`);
}

const NO_SPLITS: Splits = { train: [], validation: [], test: [], notes: [] };

const owner = `process ${process.pid} on ${hostname()}`;

/** Whether the process that held a lease has ended. Only known of processes of this machine. */
function isGone(holder: string): boolean {
  const [, pid, host] = /^process (\d+) on (.*)$/.exec(holder) ?? [];
  if (pid === undefined || host !== hostname() || holder === owner) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Readable, sortable by time, and never the same twice. */
function newId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 13).replace('T', '-');
  return `${time}-${randomUUID().slice(0, 6)}`;
}

function requireReady(task: Task): TaskSpec {
  const error = task.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (task.spec === null || error !== undefined) {
    const errors = task.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    const more = errors > 1 ? ` (and ${errors - 1} more)` : '';
    throw new PromptOptError('spec', `${error?.message ?? 'The file is no prompt file.'}${more}`, {
      remedy: `See all with \`promptopt lint ${task.path}\`.`,
      file: task.path,
      line: (error?.range.start.line ?? 0) + 1,
    });
  }
  const [problem] = task.dataProblems;
  if (problem !== undefined) {
    const more = task.dataProblems.length > 1 ? ` (and ${task.dataProblems.length - 1} more)` : '';
    throw new PromptOptError('data', `${problem.message}${more}`, { file: problem.file, line: problem.line });
  }
  return task.spec;
}

/** The folder of a file, or the folder itself. */
function folderOf(near: string): string {
  const path = resolve(near);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? dirname(path) : path;
}

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

export function createEngine(options: EngineOptions): Engine {
  const { workers, variable, userData, workspace, useCache = true, useEmergencyBudget = false } = options;
  const providers = [...ownProviders, ...(options.providers ?? [])];
  const clock = systemClock;
  const files = { exists: existsSync };
  const language = createSpecLanguage({ constraints, metrics, strategies: optimizers });
  const stores = new Map<string, Promise<ResultsStore>>();
  const sandbox = createWorkerSandbox({
    workerPath: workers.sandbox,
    after(milliseconds, action) {
      const timer = setTimeout(action, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
  });

  const evaluatorFor = (
    spec: TaskSpec,
    model: LanguageModel,
    target: string,
    reply: number,
    { connections, window }: { readonly connections: ModelConnections; readonly window: number },
  ): Evaluator =>
    createEvaluator({
      spec,
      model,
      modelName: target,
      maxOutputTokens: reply,
      services: { countTokens: (text) => connections.countTokens(target, text), sandbox },
      window,
    });

  /** The config beside the store's home: the workspace root, else the nearest one above the spec. */
  const configFor = (specPath: string): Promise<WorkspaceConfig> => findConfig(specPath, workspace);

  /** The month's limit of a store's workspace, read where money is about to be spent: a changed config holds at once. */
  const underMonth = async (store: ResultsStore, specPath: string): Promise<ResultsStore> => {
    const { path, note } = store.location;
    const { budget } = await configFor(note === null ? join(dirname(dirname(path)), CONFIG_FILE) : specPath);
    store.limitMonth(monthLimitOf(budget, useEmergencyBudget));
    return store;
  };

  /** The store earlier runs of a spec left; null where there is none yet: planning makes no folder. */
  const earlierStore = async (specPath: string): Promise<ResultsStore | null> => {
    const places = { specFolder: dirname(specPath), userData, ...(workspace === undefined ? {} : { workspace }) };
    return findStore(places) === null ? null : await underMonth(await openStoreAt(dirname(specPath)), specPath);
  };

  /** The running month; untouched where nothing has run yet. */
  const monthFor = async (store: ResultsStore | null, { budget }: WorkspaceConfig): Promise<MonthState> =>
    (await store?.month()) ?? {
      month: monthOf(clock.now()),
      paidUsd: 0,
      heldUsd: 0,
      limit: monthLimitOf(budget, useEmergencyBudget),
    };

  /** Connections are kept by config, so that runs of one workspace share limiters. */
  const connected = new Map<string, ModelConnections>();
  const connectionsFor = (config: WorkspaceConfig, concurrency: number): ModelConnections => {
    const key = JSON.stringify([config, concurrency]);
    const known = connected.get(key);
    if (known !== undefined) return known;
    const connections = createConnections({
      providers,
      settingsFor({ name, keyVariable, baseUrlVariable, folderVariable }) {
        const apiKey = keyVariable === null ? undefined : variable(keyVariable);
        const baseUrl =
          config.providers[name]?.baseUrl ?? (baseUrlVariable === null ? undefined : variable(baseUrlVariable));
        const timeoutMs = config.providers[name]?.timeoutMs;
        const base = workspace ?? process.cwd();
        const installFolder = join(userData, name);
        const named = [config.providers[name]?.folder, folderVariable === undefined ? '' : variable(folderVariable)];
        const local: LocalModels = {
          libraryFolders: [...named.flatMap((folder) => (folder ? [resolve(base, folder)] : [])), base, installFolder],
          installFolder,
          workerPath: workers.transformers,
        };
        return {
          ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }),
          ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
          ...(folderVariable === undefined ? {} : { local }),
        };
      },
      prices: config.prices,
      concurrency,
      limitsFor: (provider, id) => limitsOfModel(config, provider, id),
      clock,
      tokenizerPath: workers.tokenizer,
    });
    connected.set(key, connections);
    return connections;
  };

  const openStoreAt = (near: string): Promise<ResultsStore> => {
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
  const tidy = async (store: ResultsStore, { keep }: WorkspaceConfig): Promise<ResultsStore> => {
    keeping.set(store, keep);
    await store.keepWithin(keep);
    return store;
  };

  const servicesFor = async (specPath: string): Promise<Omit<OpenServices, 'store'> & { config: WorkspaceConfig }> => {
    const config = await configFor(specPath);
    const concurrency = options.concurrency ?? config.concurrency ?? DEFAULT_CONCURRENCY;
    const connections = connectionsFor(config, concurrency);
    return {
      config,
      optimizers,
      connections,
      concurrency,
      clock,
      jitter: Math.random,
      retries: options.retries ?? config.retries ?? DEFAULT_RETRIES,
      useCache,
      engineVersion: ENGINE_VERSION,
      owner,
      newId,
      readSpec(text, path) {
        const { spec, diagnostics } = language.read(text, { path });
        return requireReady({ path, text, spec, diagnostics, splits: NO_SPLITS, dataProblems: [] });
      },
      evaluatorOn: (spec, model, { models, replyLimits, batch = false }) =>
        evaluatorFor(spec, model, models.target, replyLimits.target, {
          connections,
          window: batch ? BATCH_WINDOW : rowsUnderWay(concurrency),
        }),
    };
  };

  /** Who is asked, and what of it a user should be told. */
  const modelsFor = (spec: TaskSpec, choice: ModelChoice, { aliases, providers: settings }: WorkspaceConfig) => {
    const models = chooseModels(spec, choice, aliases);
    const isSet = (name: string | null): boolean => name !== null && (variable(name) ?? '') !== '';
    const moved = throughGithub(models, {
      keyed: providers.filter(({ keyVariable }) => isSet(keyVariable)).map(({ name }) => name),
      ownOpenAi: settings['openai']?.baseUrl !== undefined || isSet('OPENAI_BASE_URL'),
    });
    return { models: moved?.models ?? models, notes: moved === null ? [] : [moved.note] };
  };

  /** What an evaluation asks of whom, resolved. */
  const evaluationOf = async (task: Task, evaluate: EvaluateOptions) => {
    const spec = requireReady(task);
    const services = await servicesFor(task.path);
    const chosen = modelsFor(spec, evaluate, services.config);
    const { target } = chosen.models;
    const notes = [...chosen.notes, ...task.splits.notes];
    const { batch = false } = evaluate;
    const split = evaluate.split ?? (spec.data === null ? 'all' : 'validation');
    const { train, validation, test } = task.splits;
    const examples = split === 'all' ? [...train, ...validation, ...test] : task.splits[split];
    const info = await services.connections.describe(target);
    const reply = await replyLimitOf(spec, info, examples, (text) => services.connections.countTokens(target, text));
    const limits = limitsOf(spec, evaluate.limits, { batch });
    return { spec, services, target, info, split, examples, reply, batch, limits, notes } as const;
  };

  const engine: Engine = {
    version: ENGINE_VERSION,
    strategies: optimizers.map(({ name, title, summary, whenToChoose, source, costFormula }) => ({
      name,
      title,
      summary,
      whenToChoose,
      source,
      costFormula,
    })),
    providers: providers.map(({ name, title, summary, example, keyVariable, baseUrlVariable }) => ({
      name,
      title,
      summary,
      example,
      keyVariable,
      baseUrlVariable,
    })),
    lintRules: language.rules,

    lint: (text, path, { severities = {} } = {}) =>
      language.read(text, { path: resolve(path), files, severities }).diagnostics,

    rowDiagnostics: ({ text, dataProblems }, { severities = {} } = {}) =>
      language.rowDiagnostics(text, dataProblems, severities),

    async readTask(text, path) {
      const full = resolve(path);
      const { spec, diagnostics } = language.read(text, { path: full, files });
      if (spec === null) return { path: full, text, spec, diagnostics, splits: NO_SPLITS, dataProblems: [] };
      const { splits, problems } = await loadTaskData(spec, full, (file) => readFile(file, 'utf8'));
      return { path: full, text, spec, diagnostics, splits, dataProblems: problems };
    },

    async openTask(path) {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (cause) {
        throw new PromptOptError('usage', `${path} cannot be read.`, {
          remedy: 'Check the path; a prompt file ends in .prompt.yaml.',
          file: path,
          cause,
        });
      }
      return await engine.readTask(text, path);
    },

    async evaluate(task, evaluate = {}) {
      const { spec, services, target, split, examples, reply, batch, limits, notes } = await evaluationOf(
        task,
        evaluate,
      );
      const window = batch ? BATCH_WINDOW : rowsUnderWay(services.concurrency);
      // Also without its cache: what is paid is written down.
      const store = await underMonth(await tidy(await openStoreAt(dirname(task.path)), services.config), task.path);
      const report = await evaluateTask(
        {
          spec,
          prompt: spec.prompt,
          examples,
          model: target,
          split,
          limits,
          batch: batch
            ? { log: store.evaluationBatches(spec.name, owner), tell: evaluate.onBatch ?? (() => undefined) }
            : null,
          repeat: evaluate.repeat ?? 1,
          notes: [...notes, ...(store.location.note === null ? [] : [store.location.note])],
          ...(evaluate.signal === undefined ? {} : { signal: evaluate.signal }),
          ...(evaluate.onRow === undefined ? {} : { onRow: evaluate.onRow }),
        },
        {
          ...services,
          cache: useCache ? store.cache() : null,
          spendLog: store.evaluationLog(spec.name),
          evaluatorOn: (own, model) => evaluatorFor(own, model, target, reply, { ...services, window }),
        },
      ).finally(() => store.flush());
      return report;
    },

    async forecastEvaluation(task, evaluate = {}) {
      const asked = await evaluationOf(task, evaluate);
      const { spec, services, target, info, split, examples, reply, batch, limits, notes } = asked;
      const repeat = evaluate.repeat ?? 1;
      const earlier = await earlierStore(task.path);
      const { latencyMs } = historyOf((await earlier?.pastRuns(target)) ?? [], null);
      const forecast = await forecastEvaluation(
        {
          spec,
          examples,
          repeat,
          model: target,
          info: batch ? { ...info, price: atBatchRates(info.price) } : info,
          replyLimit: reply,
          limits,
          ...paceOf(target, services.concurrency, latencyMs),
        },
        services.connections,
      );
      const month = await monthFor(earlier, services.config);
      return {
        name: spec.name,
        model: target,
        embedded: isEmbedded(target),
        split,
        rows: examples.length,
        repeat,
        limits,
        forecast,
        replyLimit: reply,
        notes,
        month: month.limit === null ? null : month,
        askAboveUsd: services.config.budget.askAboveUsd,
      };
    },

    async plan(task, optimize = {}) {
      const spec = requireReady(task);
      const services = await servicesFor(task.path);
      const { models, notes } = modelsFor(spec, optimize, services.config);
      const { batch = false } = optimize;
      const strategy = optimize.strategy ?? spec.optimize.strategy;
      const earlier = await earlierStore(task.path);
      const prepared = await prepareRun(
        {
          spec,
          specText: task.text,
          specPath: task.path,
          splits: { ...task.splits, notes: [...notes, ...task.splits.notes] },
          strategy,
          history: historyOf((await earlier?.pastRuns(models.target)) ?? [], strategy),
          seed: optimize.seed ?? spec.optimize.seed,
          limits: limitsOf(spec, optimize.limits, { batch }),
          models,
          batch,
        },
        services,
      );
      const { config, optimizer } = prepared;
      const month = await monthFor(earlier, services.config);
      requireMonth(config.monthNeed ?? { verdictUsd: 0, baselineUsd: 0 }, month);
      const { train, validation, test } = task.splits;
      return {
        name: spec.name,
        strategy: { name: optimizer.name, title: optimizer.title },
        seed: config.seed,
        models,
        embedded: isEmbedded(models.target),
        batch,
        limits: config.limits,
        forecast: config.forecast,
        rows: { train: train.length, validation: validation.length, test: test.length },
        verdictRows: config.verdictRows,
        replyLimits: config.replyLimits,
        notes: config.notes,
        month: month.limit === null ? null : month,
        askAboveUsd: services.config.budget.askAboveUsd,
        async start() {
          const store = await underMonth(await tidy(await openStoreAt(dirname(task.path)), services.config), task.path);
          return await beginRun(prepared, { ...services, store });
        },
      };
    },

    async resume(store, runId, { limits } = {}) {
      const status = limits === undefined ? 'interrupted' : 'done';
      const chosen = runId ?? (await store.query({ status, limit: 1 }))[0]?.header.id;
      if (chosen === undefined) {
        throw new PromptOptError(
          'usage',
          `There is no ${status === 'done' ? 'ended' : 'interrupted'} run to go on with.`,
          {
            remedy: 'List the runs with `promptopt runs list`.',
          },
        );
      }
      const record = await store.load(chosen);
      const services = await servicesFor(record?.header.specPath ?? resolve('.'));
      await underMonth(store, record?.header.specPath ?? resolve('.'));
      return await resumeRun(chosen, { ...services, store }, limits);
    },

    async serve(near, serve = {}) {
      const folder = folderOf(near);
      const services = await servicesFor(join(folder, CONFIG_FILE));
      const { serveModels } = await import('./serve-models.ts');
      return await serveModels(serve, {
        ...services,
        folder,
        aliases: services.config.aliases,
        store: await underMonth(await tidy(await openStoreAt(folder), services.config), join(folder, CONFIG_FILE)),
        listModels: () => listEverything(providers, services.connections),
        carries(model) {
          const slash = model.indexOf('/');
          const provider = providers.find(({ name }) => name === model.slice(0, slash));
          return provider?.carries?.(model.slice(slash + 1)) ?? CARRIED_BY_MOST;
        },
      });
    },

    async listModels(provider, near, signal) {
      const { connections } = await servicesFor(join(folderOf(near), CONFIG_FILE));
      return await connections.list(provider, signal);
    },

    keepLimits: async (near) => (await configFor(join(folderOf(near), CONFIG_FILE))).keep,

    aliases: async (near) => (await configFor(join(folderOf(near), CONFIG_FILE))).aliases,

    forgetConnections() {
      for (const connections of connected.values()) connections.forget();
    },

    store: (near) => openStoreAt(folderOf(near)),

    async candidatePrompt(store, hash) {
      const text = (await store.getContent([hash])).get(hash);
      return text === undefined ? null : textOfPrompt(JSON.parse(text) as Prompt);
    },

    writeBack(text, path, prompt) {
      const { spec } = language.read(text, { path });
      if (spec === null) throw new PromptOptError('spec', 'The file is no prompt file any more.', { file: path });
      const next = createPrompt(
        prompt.messages.map(({ name, role, content }) => ({ name, role: roleOf(role), content })),
        prompt.demonstrations,
      );
      return writePrompt(text, spec.prompt, next).text;
    },

    async costs(store) {
      const { budget } = await configFor(join(dirname(dirname(store.location.path)), CONFIG_FILE));
      return await costAccount(store, budget.monthlyUsd);
    },

    async report(store, runId) {
      const writeBack: WriteBack = (text, path, prompt) => engine.writeBack(text, path, prompt);
      return htmlReport(await gatherReport(store, runId, writeBack));
    },

    async close() {
      await sandbox.close();
      for (const connections of connected.values()) await connections.close();
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

  return engine;
}
