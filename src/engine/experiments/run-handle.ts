/** What whoever started a run holds of it. */
import type { Limits, RunEvent } from '../../protocol/events.ts';
import type { OptimizationResult } from '../../protocol/result.ts';

/** A started run. Iterate it for its events from the beginning; each iterator gets all of them. */
export interface Run extends AsyncIterable<RunEvent> {
  readonly id: string;
  /** Rejects with what ended the run before a verdict could be made; the run can then be resumed. */
  readonly result: Promise<OptimizationResult>;
  /** Sends nothing more until `resume`; calls in the air still settle. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
  /** Ends the search. `keep-best` goes on to the verdict; `discard` ends without one. */
  stop(mode: 'keep-best' | 'discard'): void;
  /** Leaves everything at once, as a crash would; the run can be resumed. */
  abort(): void;
}

/** A run that goes on. */
export interface Resumed {
  readonly run: Run;
  /** What is told when the code has changed since it began. */
  readonly note: string | null;
  /** What holds from now on. */
  readonly limits: Limits;
}
