/**
 * The one stream of events a run writes and every view reads.
 *
 * An event carries ids, numbers, hashes and short labels, at most 1 kB; prompts, replies and rows live in the store's
 * content table and are named here by hash. Its key is (path, ordinal): the emitter's place in the program and a count
 * within it, so that a resumed run writes the same keys and the store keeps the first of each.
 */

/** Calls, tokens and money. `usd` counts known prices only; `unpricedCalls` says how many calls had none. */
export interface Spend {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly unpricedCalls: number;
}

/** Where every count of spending begins. */
export const NO_SPEND: Spend = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, unpricedCalls: 0 };

/** Each limit is absent when unlimited. `tokens` counts input and output together. */
export interface Limits {
  readonly usd?: number;
  readonly calls?: number;
  readonly tokens?: number;
  readonly minutes?: number;
}

/** The three shares of the rows: to learn from, to choose by, and to prove the gain on. */
export type SplitName = 'train' | 'validation' | 'test';

/** A mean with its two-sided 95 % interval. All in 0…1 for scores; `rows` is what the mean was taken over. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

/** Low, likely and worst of one forecast figure. */
export interface ForecastRange {
  readonly low: number;
  readonly likely: number;
  readonly worst: number;
}

/** What the calls of one role will likely take. */
export interface RoleForecast {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where its model has no known price. */
  readonly usd: number | null;
}

/** What earlier runs of the same strategy and target took, as medians. Read once: a run keeps what it began with. */
export interface LearnedForecast {
  readonly runs: number;
  /** As multiples of the plain forecast; calls are null when every run was cut short by another limit. */
  readonly calls: number | null;
  readonly inputPerCall: number;
  readonly outputPerCall: number;
  /** Milliseconds of one call; null when it was never measured. */
  readonly latencyMs: number | null;
}

/** What a run will likely take, said before anything is sent. */
export interface Forecast {
  readonly calls: ForecastRange;
  readonly inputTokens: ForecastRange;
  readonly outputTokens: ForecastRange;
  /** Null where a model has no known price. */
  readonly usd: ForecastRange | null;
  readonly minutes: ForecastRange;
  /** Likely calls by the role that makes them. */
  readonly callsByRole: Readonly<Record<string, number>>;
  /** Likely figures by role. This and the next are absent in runs of older versions. */
  readonly byRole?: Readonly<Record<string, RoleForecast>>;
  /** Null where there is no earlier run to learn from. */
  readonly learned?: LearnedForecast | null;
}

/** The share of rows on which a constraint held. */
export interface ConstraintRate {
  readonly name: string;
  readonly passed: number;
  readonly rows: number;
}

/** Where a candidate came from. */
export type CandidateOrigin =
  'original' | 'demonstrations' | 'reflection' | 'merge' | 'proposal' | 'recombination' | 'compression';

/** Why a search ended. All but `failed` are normal ends that keep what was found. */
export type StopReason =
  | 'finished'
  | 'converged'
  | 'perfect-score'
  | 'budget-calls'
  | 'budget-usd'
  | 'budget-tokens'
  | 'budget-minutes'
  | 'budget-month'
  | 'too-small-to-search'
  | 'stopped-by-user'
  | 'failed';

/** The proof of a gain: original and chosen prompt on the same rows, paired. */
export interface VerdictSummary {
  /** Mean score of the original and of the chosen prompt on rows no optimizer saw, 0…1. */
  readonly before: Estimate;
  readonly after: Estimate;
  readonly difference: {
    readonly mean: number;
    /** Two-sided 95 % interval of the paired difference. */
    readonly interval: readonly [number, number];
    readonly method: string;
  };
  readonly pValue: number;
  readonly test: string;
  readonly effectSize: { readonly name: string; readonly value: number };
  readonly significant: boolean;
  readonly outcome: 'better' | 'worse' | 'no-significant-difference' | 'original-kept';
  /** `held-out`: test rows no optimizer saw. `cross-fitted`: too few rows for a test split; weaker evidence. */
  readonly basis: 'held-out' | 'cross-fitted';
  readonly rows: number;
  /** Rows of the test split that the budget left out of the verdict. */
  readonly rowsLeftOut: number;
  /** The smallest difference these rows could have shown, in score points 0…1. */
  readonly detectableDifference: number;
  readonly constraints: readonly { readonly name: string; readonly before: number; readonly after: number }[];
  /** The verdict in one plain sentence. */
  readonly sentence: string;
}

