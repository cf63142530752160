/** The program of one run, from its first event to its result: the search within its limits, then the verdict from its reserve. */
import type { BatchProgress, Limits, RunEvent, StopReason, VerdictSummary } from '../../protocol/events.ts';
import { endedByLimit } from '../../protocol/advice.ts';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import type { OptimizationResult } from '../../protocol/result.ts';
import type { Evaluator } from '../evaluation/evaluation.ts';
import type { Budget } from '../models/budget.ts';
import type { Clock } from '../models/clock.ts';
import { createGateway } from '../models/gateway.ts';
import type { Gateway } from '../models/gateway.ts';
import type { LanguageModel } from '../models/language-model.ts';
import type { Trace } from '../models/telemetry.ts';
import type { ModelInfo } from '../models/provider.ts';
import type { OptimizationTask } from '../optimizers/optimizer.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { announceEmergency, createBudgetAlerts } from './budget-alerts.ts';
import { createEventWriter } from './event-writer.ts';
import type { EventWriter } from './event-writer.ts';
import { forecastRatio } from './forecast-history.ts';
import { createOptimizerRun } from './optimizer-run.ts';
import { isEmbedded, modelsOf } from './prepare-run.ts';
import type { PreparedRun, PrepareServices } from './prepare-run.ts';
import { makeResult } from './result.ts';
import type { RunLimits } from './run-limits.ts';
import { createSearchState } from './search-state.ts';
import type { SearchState } from './search-state.ts';
import type { ForecastRatio, ResultsStore, RunLease } from './store.ts';
import type { VerdictMoney } from './verdict-money.ts';
import { runVerdict, verdictCost, verdictNeeds } from './run-verdict.ts';
import { withoutMinutes } from './run-config.ts';

export interface RunServices extends PrepareServices {
  readonly store: ResultsStore;
  readonly clock: Clock;
  /** Only spreads retry waits: never part of a decision. */
  readonly jitter: () => number;
  readonly retries: number;
  readonly useCache: boolean;
  /** Given where the workspace has its calls told to a collector. */
  readonly trace?: Trace;
  readonly newId: () => string;
  /** An evaluator of the task's target model asking through `model`. */
  readonly evaluatorOn: (spec: TaskSpec, model: LanguageModel, config: PreparedRun['config']) => Evaluator;
}

/** What steers and limits the program from outside. */
export interface ProgramControl {
  readonly nominal: Budget;
  readonly search: Budget;
  readonly paid: Budget;
  readonly limits: RunLimits;
  readonly verdictMoney: VerdictMoney;
  readonly signal: AbortSignal;
  /** Aborted when the run is discarded: batches that are out are cancelled. */
  readonly cancelled: AbortSignal;
  readonly isDiscarded: () => boolean;
  /** Null without a limit in minutes. */
  readonly minutesLeft: () => number | null;
  /** Why the run was left, when it was not one of its calls that failed. */
  readonly failure: () => unknown;
}

/** The program of one run, from its first event to its result. */
export class RunProgram {
  readonly #prepared: PreparedRun;
  readonly #lease: RunLease;
  readonly #services: RunServices;
  readonly #control: ProgramControl;
  readonly #events: EventWriter;
  readonly #alert: ReturnType<typeof createBudgetAlerts>;
  readonly #state: SearchState = createSearchState();
  readonly #kept = new Set<string>();

  constructor(
    prepared: PreparedRun,
    lease: RunLease,
    services: RunServices,
    control: ProgramControl,
    publish: (event: RunEvent) => void,
  ) {
    this.#prepared = prepared;
    this.#lease = lease;
    this.#services = services;
    this.#control = control;
    this.#events = createEventWriter(publish);
    this.#alert = createBudgetAlerts(this.#events.below('alerts'), prepared.config.limits);
  }

