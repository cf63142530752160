/** Starts a run: its budgets, what steers it and its lease, round the program that searches and proves. Every step is journalled, so that it can be resumed. */
import type { RunEvent, Spend } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import { createBudget } from '../models/budget.ts';
import { createBroadcast } from './broadcast.ts';
import type { PreparedRun } from './prepare-run.ts';
import { paidSearchLimits, searchLimits, withoutMinutes } from './run-config.ts';
import { createRunControl } from './run-control.ts';
import type { Run } from './run-handle.ts';
import { inForce, runLimits } from './run-limits.ts';
import type { RunInput, RunLease } from './store.ts';
import { createVerdictMoney } from './verdict-money.ts';
import { RunProgram } from './run-program.ts';
import type { RunServices } from './run-program.ts';

const HEARTBEAT_MS = 5000;

/** What a run was before this process, when it is resumed. */
export interface Earlier {
  readonly paid: Spend;
  /** All of them, in order. */
  readonly inputs: readonly RunInput[];
  /** Milliseconds it has already run. */
  readonly elapsedMs: number;
}

/** Starts a prepared run under a lease. */
export function startRun(planned: PreparedRun, lease: RunLease, services: RunServices, earlier?: Earlier): Run {
  const limits = runLimits(planned.config.limits, earlier?.inputs);
  // What is shown, booked and asked for is what the run was last continued with; only the search remembers the rest.
  const prepared: PreparedRun = { ...planned, config: { ...planned.config, limits: limits.latest } };
  const { config } = prepared;
  const events = createBroadcast<RunEvent>();
  const controller = new AbortController();
  const cancelled = new AbortController();
  const nominal = createBudget(withoutMinutes(limits.latest));
  const search = nominal.child(searchLimits(limits.first, config.reserve));
  for (const change of limits.changes) search.limitsAt(change.admission, searchLimits(change.limits, config.reserve));
  // What the verdict needs is not for sale before it; the verdict opens it.
  const paid = createBudget(paidSearchLimits(limits.latest, config), earlier?.paid);
  const { store, clock } = services;
  let failure: unknown = null;

  /** Leaves at once, as a crash would: the journal has what was paid for. */
  const leave = (reason: unknown): void => {
    failure ??= reason;
    controller.abort();
  };
  const { minutes } = limits.latest;
  const inputs = inForce(earlier?.inputs ?? []);
  const control = createRunControl({
    store,
    lease,
    clock,
    nominal,
    search,
    earlier: inputs,
    leftMs: minutes === undefined ? null : minutes * 60_000 - (earlier?.elapsedMs ?? 0),
    leave,
  });
  const heartbeat = setInterval(() => {
    store.heartbeat(lease).catch(leave);
  }, HEARTBEAT_MS);
  heartbeat.unref();

  const program = new RunProgram(
    prepared,
    lease,
    services,
    {
      nominal,
      search,
      paid,
      limits,
      verdictMoney: createVerdictMoney({ store, lease, nominal, earlier: inputs }),
      signal: controller.signal,
      cancelled: cancelled.signal,
      isDiscarded: control.isDiscarded,
      minutesLeft: control.minutesLeft,
      failure: () => failure,
    },
    (event) => {
      store.append(lease, [event]);
      events.publish(event);
    },
  );
  const startedAt = clock.now();
  const result = program.run(startedAt).finally(() => {
    control.end();
    clearInterval(heartbeat);
    events.end();
  });
  // Whoever iterates may never look at the result; its rejection must not end the process.
  result.catch(() => undefined);

  return {
    id: lease.runId,
    result,
    [Symbol.asyncIterator]: () => events.subscribe(),
    pause: control.pause,
    resume: control.resume,
    stop(mode) {
      control.stop(mode);
      // What will not be kept is not waited for either.
      if (mode === 'discard') cancelled.abort();
    },
    abort() {
      leave(new PromptOptError('stopped', 'The run was left.', { remedy: 'Resume it to go on; nothing was lost.' }));
    },
  };
}
