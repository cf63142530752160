/** What a finished run hands over: one document for the terminal, panels, reports and other programs. */
import type { CandidateOrigin, Estimate, Forecast, Limits, Spend, StopReason, VerdictSummary } from './events.ts';

/** A prompt as text: its messages with their placeholders, and the demonstrations shown with it. */
export interface PromptText {
  readonly hash: string;
  readonly messages: readonly { readonly name: string; readonly role: string; readonly content: string }[];
  readonly demonstrations: readonly { readonly inputs: Readonly<Record<string, string>>; readonly assistant: string }[];
}

/** A prompt the search has tried, and where it came from. */
export interface ResultCandidate {
  readonly number: number;
  readonly hash: string;
  readonly parents: readonly string[];
  readonly origin: CandidateOrigin;
  readonly note: string;
  /** On validation rows; null when it never got a full evaluation. */
  readonly estimate: Estimate | null;
}

/** A finished run: the verdict, the prompt to use and what it took to find it. */
export interface OptimizationResult {
  readonly runId: string;
  readonly name: string;
  readonly strategy: string;
  readonly seed: number;
  readonly models: { readonly target: string; readonly proposer: string };
  /** True when the embedded stand-in answered: the gain then says nothing about a language model. */
  readonly embedded: boolean;
  /** Null when the budget ended before a verdict, or the run was discarded. */
  readonly verdict: VerdictSummary | null;
  readonly original: PromptText;
  /** What to use: the winner when it is better by the verdict, else the original. */
  readonly chosen: PromptText;
  readonly candidates: readonly ResultCandidate[];
  readonly stopReason: StopReason;
  readonly limits: Limits;
  readonly forecast: Forecast;
  /** As if every call had been bought at the run's prices. */
  readonly spent: Spend;
  /** What was really paid; replies from journal and cache cost nothing. */
  readonly paid: Spend;
  readonly notes: readonly string[];
  readonly time: { readonly startedAt: number; readonly endedAt: number; readonly minutes: number };
}
