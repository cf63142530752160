/** The engine put together: rooms' tables joined, models connected, stores opened. Made once by each product. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PromptOptError } from '../protocol/errors.ts';
import type { Splits } from './data/example.ts';
import { loadTaskData } from './data/load-task-data.ts';
import type { Engine, EngineOptions, Task } from './engine.ts';
import { constraints } from './evaluation/constraints/table.ts';
import type { Evaluator } from './evaluation/evaluation.ts';
import { createEvaluator, rowsUnderWay } from './evaluation/evaluator.ts';
import { metrics } from './evaluation/metrics/table.ts';
import { createWorkerSandbox } from './evaluation/worker-sandbox.ts';
import { chooseModels } from './experiments/choose-models.ts';
import { evaluateTask } from './experiments/evaluate-task.ts';
import { costAccount } from './experiments/cost-account.ts';
import { beginRun, resumeRun } from './experiments/open-run.ts';
import type { OpenServices } from './experiments/open-run.ts';
import { isEmbedded, prepareRun } from './experiments/prepare-run.ts';
import { replyLimitOf } from './experiments/reply-limit.ts';
import { textOfPrompt } from './experiments/result.ts';
import { openStore } from './experiments/sqlite-store.ts';
import { locateStore } from './experiments/store-location.ts';
import type { ResultsStore } from './experiments/store.ts';
import { htmlReport } from './exchange/html-report.ts';
import { gatherReport } from './exchange/run-report.ts';
import type { WriteBack } from './exchange/run-report.ts';
import { systemClock } from './models/clock.ts';
import { createConnections } from './models/connections.ts';
import type { ModelConnections } from './models/connections.ts';
import type { LanguageModel } from './models/language-model.ts';
import { providers as ownProviders } from './models/providers/table.ts';
import { CONFIG_FILE, NO_CONFIG, limitsOfModel, readWorkspaceConfig } from './models/workspace-config.ts';
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

export function createEngine(options: EngineOptions): Engine {
  const { workers, variable, userData, workspace, useCache = true } = options;
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
    { connections, concurrency }: { readonly connections: ModelConnections; readonly concurrency: number },
  ): Evaluator =>
    createEvaluator({
      spec,
      model,
      modelName: target,
      maxOutputTokens: reply,
      services: { countTokens: (text) => connections.countTokens(target, text), sandbox },
      window: rowsUnderWay(concurrency),
    });

  /** The config beside the store's home: the workspace root, else the nearest one above the spec. */
  const configFor = async (specPath: string): Promise<WorkspaceConfig> => {
    for (let folder = dirname(specPath); ; folder = dirname(folder)) {
      const path = join(folder, CONFIG_FILE);
      if (existsSync(path)) return readWorkspaceConfig(await readFile(path, 'utf8'), path);
      if (folder === workspace || folder === dirname(folder)) return NO_CONFIG;
    }
  };

  /** Connections are kept by config, so that runs of one workspace share limiters. */
  const connected = new Map<string, ModelConnections>();
  const connectionsFor = (config: WorkspaceConfig, concurrency: number): ModelConnections => {
    const key = JSON.stringify([config, concurrency]);
    const known = connected.get(key);
    if (known !== undefined) return known;
    const connections = createConnections({
      providers,
      settingsFor({ name, keyVariable, baseUrlVariable }) {
        const apiKey = keyVariable === null ? undefined : variable(keyVariable);
        const baseUrl =
          config.providers[name]?.baseUrl ?? (baseUrlVariable === null ? undefined : variable(baseUrlVariable));
        const timeoutMs = config.providers[name]?.timeoutMs;
        return {
          ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }),
          ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
          ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
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
      evaluatorOn: (spec, model, { models, replyLimits }) =>
        evaluatorFor(spec, model, models.target, replyLimits.target, { connections, concurrency }),
    };
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
      const spec = requireReady(task);
      const services = await servicesFor(task.path);
      const { target } = chooseModels(spec, evaluate, services.config.aliases);
      const split = evaluate.split ?? (spec.data === null ? 'all' : 'validation');
      const { train, validation, test } = task.splits;
      const examples = split === 'all' ? [...train, ...validation, ...test] : task.splits[split];
      const info = await services.connections.describe(target);
      const reply = await replyLimitOf(spec, info, examples, (text) => services.connections.countTokens(target, text));
      // Also without its cache: what is paid is written down.
      const store = await openStoreAt(dirname(task.path));
      const report = await evaluateTask(
        {
          spec,
          prompt: spec.prompt,
          examples,
          model: target,
          split,
          limits: limitsOf(spec, evaluate.limits),
          repeat: evaluate.repeat ?? 1,
          notes: [...task.splits.notes, ...(store.location.note === null ? [] : [store.location.note])],
          ...(evaluate.signal === undefined ? {} : { signal: evaluate.signal }),
          ...(evaluate.onRow === undefined ? {} : { onRow: evaluate.onRow }),
        },
        {
          ...services,
          cache: useCache ? store.cache() : null,
          spendLog: store.evaluationLog(spec.name),
          evaluatorOn: (own, model) => evaluatorFor(own, model, target, reply, services),
        },
      ).finally(() => store.flush());
      return report;
    },

    async plan(task, optimize = {}) {
      const spec = requireReady(task);
      const services = await servicesFor(task.path);
      const models = chooseModels(spec, optimize, services.config.aliases);
      const prepared = await prepareRun(
        {
          spec,
          specText: task.text,
          specPath: task.path,
          splits: task.splits,
          strategy: optimize.strategy ?? spec.optimize.strategy,
          seed: optimize.seed ?? spec.optimize.seed,
          limits: limitsOf(spec, optimize.limits),
          models,
        },
        services,
      );
      const { config, optimizer } = prepared;
      const { train, validation, test } = task.splits;
      return {
        name: spec.name,
        strategy: { name: optimizer.name, title: optimizer.title },
        seed: config.seed,
        models,
        embedded: isEmbedded(models.target),
        limits: config.limits,
        forecast: config.forecast,
        rows: { train: train.length, validation: validation.length, test: test.length },
        verdictRows: config.verdictRows,
        replyLimits: config.replyLimits,
        notes: config.notes,
        start: async () => await beginRun(prepared, { ...services, store: await openStoreAt(dirname(task.path)) }),
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
      return await resumeRun(chosen, { ...services, store }, limits);
    },

    async listModels(provider, near, signal) {
      const { connections } = await servicesFor(join(folderOf(near), CONFIG_FILE));
      return await connections.list(provider, signal);
    },

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
      return await costAccount(store, clock.now(), budget.monthlyUsd);
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
        if (store.status === 'fulfilled') await store.value.close();
      }
    },
  };

  return engine;
}