/** How far a batch of calls is that is answered together. */
export interface BatchProgress {
  readonly state: 'out' | 'ended';
  /** `provider/model` of its calls. */
  readonly model: string;
  readonly calls: number;
  readonly answered: number;
  /** Since it was handed in. */
  readonly minutes: number;
}

/** What each event says, by type. Candidates are named by the hash of their prompt. */
export interface EventPayloads {
  readonly 'run-started': {
    readonly name: string;
    readonly strategy: string;
    readonly seed: number;
    readonly models: { readonly target: string; readonly proposer: string };
    /** True when the embedded stand-in answers; every view and report then says so. */
    readonly embedded: boolean;
    readonly limits: Limits;
    readonly splits: Readonly<Record<SplitName, number>>;
    readonly forecast: Forecast;
  };
  readonly 'phase-started': { readonly phase: string; readonly note?: string };
  readonly 'phase-ended': { readonly phase: string; readonly note?: string };
  readonly 'candidate-proposed': {
    readonly candidate: string;
    /** 0 is the original; then in the order of the search. */
    readonly number: number;
    readonly parents: readonly string[];
    readonly origin: CandidateOrigin;
    /** A short reason in the field's words, e.g. "reflected on 3 failures". No row content. */
    readonly note: string;
    readonly demonstrations: number;
    readonly changed: readonly string[];
  };
  readonly 'candidate-rejected': {
    readonly candidate: string | null;
    readonly parents: readonly string[];
    readonly reason: string;
  };
  /** The k-th settled row of an evaluation: progress between barriers. */
  readonly 'rows-done': { readonly done: number; readonly of: number };
  readonly 'candidate-evaluated': {
    readonly candidate: string;
    readonly split: SplitName;
    readonly estimate: Estimate;
    /** Null when the model has no known price. */
    readonly costPerCall: number | null;
    readonly unparsed: number;
    readonly constraints: readonly ConstraintRate[];
    /** What the whole run had spent when this was known, as if every call had been bought. */
    readonly calls: number;
    readonly usd: number;
  };
  readonly 'incumbent-changed': { readonly candidate: string; readonly estimate: Estimate; readonly calls: number };
  readonly spent: { readonly nominal: Spend; readonly paid: Spend; readonly limits: Limits };
  readonly warning: { readonly code: string; readonly message: string };
  /** A batch at a provider: told of when it is handed in, then less and less often, and when it has ended. */
  readonly batch: BatchProgress;
  readonly paused: { readonly reason: string };
  readonly verdict: VerdictSummary;
  readonly 'run-ended': {
    readonly stopReason: StopReason;
    readonly chosen: string | null;
    readonly spent: Spend;
    readonly paid: Spend;
    readonly sentence: string;
  };
}

/** The name of an event. */
export type EventType = keyof EventPayloads;

/** The place of an event in the program: stable across resumes. */
export interface EventKey {
  /** Slash-separated emitter path, e.g. `gepa/iteration/3`. */
  readonly path: string;
  /** 0, 1, 2 … within its path. */
  readonly ordinal: number;
}

/** One event: its place in the program, its type and what that type says. */
export type RunEvent = {
  readonly [T in EventType]: EventKey & { readonly type: T } & { readonly data: EventPayloads[T] };
}[EventType];

/** An event as the store gives it back: with its arrival and its wall-clock time, neither part of its identity. */
export interface StoredEvent {
  readonly arrival: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly event: RunEvent;
}

/** `interrupted`: its owner is gone; it can be resumed. `discarded`: ended by the user without a verdict. */
export type RunStatus = 'running' | 'paused' | 'interrupted' | 'done' | 'failed' | 'discarded';
