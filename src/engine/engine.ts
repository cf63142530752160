/** The engine as its users see it: a spec goes in, an evaluation, a run or a better file comes out. */
import type { CostAccount } from '../protocol/costs.ts';
import type { Diagnostic } from '../protocol/diagnostics.ts';
import type { EvaluationReport } from '../protocol/evaluation-report.ts';
import type { BatchProgress, Forecast, Limits } from '../protocol/events.ts';
import type { PromptText } from '../protocol/result.ts';
import type { CompareOptions, PromptsOptions } from './ask-models.ts';
import type { Splits } from './data/example.ts';
import type { DataProblem } from './data/rows.ts';
import type { ChosenModels, ModelChoice } from './experiments/choose-models.ts';
import type { Resumed, Run } from './experiments/run-handle.ts';
import type { KeepLimits, MonthState, ResultsStore } from './experiments/store.ts';
import type { ProviderListing } from './models/catalogue.ts';
import type { CallSize, ModelFacts } from './models/model-facts.ts';
import type { ModelTrial } from './models/try-model.ts';
import type { ListedModel, ProviderDescriptor } from './models/provider.ts';
import type { ModelServer, ServeOptions } from './serve-models.ts';
import type { Comparison, Criterion } from './evaluation/judge.ts';
import type { BatchGeneration } from './models/batch-generate.ts';
import type { ChatMessage } from './models/language-model.ts';
import type { LintRule, RuleSeverities } from './spec/rules/lint-rule.ts';
import type { TaskSpec } from './spec/task-spec.ts';

/** What a product hands in. Everything below the composition root gets its outside world from here. */
export interface EngineOptions {
  /** The built worker files of this product. */
  readonly workers: Readonly<Record<'store' | 'sandbox' | 'tokenizer', string | URL>> & {
    /** Absent: no models run in this process. */
    readonly transformers?: string | URL;
  };
  /** The value of a provider's variable, e.g. `OPENAI_API_KEY`, from the environment or from a secret store. */
  readonly variable: (name: string) => string | undefined;
  /** The user's own data folder, for results of workspaces that cannot be written. */
  readonly userData: string;
  /** The workspace's root; absent: the nearest repository above the spec. */
  readonly workspace?: string;
  /** Calls of one model in the air at once, default 8 or what the workspace's config says. */
  readonly concurrency?: number;
  /** Further attempts after a failed one, default 4. */
  readonly retries?: number;
  /** Whether replies of earlier runs may answer; default true. */
  readonly useCache?: boolean;
  /** Whether runs may use the workspace's emergency budget beyond the month's limit; default false. */
  readonly useEmergencyBudget?: boolean;
  /** Stands in for the platform's `fetch` on the way to providers, e.g. behind a proxy. */
  readonly fetch?: typeof globalThis.fetch;
  /** Providers only this product has, e.g. VS Code's own models, beside those of the engine's table. */
  readonly providers?: readonly ProviderDescriptor[];
}

/** A spec read with its data. */
export interface Task {
  readonly path: string;
  readonly text: string;
  /** Null when the file cannot be understood at all. */
  readonly spec: TaskSpec | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly splits: Splits;
  /** Rows and data files that cannot be used. */
  readonly dataProblems: readonly DataProblem[];
}

/** How to optimize, where it differs from what the spec says. */
export interface OptimizeOptions extends ModelChoice {
  readonly strategy?: string;
  readonly seed?: number;
  /** Every call by its provider's batch endpoint: at a lower price, answered within a day. Default false. */
  readonly batch?: boolean;
  /** Each wins over the spec's limit of the same kind. */
  readonly limits?: Limits;
}

/** How to go on with a run. */
export interface ResumeOptions {
  /** Larger limits; each counts the whole run, with what it has used already. */
  readonly limits?: Limits;
}

