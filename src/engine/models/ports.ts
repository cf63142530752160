/** What the decorators need of the store. The store implements these; tests hand in maps. */
import type { Spend } from '../../protocol/events.ts';
import type { Generation, GenerationRequest } from './language-model.ts';

/** SHA-256, in hex, of the canonical request with its `sample` (see `identity.ts`). */
export type CallIdentity = string;

/** A reply as journal and cache keep it. */
export type StoredReply = Omit<Generation, 'cached' | 'paid'>;

/** A request the model would not take, as a journal keeps it: a resumed run does not ask it again. */
export interface StoredRefusal {
  readonly refusal: { readonly message: string; readonly provider?: string; readonly status?: number };
}

/** One run's own record of replies. A reply found here is never bought again. */
export interface JournalPort {
  /** The reply this run has paid for, or the refusal it was given; null when there is none. */
  lookup(identity: CallIdentity): Promise<StoredReply | StoredRefusal | null>;
  /** Resolves when it is durable. */
  answered(identity: CallIdentity, reply: StoredReply | StoredRefusal): Promise<void>;
}

/** Replies shared by all runs of a store. */
export interface CachePort {
  /** Null when no run has bought this reply yet. */
  get(identity: CallIdentity): Promise<StoredReply | null>;
  /** May be buffered: a reply lost from the cache is only bought again by another run. */
  put(identity: CallIdentity, reply: StoredReply): Promise<void>;
}

/**
 * One run's record of what left for a provider. `sent` rows without `settled` are charged at their worst case when
 * the run is resumed.
 */
export interface SpendLog {
  /** Resolves, when durable, with the number of the attempt. Accounts are kept by the model and role of the call. */
  sent(identity: CallIdentity, worst: Spend, call: Pick<GenerationRequest, 'model' | 'role'>): Promise<number>;
  /**
   * Buffered, but durable no later than the next `answered` of the same run. Null: it is still out, and this process waits
   * no longer; it stays charged at its worst case until it is taken up.
   */
  settled(attempt: number, paid: Spend | null): void;
}

/** A batch that was, or was about to be, handed to a provider. */
export interface StoredBatch {
  /** Our own mark of it, at the provider too where it keeps one. */
  readonly token: string;
  /** `provider/model` of all its calls, and where that answers when not at the provider's own place. */
  readonly model: string;
  readonly endpoint: string | null;
  /** The provider's name for it; null when the answer to its submission was not heard. */
  readonly batchId: string | null;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  readonly calls: readonly CallIdentity[];
}

/** Batches of one run, or of work outside runs. Each method resolves when it is durable. */
export interface BatchLog {
  /** What an earlier process left out: a call that is in one of these is waited for, never bought again. */
  left(): Promise<readonly StoredBatch[]>;
  /** What its calls were written down as when they left: they are accounted for under the same number. */
  attemptsLeft(): Promise<ReadonlyMap<CallIdentity, number>>;
  /** Before a batch is handed in. */
  submitting(batch: Omit<StoredBatch, 'batchId'>): Promise<void>;
  /** Once the provider has taken it. */
  submitted(token: string, batchId: string): Promise<void>;
  /** These calls ended without a reply: they may be bought again. */
  dropped(token: string, calls: readonly CallIdentity[]): Promise<void>;
  /** Nothing of it is waited for any more. */
  forget(token: string): Promise<void>;
  /** This process waits no longer; another may take up what is out. */
  release(): Promise<void>;
}
