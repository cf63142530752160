/** A run: the search within its limits, then the verdict from its reserve, every step journalled so that it can be resumed. */
import type { Limits, RunEvent, Spend, StopReason, VerdictSummary } from '../../protocol/events.ts';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import type { OptimizationResult } from '../../protocol/result.ts';
import type { Evaluation, Evaluator } from '../evaluation/evaluation.ts';
import { createBudget } from '../models/budget.ts';
import type { Budget } from '../models/budget.ts';
import type { Clock } from '../models/clock.ts';
import { createGateway } from '../models/gateway.ts';
import type { Gateway } from '../models/gateway.ts';
import type { LanguageModel } from '../models/language-model.ts';
import type { OptimizationTask } from '../optimizers/optimizer.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { createRandom } from '../statistics/random.ts';
import { createBroadcast } from './broadcast.ts';
import { createEventWriter } from './event-writer.ts';
import type { EventWriter } from './event-writer.ts';
import { createOptimizerRun } from './optimizer-run.ts';
import { isEmbedded, modelsOf } from './prepare-run.ts';
import type { PreparedRun, PrepareServices } from './prepare-run.ts';
import { makeResult } from './result.ts';
import { searchLimits } from './run-config.ts';
import type { Run } from './run-handle.ts';
import { createSearchState } from './search-state.ts';
import type { SearchState } from './search-state.ts';
import type { ResultsStore, RunInput, RunLease } from './store.ts';
import { crossFit, makeVerdict } from './verdict.ts';

export interface RunServices extends PrepareServices {
  readonly store: ResultsStore;
  readonly clock: Clock;
  /** Only spreads retry waits: never part of a decision. */
  readonly jitter: () => number;
  readonly retries: number;
  readonly useCache: boolean;
  /** An evaluator of the task's target model asking through `model`. */
  readonly evaluatorOn: (spec: TaskSpec, model: LanguageModel, config: PreparedRun['config']) => Evaluator;
}

const HEARTBEAT_MS = 5000;

/** What a run was before this process, when it is resumed. */
export interface Earlier {
  readonly paid: Spend;
  readonly inputs: readonly RunInput[];
  /** Milliseconds it has already run. */
  readonly elapsedMs: number;
}

type StopMode = 'keep-best' | 'discard';

