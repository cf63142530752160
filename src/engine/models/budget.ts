/**
 * A hard limit that holds with a hundred calls in the air: the worst case of a call is reserved before it leaves, and
 * its reply settles the reservation.
 *
 * Admission is first in, first out in call order. A call that does not fit waits for calls in the air to settle and is
 * refused only when none is. So which calls are admitted depends on the order they were made in and on what each used,
 * never on the order replies arrive.
 */
import { PromptOptError } from '../../protocol/errors.ts';
import { NO_SPEND } from '../../protocol/events.ts';
import type { Limits, Spend } from '../../protocol/events.ts';
import { addSpend } from '../../protocol/spend.ts';

export interface Reservation {
  /** Books what the call really used. @throws PromptOptError `usage-overrun`, after booking, when it used more than reserved. */
  settle(actual: Spend): void;
  /** Gives the reservation back, booking what is known to have been used. */
  release(actual?: Spend): void;
}

export interface Budget {
  /**
   * @throws PromptOptError `budget` (with `details.limit`) when it can never fit, the error given to `stopAt`, or
   * `stopped` when the signal aborts while it waits. After a refusal every later call is refused too, until the limits
   * change: whether a smaller call would still have fitted must not depend on who asked first.
   */
  admit(worst: Spend, signal?: AbortSignal): Promise<Reservation>;
  /** Whether this would fit now, on top of everything reserved. */
  fits(worst: Spend): boolean;
  spent(): Spend;
  /** What is left of each limit, reservations counted as used. */
  left(): Limits;
  /** How many calls have been admitted so far, those of its children among them. */
  admitted(): number;
  /** A budget within this one: its calls count here too. */
  child(limits: Limits): Budget;
  setLimits(limits: Limits): void;
  /** Has these limits once so many calls are admitted: where a continued run took them up. Given in order. */
  limitsAt(admission: number, limits: Limits): void;
  /** Holds back new admissions until `resume`. */
  pause(): void;
  resume(): void;
  /** Refuses every call from admission number `admission` (0-based) on, those of its children among them. */
  stopAt(admission: number, error: PromptOptError): void;
}

type LimitName = keyof Limits;

const names: Readonly<Record<LimitName, string>> = { usd: 'USD', calls: 'calls', tokens: 'tokens', minutes: 'minutes' };

function refusal(limit: LimitName, value: number): PromptOptError {
  const amount = limit === 'usd' ? `$${value.toFixed(2)}` : `${value} ${names[limit]}`;
  return new PromptOptError('budget', `The limit of ${amount} is reached.`, {
    limit,
    remedy: 'Continue with a new limit to go on.',
  });
}

const tokensOf = (spend: Spend): number => spend.inputTokens + spend.outputTokens;

/** Rounding of binary fractions must not refuse the last cent. */
const EPSILON_USD = 1e-9;

interface Waiting {
  readonly worst: Spend;
  readonly resolve: (reservation: Reservation) => void;
  readonly reject: (error: PromptOptError) => void;
}

interface Node {
  limits: Limits;
  spent: Spend;
  reserved: Spend;
  inAir: number;
  admitted: number;
  paused: boolean;
  stop: { readonly admission: number; readonly error: PromptOptError } | null;
  readonly changes: { readonly admission: number; readonly limits: Limits }[];
  /** Why calls were refused since the limits last changed. */
  refused: PromptOptError | null;
  readonly parent: Node | null;
  readonly queue: Waiting[];
}

const subtract = (a: Spend, b: Spend): Spend =>
  addSpend(a, {
    calls: -b.calls,
    inputTokens: -b.inputTokens,
    outputTokens: -b.outputTokens,
    usd: -b.usd,
    unpricedCalls: -b.unpricedCalls,
  });

function lineage(node: Node): Node[] {
  const nodes: Node[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) nodes.push(at);
  return nodes;
}

/** Why nothing more is admitted under this node: a stop has taken effect, or a call has been refused. */
function endOf(node: Node): PromptOptError | null {
  for (const { stop, admitted, refused } of lineage(node)) {
    if (stop !== null && admitted >= stop.admission) return stop.error;
    if (refused !== null) return refused;
  }
  return null;
}

/** The limit that one more `worst` would break, or null. */
function brokenLimit(node: Node, worst: Spend): PromptOptError | null {
  for (const { limits, spent, reserved } of lineage(node)) {
    const total = addSpend(addSpend(spent, reserved), worst);
    if (limits.calls !== undefined && total.calls > limits.calls) return refusal('calls', limits.calls);
    if (limits.usd !== undefined && total.usd > limits.usd + EPSILON_USD) return refusal('usd', limits.usd);
    if (limits.tokens !== undefined && tokensOf(total) > limits.tokens) return refusal('tokens', limits.tokens);
  }
  return null;
}