/** A run that is resolved, priced and forecast. Nothing has been sent. */
export interface PlannedRun {
  readonly name: string;
  readonly strategy: { readonly name: string; readonly title: string };
  readonly seed: number;
  readonly models: ChosenModels;
  readonly embedded: boolean;
  /** Whether every call goes by batch, at its price. */
  readonly batch: boolean;
  readonly limits: Limits;
  readonly forecast: Forecast;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Test rows the verdict will ask. */
  readonly verdictRows: number;
  /** The most one reply may use, in tokens, by role. */
  readonly replyLimits: { readonly target: number; readonly proposer: number };
  readonly notes: readonly string[];
  /** The money of the running month; null without a limit. */
  readonly month: MonthState | null;
  /** USD above which the workspace wants to be asked; null where its config says nothing. */
  readonly askAboveUsd: number | null;
  /** Stores the run and starts it. @throws PromptOptError `store`. */
  start(): Promise<Run>;
}

/** An evaluation that is resolved, priced and forecast. Nothing has been sent. */
export interface PlannedEvaluation extends Pick<
  PlannedRun,
  'name' | 'embedded' | 'batch' | 'limits' | 'forecast' | 'notes' | 'month' | 'askAboveUsd'
> {
  readonly model: string;
  readonly split: EvaluationSplit;
  readonly rows: number;
  /** How often each row is asked. */
  readonly repeat: number;
  /** The most one reply may use, in tokens. */
  readonly replyLimit: number;
}

/** Which rows to evaluate on. */
export type EvaluationSplit = 'train' | 'validation' | 'test' | 'all';

/** How to evaluate, where it differs from what the spec says. */
export interface EvaluateOptions extends ModelChoice {
  /** Default: the validation rows of a spec with data files, else all rows. */
  readonly split?: EvaluationSplit;
  /** How often each row is asked, default 1. */
  readonly repeat?: number;
  /** Every call by its provider's batch endpoint: at a lower price, answered within a day. Default false. */
  readonly batch?: boolean;
  /** Called when a batch is handed in, now and then while it is out, and when it has ended. */
  readonly onBatch?: (progress: BatchProgress) => void;
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  /** Called after each settled row with how many are done. */
  readonly onRow?: (done: number, of: number) => void;
}

/** An optimizer, as pickers and help show it. */
export interface StrategyInfo {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly whenToChoose: string;
  readonly source: string;
  readonly costFormula: string;
}

/** Where models are asked, as pickers show it. */
export type ProviderInfo = Pick<
  ProviderDescriptor,
  'name' | 'title' | 'summary' | 'example' | 'keyVariable' | 'baseUrlVariable'
>;

/** How to lint one file. */
export interface LintOptions {
  /** How loud each rule is, or `off`; rules that are not named keep their own severity. */
  readonly severities?: RuleSeverities;
}

