/** What the host and the pages of its panels say to each other. Plain data; a page trusts the host, the host checks a page. */
import type { RunView } from './folds/run-view.ts';
import type { RunStatus } from './events.ts';

/** Everything the run panel shows, beside what it asks for. */
export interface RunPanelState {
  readonly id: string;
  readonly name: string;
  /** Path of the spec as a person would write it, e.g. relative to the workspace. */
  readonly spec: string;
  /** Its absolute path, with the id what a page keeps to be opened again. */
  readonly specPath: string;
  readonly status: RunStatus | 'stopping';
  /** What ended the run before a verdict, as a sentence. */
  readonly failure: string | null;
  /** Whether there is a better prompt to review. */
  readonly canReview: boolean;
  /** Whether a limit ended it, so that it can go on with a larger one. */
  readonly canContinue: boolean;
  /** How long it took; null until it has a result. */
  readonly minutes: number | null;
  /** What could help when there is no gain, as sentences; empty when there is one or no result yet. */
  readonly advice: readonly string[];
  readonly view: RunView;
}

/** One line of a prompt compared with another. */
export interface ComparedLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** One message of a candidate, compared with the same message of its parent. */
export interface ComparedMessage {
  readonly name: string;
  readonly role: string;
  readonly lines: readonly ComparedLine[];
}

export interface CandidateText {
  readonly hash: string;
  /** The number of the candidate it is compared with; null for the original. */
  readonly against: number | null;
  readonly messages: readonly ComparedMessage[];
  readonly demonstrations: readonly { readonly inputs: Readonly<Record<string, string>>; readonly assistant: string }[];
}

export type HostMessage =
  /** Answers `ready`; replaces everything. */
  | { readonly type: 'snapshot'; readonly state: RunPanelState }
  /** Top-level parts that changed, of the state and of its view; at most four a second. */
  | {
      readonly type: 'patch';
      readonly state: Partial<Omit<RunPanelState, 'view'>>;
      readonly view: Partial<RunView>;
    }
  /** Answers `candidate`; null when its text is not stored any more. */
  | { readonly type: 'candidate'; readonly hash: string; readonly text: CandidateText | null }
  /** The run is not in the store any more. */
  | { readonly type: 'gone' };

export type PanelMessage =
  /** The page is there and shows nothing yet. */
  | { readonly type: 'ready' }
  | {
      readonly type:
        'pause' | 'continue' | 'resume' | 'stop' | 'discard' | 'review' | 'new-limit' | 'open-spec' | 'show-log';
    }
  | { readonly type: 'candidate'; readonly hash: string };

const WITHOUT_MORE: readonly string[] = [
  'ready',
  'pause',
  'continue',
  'resume',
  'stop',
  'discard',
  'review',
  'new-limit',
  'open-spec',
  'show-log',
];

/** The message a page sent, or null for anything that is none. */
export function readPanelMessage(value: unknown): PanelMessage | null {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return null;
  if (WITHOUT_MORE.includes(value.type)) return { type: value.type } as PanelMessage;
  if (
    value.type === 'candidate' &&
    'hash' in value &&
    typeof value.hash === 'string' &&
    /^[0-9a-f]{1,64}$/.test(value.hash)
  ) {
    return { type: 'candidate', hash: value.hash };
  }
  return null;
}