/** Starts a prepared run under a lease. */
export function startRun(prepared: PreparedRun, lease: RunLease, services: RunServices, earlier?: Earlier): Run {
  const { config } = prepared;
  const events = createBroadcast<RunEvent>();
  const controller = new AbortController();
  const nominal = createBudget(withoutMinutes(config.limits));
  const search = nominal.child(searchLimits(config.limits, config.reserve));
  const paid = createBudget(withoutMinutes(config.limits), earlier?.paid);
  const { store, clock } = services;
  let discarded = false;

  /** An outside input takes effect at once and is journalled with the admission it took effect at. */
  const stopSearch = (kind: 'stop' | 'minutes', value: unknown): void => {
    const admission = search.admitted();
    search.stopAt(admission, stopError(kind));
    void store.recordInput(lease, { admission, kind, value }).catch(() => {
      controller.abort();
    });
  };
  for (const input of earlier?.inputs ?? []) {
    if (input.kind === 'limits') continue;
    if (input.value === 'discard') discarded = true;
    search.stopAt(input.admission, stopError(input.kind));
  }

  const minutes = config.limits.minutes;
  const timer =
    minutes === undefined || earlier?.inputs.some((input) => input.kind === 'minutes') === true
      ? undefined
      : setTimeout(
          () => {
            stopSearch('minutes', minutes);
          },
          Math.max(0, minutes * 60_000 - (earlier?.elapsedMs ?? 0)),
        );
  timer?.unref();
  const heartbeat = setInterval(() => {
    store.heartbeat(lease).catch(() => {
      controller.abort();
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();

  const execution = new Execution(
    prepared,
    lease,
    services,
    { nominal, search, paid, signal: controller.signal, isDiscarded: () => discarded },
    (event) => {
      store.append(lease, [event]);
      events.publish(event);
    },
  );
  const startedAt = clock.now();
  const result = execution.run(startedAt).finally(() => {
    clearTimeout(timer);
    clearInterval(heartbeat);
    events.end();
  });
  // Whoever iterates may never look at the result; its rejection must not end the process.
  result.catch(() => undefined);

  return {
    id: lease.runId,
    result,
    [Symbol.asyncIterator]: () => events.subscribe(),
    pause() {
      nominal.pause();
      void store.setStatus(lease, 'paused');
    },
    resume() {
      nominal.resume();
      void store.setStatus(lease, 'running');
    },
    stop(mode: StopMode) {
      discarded = mode === 'discard';
      nominal.resume();
      stopSearch('stop', mode);
    },
    abort() {
      controller.abort();
    },
  };
}

const withoutMinutes = ({ minutes: _minutes, ...limits }: Limits): Limits => limits;

const stopError = (kind: 'stop' | 'minutes'): PromptOptError =>
  kind === 'stop'
    ? new PromptOptError('stopped', 'The search was stopped.')
    : new PromptOptError('budget', 'The time limit is reached.', { limit: 'minutes' });

interface Control {
  readonly nominal: Budget;
  readonly search: Budget;
  readonly paid: Budget;
  readonly signal: AbortSignal;
  readonly isDiscarded: () => boolean;
}

/** The program of one run, from its first event to its result. */
class Execution {
  readonly #prepared: PreparedRun;
  readonly #lease: RunLease;
  readonly #services: RunServices;
  readonly #control: Control;
  readonly #events: EventWriter;
  readonly #state: SearchState = createSearchState();
  readonly #kept = new Set<string>();

  constructor(
    prepared: PreparedRun,
    lease: RunLease,
    services: RunServices,
    control: Control,
    publish: (event: RunEvent) => void,
  ) {
    this.#prepared = prepared;
    this.#lease = lease;
    this.#services = services;
    this.#control = control;
    this.#events = createEventWriter(publish);
  }

  async run(startedAt: number): Promise<OptimizationResult> {
    const { store } = this.#services;
    const root = this.#events.below('run');
    try {
      this.#announce(root);
      const gateway = await this.#openGateway();
      const stopReason = await this.#search(gateway);
      const verdict = this.#control.isDiscarded() ? null : await this.#verdict(gateway, root);
      const endedAt = this.#services.clock.now();
      const result = makeResult({
        runId: this.#lease.runId,
        prepared: this.#prepared,
        state: this.#state,
        stopReason: verdict === null && stopReason === 'finished' ? 'failed' : stopReason,
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
        sentence: verdict?.sentence ?? 'The budget ended before a verdict could be made.',
      });
      await store.flush();
      await store.finish(this.#lease, this.#control.isDiscarded() ? 'discarded' : 'done', result);
      return result;
    } catch (error) {
      // Nothing paid for is lost: the journal answers it when the run is resumed.
      this.#events.below('paused').emit('paused', { reason: isPromptOptError(error) ? error.code : 'internal' });
      await store.flush().catch(() => undefined);
      await store.releaseLease(this.#lease).catch(() => undefined);
      throw error;
    }
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

  async #openGateway(): Promise<Gateway> {
    const { connections, store, clock, jitter, retries, useCache } = this.#services;
    return createGateway({
      connections,
      models: await modelsOf(this.#prepared.config, connections),
      journal: store.journal(this.#lease),
      cache: useCache ? store.cache() : null,
      spendLog: store.spendLog(this.#lease),
      paid: this.#control.paid,
      clock,
      random: jitter,
      retries,
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
        account: (events) => {
          this.#account(events);
        },
        signal: this.#control.signal,
      },
      this.#control.search,
      this.#events.below('search'),
    );
    try {
      await optimizer.optimize(task, config.strategyConfig, run);
    } catch (error) {
      return stopReasonOf(error, this.#control.signal);
    }
    const perfect = this.#state.incumbent?.evaluation.rows.every((row) => row.score >= 1) ?? false;
    return perfect ? 'perfect-score' : 'finished';
  }

  /** Original against winner on rows the search never saw. Null when the budget does not reach that far. */
  async #verdict(gateway: Gateway, root: EventWriter): Promise<VerdictSummary | null> {
    const { request, config } = this.#prepared;
    const original = request.spec.prompt;
    const winner = this.#state.incumbent?.candidate.prompt ?? original;
    const changed = winner.hash !== original.hash;
    const random = createRandom(config.seed, 'verdict');
    const place = this.#events.below('verdict');
    place.emit('phase-started', { phase: 'verdict' });
    const rows = request.splits.test.slice(0, config.verdictRows);
    let verdict: VerdictSummary;
    if (rows.length > 0) {
      const evaluator = this.#services.evaluatorOn(request.spec, gateway.under(this.#control.nominal), config);
      const ask = async (prompt: Prompt): Promise<Evaluation> => {
        const progress = place.below('evaluate');
        return await evaluator.evaluate(prompt, rows, {
          signal: this.#control.signal,
          onRow(done, of) {
            if (done % Math.ceil(of / 20) === 0 || done === of) progress.emit('rows-done', { done, of });
          },
        });
      };
      try {
        const before = await ask(original);
        const after = changed ? await ask(winner) : before;
        const rowsLeftOut = request.splits.test.length - rows.length;
        verdict = makeVerdict({
          before: before.rows,
          after: after.rows,
          basis: 'held-out',
          rowsLeftOut,
          changed,
          random,
        });
      } catch (error) {
        if (isPromptOptError(error) && error.code === 'budget') return null;
        throw error;
      }
    } else {
      const baseline = this.#state.offered.find((offered) => offered.candidate.prompt.hash === original.hash);
      if (baseline === undefined) return null;
      const { before, after } = crossFit(this.#state, baseline.evaluation);
      verdict = makeVerdict({ before, after, basis: 'cross-fitted', rowsLeftOut: 0, changed, random });
    }
    this.#account(place);
    place.emit('verdict', verdict);
    place.emit('phase-ended', { phase: 'verdict' });
    root.emit('spent', {
      nominal: this.#control.nominal.spent(),
      paid: this.#control.paid.spent(),
      limits: config.limits,
    });
    return verdict;
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
  }
}

/** A reached limit or a stop ends the search; anything else ends the run, resumable. */
function stopReasonOf(error: unknown, signal: AbortSignal): StopReason {
  if (!isPromptOptError(error) || signal.aborted) throw error;
  if (error.code === 'stopped') return 'stopped-by-user';
  if (error.code !== 'budget') throw error;
  return `budget-${error.details.limit ?? 'calls'}`;
}