/** A root budget. @param already what was spent before, on resume. */
export function createBudget(limits: Limits, already: Spend = NO_SPEND): Budget {
  const nodes: Node[] = [];

  const book = (node: Node, worst: Spend, actual: Spend): void => {
    for (const at of lineage(node)) {
      at.reserved = subtract(at.reserved, worst);
      at.spent = addSpend(at.spent, actual);
      at.inAir--;
    }
    // A settled call may make room in any budget of the tree.
    for (const other of nodes) pump(other);
  };

  const takeUp = (node: Node): void => {
    for (let next = node.changes[0]; next !== undefined && node.admitted >= next.admission; next = node.changes[0]) {
      node.changes.shift();
      node.limits = next.limits;
      for (const other of nodes) other.refused = null;
    }
  };

  const reserve = (node: Node, worst: Spend): Reservation => {
    for (const at of lineage(node)) {
      at.admitted++;
      takeUp(at);
      at.reserved = addSpend(at.reserved, worst);
      at.inAir++;
    }
    let open = true;
    const close = (actual: Spend): void => {
      if (!open) throw new PromptOptError('internal', 'A reservation was settled twice.');
      open = false;
      book(node, worst, actual);
    };
    return {
      settle(actual) {
        close(actual);
        if (tokensOf(actual) > tokensOf(worst) || actual.usd > worst.usd + EPSILON_USD) {
          throw new PromptOptError(
            'usage-overrun',
            `A reply used ${tokensOf(actual)} tokens where at most ${tokensOf(worst)} were announced.`,
            {
              remedy: 'The run stopped so that no limit is passed. Check the reply limit and the endpoint.',
            },
          );
        }
      },
      release: (actual = NO_SPEND) => {
        close(actual);
      },
    };
  };

  const pump = (node: Node): void => {
    for (let head = node.queue[0]; head !== undefined; head = node.queue[0]) {
      const ended = endOf(node);
      if (ended !== null) {
        node.queue.shift();
        head.reject(ended);
        continue;
      }
      if (lineage(node).some((at) => at.paused)) return;
      const broken = brokenLimit(node, head.worst);
      if (broken !== null && lineage(node).some((at) => at.inAir > 0)) return;
      node.queue.shift();
      if (broken === null) head.resolve(reserve(node, head.worst));
      else {
        node.refused = broken;
        head.reject(broken);
      }
    }
  };

  const wait = (node: Node, worst: Spend, signal: AbortSignal | undefined): Promise<Reservation> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        node.queue.splice(node.queue.indexOf(waiting), 1);
        waiting.reject(new PromptOptError('stopped', 'The call was cancelled.'));
        pump(node);
      };
      const done = (): void => {
        signal?.removeEventListener('abort', abort);
      };
      const waiting: Waiting = {
        worst,
        resolve(reservation) {
          done();
          resolve(reservation);
        },
        reject(error) {
          done();
          reject(error);
        },
      };
      node.queue.push(waiting);
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      pump(node);
    });

  const handle = (node: Node): Budget => ({
    admit: (worst, signal) => wait(node, worst, signal),
    fits: (worst) => brokenLimit(node, worst) === null,
    spent: () => node.spent,
    left: () => leftOf(node),
    admitted: () => node.admitted,
    child: (own) => handle(grow(own, node, NO_SPEND)),
    setLimits(next) {
      node.limits = next;
      for (const other of nodes) other.refused = null;
      for (const other of nodes) pump(other);
    },
    limitsAt(admission, next) {
      node.changes.push({ admission, limits: next });
      takeUp(node);
    },
    pause() {
      node.paused = true;
    },
    resume() {
      node.paused = false;
      for (const other of nodes) pump(other);
    },
    stopAt(admission, error) {
      node.stop = { admission, error };
      for (const other of nodes) pump(other);
    },
  });

  const grow = (own: Limits, parent: Node | null, spent: Spend): Node => {
    const node: Node = {
      limits: own,
      spent,
      reserved: NO_SPEND,
      inAir: 0,
      admitted: 0,
      paused: false,
      stop: null,
      changes: [],
      refused: null,
      parent,
      queue: [],
    };
    nodes.push(node);
    return node;
  };
  return handle(grow(limits, null, already));
}

function leftOf(node: Node): Limits {
  const left: { usd?: number; calls?: number; tokens?: number } = {};
  for (const { limits, spent, reserved } of lineage(node)) {
    const used = addSpend(spent, reserved);
    if (limits.usd !== undefined) left.usd = Math.min(left.usd ?? Infinity, Math.max(0, limits.usd - used.usd));
    if (limits.calls !== undefined)
      left.calls = Math.min(left.calls ?? Infinity, Math.max(0, limits.calls - used.calls));
    if (limits.tokens !== undefined)
      left.tokens = Math.min(left.tokens ?? Infinity, Math.max(0, limits.tokens - tokensOf(used)));
  }
  return left;
}
