/** The contract of an optimizer: one file each, one line each in `table.ts`. */
import type * as z from 'zod';
import type { CandidateOrigin, SplitName } from '../../protocol/events.ts';
import type { Example } from '../data/example.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { ChatMessage, Generation, ModelRole } from '../models/language-model.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import type { RandomStream } from '../statistics/random.ts';

/** What an optimizer may know: the spec and the rows it may look at. Test rows are not in it. */
export interface OptimizationTask {
  readonly spec: TaskSpec;
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
}

/** A prompt under search, with where it came from. */
export interface Candidate {
  readonly prompt: Prompt;
  /** Hashes of the prompts it was made from. */
  readonly parents: readonly string[];
  readonly origin: CandidateOrigin;
  /** A short reason without row content. */
  readonly note: string;
}

/** How many calls of each role a step makes at most. */
export type CallBlock = Readonly<Partial<Record<ModelRole, number>>>;

export interface GenerateSettings {
  readonly temperature?: number;
  /** Mandatory, see `GenerationRequest.sample`. */
  readonly sample: number;
}

/**
 * What an optimizer sees of its run. It decides from the task, `random` and replies only, so that the same seed and
 * replies give the same search.
 *
 * `generate` and `evaluate` reject with `budget` or `stopped` when the search must end: let that pass through, the
 * runner takes the best offered candidate and makes the verdict from its reserve.
 */
export interface OptimizerRun {
  readonly path: string;
  random(label: string, ...index: readonly (string | number)[]): RandomStream;
  /** Asks the model that plays `role`. */
  generate(role: ModelRole, messages: readonly ChatMessage[], settings: GenerateSettings): Promise<Generation>;
  /** Scores a prompt on rows. Rows already scored for this prompt in this run are not asked again. */
  evaluate(prompt: Prompt, examples: readonly Example[], settings?: Partial<GenerateSettings>): Promise<Evaluation>;
  /** How many of `examples` this prompt still has to be asked for. */
  unasked(prompt: Prompt, examples: readonly Example[]): number;
  /** Whether the worst case of this many calls fits into what is left for the search. Ask at barriers only. */
  canAfford(block: CallBlock): boolean;
  /** Calls left for the search; Infinity when calls are not limited. */
  callsLeft(): number;
  /** Makes a candidate known: numbered, stored, shown. Returns false when the same prompt was known before. */
  propose(candidate: Candidate): boolean;
  /** Says why a proposal never became a candidate, or why a candidate was dropped. */
  reject(reason: string, parents: readonly string[], candidate?: Candidate): void;
  /** Offers a fully evaluated candidate as the answer. The runner keeps the best by mean score; the first wins ties. */
  offer(candidate: Candidate, evaluation: Evaluation, split: SplitName): void;
  /** The best offered so far. */
  incumbent(): { readonly candidate: Candidate; readonly evaluation: Evaluation } | null;
  /** Runs `body` as a named phase. */
  phase<T>(name: string, body: () => Promise<T>, note?: string): Promise<T>;
  warn(code: string, message: string): void;
  /** A sub-run with `share` (0…1] of what is left, its own streams and its own place in the event stream. */
  child(name: string, share: number): OptimizerRun;
}

/** What a forecast needs to know of the models. Tokens are means per call. */
export interface ForecastFigures {
  readonly trainRows: number;
  readonly validationRows: number;
  readonly components: number;
  readonly callLimit: number;
}

/** Calls an optimizer would make by role, before limits are applied. */
export interface CallForecast {
  readonly low: CallBlock;
  readonly likely: CallBlock;
  readonly worst: CallBlock;
  /** The most demonstrations a prompt of this search shows: they are sent again with every call. */
  readonly demonstrations: number;
}

export interface OptimizerDescriptor<Config = unknown> {
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly whenToChoose: string;
  /** Paper or project the algorithm is from. */
  readonly source: string;
  /** Calls as a formula over n (train rows) and V (validation rows). */
  readonly costFormula: string;
  readonly version: string;
  readonly configSchema: z.ZodType<Config>;
  forecast(figures: ForecastFigures, config: Config): CallForecast;
  /** Searches until done or until the run ends it. Everything found is reported by `run.offer`. */
  optimize(task: OptimizationTask, config: Config, run: OptimizerRun): Promise<void>;
}
