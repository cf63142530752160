/**
 * What a run looks like at a moment: the fold behind the command line's progress, the live panel, a reopened run and
 * the report. It computes no statistics (the engine writes them as events) and does not depend on the order in which
 * events arrive: ties are settled by numbers and times the events carry.
 */
import type {
  CandidateOrigin,
  ConstraintRate,
  Estimate,
  EventPayloads,
  RunEvent,
  Spend,
  SplitName,
  VerdictSummary,
} from '../events.ts';
import { NO_SPEND } from '../events.ts';

/** An event with its wall-clock time in milliseconds; the store's `StoredEvent` is one. */
export interface TimedEvent {
  readonly time: number;
  readonly event: RunEvent;
}

export interface CandidateView {
  readonly hash: string;
  /** 0 is the original; then in the order of the search. */
  readonly number: number;
  readonly origin: CandidateOrigin;
  readonly note: string;
  /** Hashes, and their numbers where they are known. */
  readonly parents: readonly string[];
  readonly parentNumbers: readonly number[];
  readonly demonstrations: number;
  readonly changed: readonly string[];
  /** `rejected` was dropped before its full evaluation, for `reason`. */
  readonly state: 'proposed' | 'evaluated' | 'rejected';
  readonly reason: string | null;
  /** On the rows of `split`; null until evaluated. */
  readonly estimate: Estimate | null;
  readonly split: SplitName | null;
  readonly costPerCall: number | null;
  readonly unparsed: number;
  readonly constraints: readonly ConstraintRate[];
}

/** One fully evaluated candidate on the score chart. */
export interface ScorePoint {
  readonly candidate: string;
  readonly number: number;
  /** What the run had spent when it was evaluated, and how many milliseconds it had run. */
  readonly calls: number;
  readonly usd: number;
  readonly elapsedMs: number;
  readonly estimate: Estimate;
  /** Whether it was the best so far at that moment. */
  readonly best: boolean;
}

export interface PhaseView {
  readonly path: string;
  readonly name: string;
  readonly note: string | null;
  readonly state: 'running' | 'done';
}

export interface RunView {
  /** Null until the run has announced itself. */
  readonly started: EventPayloads['run-started'] | null;
  readonly startedAt: number | null;
  readonly state: 'waiting' | 'running' | 'paused' | 'ended';
  readonly pausedReason: string | null;
  readonly phases: readonly PhaseView[];
  /** By number. */
  readonly candidates: readonly CandidateView[];
  /** Proposals that never became a candidate. */
  readonly rejections: readonly { readonly reason: string; readonly parents: readonly string[] }[];
  /** By calls. */
  readonly curve: readonly ScorePoint[];
  /** Hash of the best so far. */
  readonly incumbent: string | null;
  /** Rows of the evaluation under way. */
  readonly progress: { readonly done: number; readonly of: number } | null;
  readonly spent: Spend;
  readonly paid: Spend;
  readonly warnings: readonly EventPayloads['warning'][];
  /** What was last told of a batch; null when none has been handed in. */
  readonly batch: EventPayloads['batch'] | null;
  readonly verdict: VerdictSummary | null;
  readonly ended: EventPayloads['run-ended'] | null;
}

export interface RunFold {
  add(item: TimedEvent): void;
  view(): RunView;
}

/** The view of a whole stream. */
export function foldRun(items: Iterable<TimedEvent>): RunView {
  const fold = createRunFold();
  for (const item of items) fold.add(item);
  return fold.view();
}

type Payload<T extends RunEvent['type']> = EventPayloads[T];
type Keyed<T> = T & { readonly path: string; readonly ordinal: number; readonly time: number };

const byPlace = (a: Keyed<unknown>, b: Keyed<unknown>): number =>
  a.time - b.time || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.ordinal - b.ordinal);

const batchOf = ({ state, model, calls, answered, minutes }: Payload<'batch'>): Payload<'batch'> => ({
  state,
  model,
  calls,
  answered,
  minutes,
});