  async run(startedAt: number): Promise<OptimizationResult> {
    const { store } = this.#services;
    const root = this.#events.below('run');
    try {
      this.#announce(root);
      announceEmergency(this.#events.below('month'), await store.month());
      const models = await modelsOf(this.#prepared.config, this.#services.connections);
      const gateway = this.#openGateway(models);
      const searched = await this.#search(gateway);
      const end = await this.#conclude(gateway, models, searched);
      const { verdict } = end;
      this.#account(root);
      const endedAt = this.#services.clock.now();
      const result = makeResult({
        runId: this.#lease.runId,
        prepared: this.#prepared,
        state: this.#state,
        stopReason: end.stopReason,
        verdict,
        spent: this.#control.nominal.spent(),
        paid: this.#control.paid.spent(),
        time: { startedAt, endedAt, minutes: (endedAt - startedAt) / 60_000 },
      });
      root.emit('run-ended', {
        stopReason: result.stopReason,
        chosen: result.chosen.hash,
        spent: result.spent,
        paid: result.paid,
        sentence: verdict?.sentence ?? this.#withoutVerdict(),
      });
      if (endedByLimit(result.stopReason)) {
        // Where a larger limit would be taken up, should the run be continued with one.
        const admission = this.#state.limitedAt ?? this.#control.search.admitted();
        await store.recordInput(this.#lease, { admission, kind: 'reached', value: result.stopReason });
      }
      await store.flush();
      const status = this.#control.isDiscarded() ? 'discarded' : 'done';
      await store.finish(this.#lease, status, result, this.#forecastRatio(result));
      return result;
    } catch (error) {
      const reason = this.#control.failure() ?? error;
      // Nothing paid for is lost: the journal answers it when the run is resumed.
      this.#events.below('paused').emit('paused', { reason: isPromptOptError(reason) ? reason.code : 'internal' });
      await store.flush().catch(() => undefined);
      await store.releaseLease(this.#lease).catch(() => undefined);
      throw reason;
    }
  }

  /** What later forecasts learn from; replies that came from the cache tell as much as bought ones. */
  #forecastRatio({ spent, stopReason }: OptimizationResult): ForecastRatio | null {
    const { plainForecast } = this.#prepared.config;
    return plainForecast === undefined
      ? null
      : forecastRatio(plainForecast, spent, stopReason, this.#state.rows.values());
  }

  #announce(root: EventWriter): void {
    const { request, config } = this.#prepared;
    root.emit('run-started', {
      name: request.spec.name,
      strategy: config.strategy,
      seed: config.seed,
      models: config.models,
      embedded: isEmbedded(config.models.target),
      limits: config.limits,
      splits: {
        train: request.splits.train.length,
        validation: request.splits.validation.length,
        test: request.splits.test.length,
      },
      forecast: config.forecast,
    });
    for (const note of config.notes) root.emit('warning', { code: 'note', message: note.slice(0, 500) });
  }

  #openGateway(models: ReadonlyMap<string, ModelInfo>): Gateway {
    const { connections, store, clock, jitter, retries, useCache, newId, trace } = this.#services;
    const { batch } = this.#prepared.config;
    // What an owner tells of its waits is told once: another owner waits anew, in a place of its own.
    const place = this.#events.below(`batches-${this.#lease.fence}`);
    const tell = (progress: BatchProgress): void => {
      place.emit('batch', progress);
    };
    return createGateway({
      connections,
      models,
      journal: store.journal(this.#lease),
      cache: useCache ? store.cache() : null,
      spendLog: store.spendLog(this.#lease),
      paid: this.#control.paid,
      clock,
      random: jitter,
      retries,
      ...(trace === undefined ? {} : { trace }),
      ...(batch === true
        ? { batch: { log: store.batchLog(this.#lease), newToken: newId, tell, cancelled: this.#control.cancelled } }
        : {}),
    });
  }

  async #search(gateway: Gateway): Promise<StopReason> {
    const { request, config, optimizer } = this.#prepared;
    const task: OptimizationTask = {
      spec: request.spec,
      train: request.splits.train,
      validation: request.splits.validation,
    };
    const run = createOptimizerRun(
      {
        seed: config.seed,
        state: this.#state,
        under: (budget) => gateway.under(budget),
        evaluatorOn: (model) => this.#services.evaluatorOn(request.spec, model, config),
        modelOf: (role) => (role === 'target' ? config.models.target : config.models.proposer),
        replyLimitOf: (role) => (role === 'target' ? config.replyLimits.target : config.replyLimits.proposer),
        keepPrompt: (prompt) => {
          this.#keepPrompt(prompt);
        },
        spent: () => this.#control.nominal.spent(),
        admitted: () => this.#control.search.admitted(),
        account: (events) => {
          this.#account(events);
        },
        verdictLacks: () => {
          const needs = verdictNeeds(this.#prepared, this.#state);
          const limits = this.#control.limits.at(this.#control.search.admitted());
          const lacks = (account: 'usd' | 'tokens'): number => {
            const limit = limits[account];
            return limit === undefined ? 0 : Math.max(0, needs[account] - limit * config.reserve.share);
          };
          return { usd: lacks('usd'), tokens: lacks('tokens') };
        },
        signal: this.#control.signal,
      },
      this.#control.search,
      this.#events.below('search'),
    );
    try {
      await optimizer.optimize(task, config.strategyConfig, run);
    } catch (error) {
      const reason = stopReasonOf(error, this.#control.signal);
      // What other runs have paid is an outside input: a resume ends the search at the same place.
      if (reason === 'budget-month') {
        const admission = this.#control.search.admitted();
        await this.#services.store.recordInput(this.#lease, { admission, kind: 'month', value: null });
      }
      return reason;
    }
    const { incumbent, shortfall } = this.#state;
    if (incumbent?.evaluation.rows.every((row) => row.score >= 1) === true) return 'perfect-score';
    return shortfall === null ? 'finished' : `budget-${shortfall.limit}`;
  }

  /** From how the search ended to how the run ends. */
  async #conclude(
    gateway: Gateway,
    models: ReadonlyMap<string, ModelInfo>,
    searched: StopReason,
  ): Promise<{ readonly verdict: VerdictSummary | null; readonly stopReason: StopReason }> {
    const { request, config } = this.#prepared;
    const state = this.#state;
    const tooSmall = endedByLimit(searched) && state.candidates.length < 2;
    if (tooSmall) state.notes.push(tooSmallNote(searched, state, config.limits));
    const stopReason = tooSmall ? 'too-small-to-search' : searched;
    const continued = this.#control.limits.changes.length;
    if (continued > 0) state.notes.push(continuedNote(continued));
    if (this.#control.isDiscarded()) return { verdict: null, stopReason };
    const target = models.get(config.models.target);
    if (target === undefined) throw new PromptOptError('internal', 'The target model of the run is not known.');
    this.#control.paid.setLimits(withoutMinutes(config.limits));
    const budget = await this.#control.verdictMoney.open(
      verdictCost(this.#prepared, state, target),
      this.#control.search.admitted(),
    );
    const place = this.#events.below('verdict');
    const end = await runVerdict({
      prepared: this.#prepared,
      state,
      evaluator: this.#services.evaluatorOn(request.spec, gateway.under(budget), config),
      budget,
      target,
      events: place,
      signal: this.#control.signal,
    });
    // Discarded while it was made: a verdict nobody wants is none.
    if (this.#control.isDiscarded()) return { verdict: null, stopReason: 'stopped-by-user' };
    if (end.verdict === null)
      return searched === 'finished' || searched === 'perfect-score' ? end : { ...end, stopReason };
    this.#account(place);
    place.emit('verdict', end.verdict);
    place.emit('phase-ended', { phase: 'verdict' });
    return { verdict: end.verdict, stopReason };
  }

  #withoutVerdict(): string {
    return this.#control.isDiscarded() ? 'The run was discarded.' : 'The budget ended before a verdict could be made.';
  }

  #keepPrompt(prompt: Prompt): void {
    if (this.#kept.has(prompt.hash)) return;
    this.#kept.add(prompt.hash);
    this.#services.store.putContent(this.#lease, [{ hash: prompt.hash, kind: 'prompt', text: JSON.stringify(prompt) }]);
  }

  #account(events: EventWriter): void {
    events.emit('spent', {
      nominal: this.#control.nominal.spent(),
      paid: this.#control.paid.spent(),
      limits: this.#prepared.config.limits,
    });
    this.#alert(this.#control.nominal.spent(), this.#control.minutesLeft());
    this.#control.verdictMoney.needs(verdictNeeds(this.#prepared, this.#state).usd);
  }
}

/** A reached limit or a stop ends the search; anything else ends the run, resumable. */
function stopReasonOf(error: unknown, signal: AbortSignal): StopReason {
  if (!isPromptOptError(error) || signal.aborted) throw error;
  if (error.code === 'stopped') return 'stopped-by-user';
  if (error.code !== 'budget') throw error;
  return `budget-${error.details.limit ?? 'calls'}`;
}

/** Looking more than once is a small advantage that the p-value does not know of. */
const continuedNote = (times: number): string =>
  `This run was continued ${times === 1 ? 'once' : `${times} times`} with a larger limit, so its verdict was made again on the same rows: its p-value is a little too good.`;

const amount = (limit: string, value: number): string =>
  limit === 'usd' ? `$${value.toFixed(value < 0.1 ? 4 : 2)}` : `${Math.ceil(value)} ${limit}`;

/** What a limit was too small for, and by how much where that is known. */
function tooSmallNote(reason: StopReason, { incumbent, shortfall }: SearchState, limits: Limits): string {
  const limit = reason.slice('budget-'.length) as keyof Limits;
  const whole = amount(limit, limits[limit] ?? 0);
  if (incumbent === null)
    return `The limit of ${whole} was too small to measure the original prompt, so nothing was searched.`;
  const by = shortfall === null ? '' : `: the next step needed ${amount(shortfall.limit, shortfall.by)} more`;
  return `The limit of ${whole} was too small to search${by}.`;
}
