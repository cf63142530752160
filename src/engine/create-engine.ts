/** The engine put together: rooms' tables joined, models connected, stores opened. Made once by each product. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PromptOptError } from '../protocol/errors.ts';
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
import { describeForBatch, describeModel, isEmbedded, paceOf, prepareRun } from './experiments/prepare-run.ts';
import { replyLimitOf } from './experiments/reply-limit.ts';
import { textOfPrompt } from './experiments/result.ts';
import { forecastEvaluation } from './experiments/forecast-evaluation.ts';
import { historyOf } from './experiments/forecast-history.ts';
import { requireMonth } from './experiments/month-account.ts';
import { htmlReport } from './exchange/html-report.ts';
import { gatherReport } from './exchange/run-report.ts';
import type { WriteBack } from './exchange/run-report.ts';
import { systemClock } from './models/clock.ts';
import type { ModelConnections } from './models/connections.ts';
import type { LanguageModel } from './models/language-model.ts';
import { providers as ownProviders } from './models/providers/table.ts';
import type { WorkspaceConfig } from './models/workspace-config.ts';
import { limitsOf } from './limits.ts';
import { newId, owner } from './owner.ts';
import { createModelDoor } from './model-door.ts';
import type { ServicesFor } from './model-door.ts';
import { createTraces, traceRun, traceWork } from './traces.ts';
import { NO_SPLITS, requireReady } from './ready-task.ts';
import { configIn, createSurroundings, folderOf } from './surroundings.ts';
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

export function createEngine(options: EngineOptions): Engine {
  const { workers, variable, useCache = true } = options;
  const providers = [...ownProviders, ...(options.providers ?? [])];
  const clock = systemClock;
  const files = { exists: existsSync };
  const language = createSpecLanguage({ constraints, metrics, strategies: optimizers });
  const around = createSurroundings(options, providers, clock);
  const traces = createTraces(variable);
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

  const servicesFor: ServicesFor = async (specPath) => {
    const config = await around.config(specPath);
    const concurrency = options.concurrency ?? config.concurrency ?? DEFAULT_CONCURRENCY;
    const connections = around.connections(config, concurrency);
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
    const info = await (batch ? describeForBatch : describeModel)(target, services.connections);
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
      const store = await around.storeForWork(dirname(task.path), task.path, services.config);
      const traced = await traces.begin(services.config, 'promptopt eval', { 'promptopt.name': spec.name });
      const evaluating = evaluateTask(
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
          ...traced,
          cache: useCache ? store.cache() : null,
          spendLog: store.evaluationLog(spec.name),
          evaluatorOn: (own, model) => evaluatorFor(own, model, target, reply, { ...services, window }),
        },
      ).finally(() => store.flush());
      return await traceWork(evaluating, traced);
    },

    async forecastEvaluation(task, evaluate = {}) {
      const asked = await evaluationOf(task, evaluate);
      const { spec, services, target, info, split, examples, reply, batch, limits, notes } = asked;
      const repeat = evaluate.repeat ?? 1;
      const earlier = await around.earlierStore(task.path);
      const { latencyMs } = historyOf((await earlier?.pastRuns(target)) ?? [], null);
      const forecast = await forecastEvaluation(
        {
          spec,
          examples,
          repeat,
          model: target,
          info,
          replyLimit: reply,
          limits,
          ...paceOf(target, services.concurrency, latencyMs),
        },
        services.connections,
      );
      const month = await around.month(earlier, services.config);
      return {
        name: spec.name,
        model: target,
        embedded: isEmbedded(target),
        batch,
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
      const earlier = await around.earlierStore(task.path);
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
      const month = await around.month(earlier, services.config);
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
          const store = await around.storeForWork(dirname(task.path), task.path, services.config);
          const what = { 'promptopt.name': spec.name, 'promptopt.strategy': optimizer.name };
          const traced = await traces.begin(services.config, 'promptopt optimize', what);
          return traceRun(await beginRun(prepared, { ...services, ...traced, store }), traced);
        },
      };
    },

    async resume(store, runId, { limits } = {}) {
      const status = limits === undefined ? 'interrupted' : 'done';
      const chosen = runId ?? (await store.query({ status, limit: 1 }))[0]?.header.id;
      if (chosen === undefined) {
        const what =
          limits === undefined ? 'There is no interrupted run to go on with.' : 'There is no ended run to go on with.';
        throw new PromptOptError('usage', what, { remedy: 'List the runs with `promptopt runs list`.' });
      }
      const record = await store.load(chosen);
      const services = await servicesFor(record?.header.specPath ?? resolve('.'));
      await around.underMonth(store, record?.header.specPath ?? resolve('.'));
      const traced = await traces.begin(services.config, 'promptopt resume', {
        'promptopt.name': record?.header.name ?? '',
      });
      const resumed = await traceWork(resumeRun(chosen, { ...services, ...traced, store }, limits), traced, 'begun');
      traceRun(resumed.run, traced);
      return resumed;
    },

    ...createModelDoor({ options, providers, around, traces, servicesFor }),

    keepLimits: async (near) => (await around.config(configIn(near))).keep,

    store: (near) => around.store(folderOf(near)),

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
      const { budget } = await around.config(configIn(dirname(dirname(store.location.path))));
      return await costAccount(store, budget.monthlyUsd);
    },

    async report(store, runId) {
      const writeBack: WriteBack = (text, path, prompt) => engine.writeBack(text, path, prompt);
      return htmlReport(await gatherReport(store, runId, writeBack));
    },

    async close() {
      await traces.close();
      await sandbox.close();
      await around.close();
    },
  };

  return engine;
}