/** A fold that takes events one by one; `view` may be asked at any time. */
export function createRunFold(): RunFold {
  const seen = new Set<string>();
  let started: Keyed<{ data: Payload<'run-started'> }> | null = null;
  let ended: Payload<'run-ended'> | null = null;
  let verdict: VerdictSummary | null = null;
  let paused: Keyed<{ reason: string }> | null = null;
  let lastTime = Number.NEGATIVE_INFINITY;
  const phases = new Map<string, { name: string; note: string | null; started: number; done: boolean }>();
  const proposed = new Map<string, Payload<'candidate-proposed'>>();
  const evaluated = new Map<string, Keyed<Payload<'candidate-evaluated'>>>();
  const rejected = new Map<string, string>();
  const rejections: Keyed<Payload<'candidate-rejected'>>[] = [];
  const incumbents: Keyed<Payload<'incumbent-changed'>>[] = [];
  const progress = new Map<string, { done: number; of: number; time: number }>();
  const warnings: Keyed<Payload<'warning'>>[] = [];
  let account: Payload<'spent'> | null = null;
  let batch: Keyed<Payload<'batch'>> | null = null;

  const add = ({ time, event }: TimedEvent): void => {
    const key = `${event.path}\n${event.ordinal}`;
    if (seen.has(key)) return;
    seen.add(key);
    const place = { path: event.path, ordinal: event.ordinal, time };
    if (event.type !== 'paused') lastTime = Math.max(lastTime, time);
    switch (event.type) {
      case 'run-started':
        started = { data: event.data, ...place };
        break;
      case 'phase-started':
      case 'phase-ended': {
        const known = phases.get(event.path);
        phases.set(event.path, {
          name: event.data.phase,
          note: event.data.note ?? known?.note ?? null,
          started: Math.min(time, known?.started ?? time),
          done: event.type === 'phase-ended' || (known?.done ?? false),
        });
        break;
      }
      case 'candidate-proposed':
        proposed.set(event.data.candidate, event.data);
        break;
      case 'candidate-rejected':
        if (event.data.candidate === null) rejections.push({ ...event.data, ...place });
        else rejected.set(event.data.candidate, event.data.reason);
        break;
      case 'rows-done': {
        const known = progress.get(event.path);
        if (known === undefined || known.done < event.data.done) progress.set(event.path, { ...event.data, time });
        break;
      }
      case 'candidate-evaluated': {
        const known = evaluated.get(event.data.candidate);
        // The first full evaluation is the one that was offered; the same rows asked again say the same.
        if (known === undefined || byPlace(place, known) < 0)
          evaluated.set(event.data.candidate, { ...event.data, ...place });
        break;
      }
      case 'incumbent-changed':
        incumbents.push({ ...event.data, ...place });
        break;
      case 'spent':
        if (account === null || event.data.nominal.calls >= account.nominal.calls) account = event.data;
        break;
      case 'warning':
        warnings.push({ ...event.data, ...place });
        break;
      case 'batch':
        if (batch === null || byPlace(batch, place) < 0) batch = { ...event.data, ...place };
        break;
      case 'paused':
        if (paused === null || paused.time < time) paused = { reason: event.data.reason, ...place };
        break;
      case 'verdict':
        verdict = event.data;
        break;
      case 'run-ended':
        ended = event.data;
        break;
    }
  };

  const candidateViews = (): CandidateView[] =>
    [...proposed.values()]
      .sort((a, b) => a.number - b.number)
      .map((candidate) => {
        const evaluation = evaluated.get(candidate.candidate);
        const reason = rejected.get(candidate.candidate) ?? null;
        return {
          hash: candidate.candidate,
          number: candidate.number,
          origin: candidate.origin,
          note: candidate.note,
          parents: candidate.parents,
          parentNumbers: candidate.parents.flatMap((hash) => proposed.get(hash)?.number ?? []),
          demonstrations: candidate.demonstrations,
          changed: candidate.changed,
          state: evaluation !== undefined ? 'evaluated' : reason !== null ? 'rejected' : 'proposed',
          reason,
          estimate: evaluation?.estimate ?? null,
          split: evaluation?.split ?? null,
          costPerCall: evaluation?.costPerCall ?? null,
          unparsed: evaluation?.unparsed ?? 0,
          constraints: evaluation?.constraints ?? [],
        };
      });

  const curve = (startedAt: number | null): ScorePoint[] => {
    const best = new Set(incumbents.map(({ candidate }) => candidate));
    return [...evaluated.values()]
      .map((evaluation) => ({
        candidate: evaluation.candidate,
        number: proposed.get(evaluation.candidate)?.number ?? -1,
        calls: evaluation.calls,
        usd: evaluation.usd,
        elapsedMs: startedAt === null ? 0 : Math.max(0, evaluation.time - startedAt),
        estimate: evaluation.estimate,
        best: best.has(evaluation.candidate),
      }))
      .sort((a, b) => a.calls - b.calls || a.number - b.number);
  };

  const view = (): RunView => {
    const running = [...progress.values()].filter(({ done, of }) => done < of).sort((a, b) => b.time - a.time)[0];
    const isPaused = paused !== null && paused.time >= lastTime && ended === null;
    const best = incumbents.toSorted((a, b) => b.estimate.mean - a.estimate.mean || b.calls - a.calls)[0];
    return {
      started: started?.data ?? null,
      startedAt: started?.time ?? null,
      state: ended !== null ? 'ended' : isPaused ? 'paused' : started === null ? 'waiting' : 'running',
      pausedReason: isPaused ? (paused?.reason ?? null) : null,
      phases: [...phases.entries()]
        .sort(([a, x], [b, y]) => x.started - y.started || (a < b ? -1 : 1))
        .map(([path, { name, note, done }]) => ({ path, name, note, state: done ? 'done' : 'running' })),
      candidates: candidateViews(),
      rejections: rejections.sort(byPlace).map(({ reason, parents }) => ({ reason, parents })),
      curve: curve(started?.time ?? null),
      incumbent: best?.candidate ?? null,
      progress: running === undefined || ended !== null ? null : { done: running.done, of: running.of },
      spent: ended?.spent ?? account?.nominal ?? NO_SPEND,
      paid: ended?.paid ?? account?.paid ?? NO_SPEND,
      warnings: warnings.sort(byPlace).map(({ code, message }) => ({ code, message })),
      batch: batch === null ? null : batchOf(batch),
      verdict,
      ended,
    };
  };

  return { add, view };
}
