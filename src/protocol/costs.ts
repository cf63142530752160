/** What was paid, for accounts by run, day, model and role: plain data, folded by `folds/cost-groups.ts`. */
import type { Forecast, Limits, RunStatus, Spend } from './events.ts';

/** What left for one model in one role, on one day, for one run. */
export interface CostRow {
  /** Null for evaluations outside a run. */
  readonly runId: string | null;
  /** Of the run, or of the prompt that was evaluated. */
  readonly name: string;
  /** `2026-11-24`, in UTC, as providers count. */
  readonly day: string;
  /** `provider/model`; null for attempts of versions that did not write it down. */
  readonly model: string | null;
  /** `target`, `proposer`, `judge` or `generator`; null as above. */
  readonly role: string | null;
  /** Attempts, failed ones included. */
  readonly paid: Spend;
  /** Attempts without an end (in the air, or lost with their process), which are charged at their worst case. */
  readonly unsettled: number;
}

/** One run: what it was forecast to cost, what its calls are worth, and what was really paid. */
export interface RunCost {
  readonly runId: string;
  readonly name: string;
  readonly strategy: string;
  /** Absolute. */
  readonly specPath: string;
  readonly status: RunStatus;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly models: { readonly target: string; readonly proposer: string };
  readonly limits: Limits;
  readonly forecast: Forecast;
  /** As if every call had been bought; null until the run has said it. */
  readonly spent: Spend | null;
  readonly paid: Spend;
}

/** Paid money of the running month against its limit. */
export interface MonthCost {
  /** `2026-11`, in UTC. */
  readonly month: string;
  readonly paid: Spend;
  /** USD; null without one. */
  readonly limitUsd: number | null;
}

/** The account of one store. */
export interface CostAccount {
  /** By day, the newest first. */
  readonly rows: readonly CostRow[];
  /** The newest first. */
  readonly runs: readonly RunCost[];
  readonly month: MonthCost;
}