/** All that can be done with prompt files. Made by `createEngine`; closed by whoever made it. */
export interface Engine {
  readonly version: string;
  readonly strategies: readonly StrategyInfo[];
  readonly providers: readonly ProviderInfo[];
  /** The docs of every lint rule. */
  readonly lintRules: readonly LintRule[];
  /** Diagnostics of a file's text, sorted by place. Never throws. */
  lint(text: string, path: string, options?: LintOptions): readonly Diagnostic[];
  /** The rows of a task's own `testData` that cannot be used, at their place in its text. */
  rowDiagnostics(task: Task, options?: LintOptions): readonly Diagnostic[];
  /** Reads a spec and its data. Never throws: what is wrong is in the task. */
  readTask(text: string, path: string): Promise<Task>;
  /** Reads a spec from a file. @throws PromptOptError `usage` when the file cannot be read. */
  openTask(path: string): Promise<Task>;
  /** Asks the target each row of a split and scores the replies. @throws PromptOptError as `plan`, and `stopped` on abort. */
  evaluate(task: Task, options?: EvaluateOptions): Promise<EvaluationReport>;
  /** What `evaluate` would take with the same options, without its reading the cache. Sends nothing. @throws as `plan`. */
  forecastEvaluation(task: Task, options?: EvaluateOptions): Promise<PlannedEvaluation>;
  /** @throws PromptOptError `spec`, `data`, `usage`, `budget` or `unavailable`, each with what to do. */
  plan(task: Task, options?: OptimizeOptions): Promise<PlannedRun>;
  /**
   * Goes on with an interrupted run; the newest one when none is named. With `limits`, with a run that ended at its
   * limit. @throws PromptOptError `usage` when there is nothing to go on with, or no limit is larger.
   */
  resume(store: ResultsStore, runId?: string, options?: ResumeOptions): Promise<Resumed>;
  /**
   * Answers other programs on 127.0.0.1 in the words of OpenAI's chat completions, with the cache, limits and account
   * of a run. @param near a spec or folder, for the results and the config that hold there
   * @throws PromptOptError `usage` for a port or token that cannot be used, `unavailable` for a named model, `store`
   */
  serve(near: string, options?: ServeOptions): Promise<ModelServer>;
  /**
   * The models a provider has, asked of its server: it costs nothing, and shows whether the key is good.
   * @param near a spec or folder, for the config that holds there
   * @throws PromptOptError `unavailable` for a missing or refused key, `transient`, `usage` for an unknown provider
   */
  listModels(provider: string, near: string, signal?: AbortSignal): Promise<readonly ListedModel[]>;
  /**
   * What can be asked: each provider with its key and its models, or why it cannot be asked.
   * @param provider only this one @throws PromptOptError `usage` when there is no such provider
   */
  catalogue(near: string, provider?: string): Promise<readonly ProviderListing[]>;
  /** What is known of a model or alias. Sends nothing that costs. @throws PromptOptError `unavailable` */
  modelFacts(near: string, model: string, size: CallSize): Promise<ModelFacts>;
  /** One small call, ready to be sent. @throws PromptOptError `unavailable` */
  tryModel(near: string, model: string): Promise<ModelTrial>;
  /** The names a workspace's config gives to models, with what they stand for. @throws PromptOptError `usage` */
  aliases(near: string): Promise<Readonly<Record<string, string>>>;
  /** How much a workspace's config lets its store keep. @throws PromptOptError `usage` */
  keepLimits(near: string): Promise<KeepLimits>;
  /** After a key has changed: the next call of every run uses the new one. */
  forgetConnections(): void;
  /**
   * Asks one model many prompts, each a text or a conversation, and adds up what they cost. A prompt that failed says so
   * in its place; nothing is thrown once they are being asked.
   * @param model `provider/model`, or an alias of the config
   * @throws PromptOptError `unavailable`, `usage` or `store` before anything is asked
   */
  batchGenerate(
    model: string,
    prompts: readonly (string | readonly ChatMessage[])[],
    options?: PromptsOptions,
  ): Promise<BatchGeneration>;
  /**
   * Which of two answers meets the criteria better, by one judge asked in both orders.
   * @param judge `provider/model`, or an alias of the config
   * @throws PromptOptError `usage` without criteria, and what the judge's provider throws
   */
  judgeComparison(
    judge: string,
    a: string,
    b: string,
    criteria: string | readonly Criterion[],
    options?: CompareOptions,
  ): Promise<Comparison>;
  /** The results of the workspace a spec or folder lies in. Opened once, closed with the engine. */
  store(near: string): Promise<ResultsStore>;
  /** The text of a candidate of any run of this store; null when it was never stored or is gone. */
  candidatePrompt(store: ResultsStore, hash: string): Promise<PromptText | null>;
  /** The file's text with another prompt in it; comments and layout stay. */
  writeBack(text: string, path: string, prompt: PromptText): string;
  /** What everything in this store has cost, by run, day, model and role. */
  costs(store: ResultsStore): Promise<CostAccount>;
  /** A finished run as one self-contained HTML page. @throws PromptOptError `usage` for a run without a result. */
  report(store: ResultsStore, runId: string): Promise<string>;
  /** Ends workers and closes stores. */
  close(): Promise<void>;
}
