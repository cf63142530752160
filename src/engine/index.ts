/**
 * The library: optimize, evaluate and lint prompt files from a program.
 *
 * `createEngine` puts the rooms together; everything else here is the type of what goes in and comes out.
 */
export { createEngine } from './create-engine.ts';
export { DEFAULT_LIMITS } from './limits.ts';
export type {
  Engine,
  EngineOptions,
  EvaluateOptions,
  EvaluationSplit,
  LintOptions,
  PlannedEvaluation,
  OptimizeOptions,
  PlannedRun,
  ProviderInfo,
  ResumeOptions,
  StrategyInfo,
  Task,
} from './engine.ts';
export type { AskOptions, CompareOptions, PromptsOptions } from './ask-models.ts';
export type { Comparison, Criterion, OrderVerdict, Winner } from './evaluation/judge.ts';
export type { BatchGeneration, BatchOutcome } from './models/batch-generate.ts';
export { PromptOptError, describeError, isPromptOptError } from '../protocol/errors.ts';
export type { ErrorCode, ErrorDetails } from '../protocol/errors.ts';
export type {
  Diagnostic,
  Fix,
  Severity,
  TextEdit,
  TextPosition,
  TextRange,
  TextSpan,
} from '../protocol/diagnostics.ts';
export type { CostAccount, CostRow, MonthCost, RunCost } from '../protocol/costs.ts';
export type { EvaluatedRow, EvaluationReport } from '../protocol/evaluation-report.ts';
export type * from '../protocol/events.ts';
export type { OptimizationResult, PromptText, ResultCandidate } from '../protocol/result.ts';
export type { Example, Splits } from './data/example.ts';
export type { DataProblem } from './data/rows.ts';
export type { ChosenModels, ModelChoice } from './experiments/choose-models.ts';
export type { Resumed, Run } from './experiments/run-handle.ts';
export type {
  CacheSummary,
  ContentKind,
  ForecastRatio,
  MonthLimit,
  MonthNeed,
  MonthState,
  KeepLimit,
  KeepLimits,
  PastRun,
  ResultsStore,
  RunFilter,
  RunHeader,
  RunInput,
  RunLease,
  RunRecord,
} from './experiments/store.ts';
export type {
  ChatMessage,
  ContentPart,
  FinishReason,
  GenerateOptions,
  Generation,
  GenerationRequest,
  ImagePart,
  LanguageModel,
  ModelRole,
  TextPart,
  ToolCall,
  ToolDefinition,
  Usage,
} from './models/language-model.ts';
export type { ModelPrice, TokenRates } from './models/price.ts';
export type {
  ListedModel,
  LocalModels,
  ModelInfo,
  ModelProvider,
  ProviderDescriptor,
  ProviderSettings,
} from './models/provider.ts';
export type { ServerAllowance, ServerLimits } from './models/server-limits.ts';
export type {
  BatchCall,
  BatchPort,
  BatchReply,
  BatchResults,
  BatchState,
  BatchWire,
  FoundBatch,
  LostBatch,
} from './models/batch-port.ts';
export type { CatalogueModel, ProviderListing } from './models/catalogue.ts';
export type { CallSize, ModelFacts } from './models/model-facts.ts';
export type { ModelTrial, TrialResult } from './models/try-model.ts';
export type {
  BatchLog,
  CachePort,
  JournalPort,
  SpendLog,
  StoredBatch,
  StoredRefusal,
  StoredReply,
} from './models/ports.ts';
export type { ModelServer, ServeOptions } from './serve-models.ts';
export type { SessionEnd, SessionModel, SessionResult } from '../protocol/session.ts';
export type { LintRule, RuleSeverities } from './spec/rules/lint-rule.ts';
export type { ChatRole, Demonstration, Prompt, PromptComponent } from './spec/prompt.ts';
export type {
  ConstraintSeverity,
  ConstraintSpec,
  DataSpec,
  EvaluatorSpec,
  ExpectedValue,
  FieldSpec,
  FieldType,
  MetricSpec,
  ModelParameters,
  OptimizeSpec,
  RawRow,
  ResponseFormat,
  SplitShares,
  TaskSpec,
} from './spec/task-spec.ts';
export { junitReport } from './exchange/junit.ts';
export type { JUnitOptions } from './exchange/junit.ts';
export { sarifReport } from './exchange/sarif.ts';
export type { LintedFile, RuleDocs } from './exchange/sarif.ts';
export { diffTexts } from './exchange/text-diff.ts';
export type { DiffHunk, DiffLine } from './exchange/text-diff.ts';
export { ENGINE_VERSION } from './version.ts';
