/** A provider's batch endpoint: calls handed in together, answered within a day, at a lower price. */
import type { PromptOptError } from '../../protocol/errors.ts';
import type { Generation, GenerationRequest } from './language-model.ts';
import type { CallIdentity } from './ports.ts';

/** A call in the provider's words. */
export interface BatchWire {
  readonly body: unknown;
  /** Calls of different kinds leave in different batches, e.g. those of two endpoints of the provider. */
  readonly kind: string;
}

/** A call of a batch, under the name its reply comes back by. */
export interface BatchCall {
  readonly id: CallIdentity;
  readonly body: unknown;
}

/** How far a batch is. */
export interface BatchState {
  /** Nothing more will be answered; what was is ready to be fetched. */
  readonly ended: boolean;
  readonly done: number;
  readonly of: number;
}

/**
 * The reply to one call, read for the request it answers.
 * @throws PromptOptError `bad-request` for this call only, `transient` when it may be asked again in another batch
 */
export type BatchReply = (request: GenerationRequest) => Promise<Generation>;

/** What came of a batch. */
export interface BatchResults {
  readonly replies: ReadonlyMap<CallIdentity, BatchReply>;
  /** Why the calls that are not among the replies were not answered; null when nothing is known. They cost nothing. */
  readonly failure: PromptOptError | null;
}

/** What is known of a batch whose submission was never answered. */
export interface LostBatch {
  /** The mark it was handed in with. */
  readonly token: string;
  readonly calls: readonly CallIdentity[];
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly submittedAt: number;
}

/** A batch at the provider that may be the lost one. */
export interface FoundBatch {
  readonly batchId: string;
  /** Whether it carries our mark. */
  readonly certain: boolean;
}

/** Each method is one attempt. @throws PromptOptError as `LanguageModel.generate` */
export interface BatchPort {
  /** What one batch takes at most. */
  readonly largest: { readonly calls: number; readonly bytes: number };
  /** @throws PromptOptError `bad-request` for what the provider cannot carry: this call only */
  toWire(request: GenerationRequest): BatchWire;
  /**
   * All calls ask the same model and are of one kind. `token` is kept with the batch where the provider allows it.
   * @returns the provider's name for the batch
   * @throws PromptOptError with `mayHaveCost` when the batch may have been taken all the same
   */
  submit(calls: readonly BatchCall[], kind: string, token: string, signal?: AbortSignal): Promise<string>;
  /** How far it is. */
  poll(batchId: string, signal?: AbortSignal): Promise<BatchState>;
  /** Of a batch that has ended. @throws PromptOptError `bad-request` when the provider has it no longer, as `poll` */
  results(batchId: string, signal?: AbortSignal): Promise<BatchResults>;
  /** Asks for no more answers. Those already there can still be fetched, and cost what they cost. */
  cancel(batchId: string): Promise<void>;
  /** Batches at the provider that may be the lost one. Where it is not certain, the names of its calls tell, in the end. */
  find(lost: LostBatch, signal?: AbortSignal): Promise<readonly FoundBatch[]>;
}
