/** The one door to the models: what is asked, what comes back, and the contract every provider and decorator keeps. */
import type { Spend } from '../../protocol/events.ts';
import type { ChatRole } from '../spec/prompt.ts';
import type { ResponseFormat } from '../spec/task-spec.ts';
import type { ServerLimits } from './server-limits.ts';

/** Why a call is made: sets default limits, and accounts are kept by it. */
export type ModelRole = 'target' | 'proposer' | 'judge' | 'generator';

/** Plain text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** What today's providers may refuse with `bad-request`, never drop. `data` is base64. */
export interface ImagePart {
  readonly type: 'image';
  readonly mediaType: string;
  readonly data: string;
}

/** A piece of a message. */
export type ContentPart = TextPart | ImagePart;

/** One turn of the conversation. */
export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: readonly ContentPart[];
}

/** What a model may ask to be called. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: unknown;
}

/** What a model asks to be called. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text, as the model wrote them. */
  readonly arguments: string;
}

/** All that makes a call what it is: two equal requests are the same call. */
export interface GenerationRequest {
  /** `provider/model`, e.g. `openai/gpt-4o-mini` or `embedded/apprentice`. */
  readonly model: string;
  readonly role: ModelRole;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  readonly responseFormat?: ResponseFormat;
  /** 0…2. */
  readonly temperature: number;
  readonly topP?: number;
  /** The most the reply may use; always sent, and what is reserved for it. */
  readonly maxOutputTokens: number;
  /** Parameters beyond these, handed to the provider as they are. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Part of the call's identity: 0 at temperature 0, i at repeat i, elsewhere from `run.random`. */
  readonly sample: number;
}

/**
 * Tokens, as the provider counted them. `inputTokens` includes those read from and written to the provider's own cache;
 * `outputTokens` includes reasoning.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
  /** Written to the provider's cache, at a price of their own; absent where there is no such thing. */
  readonly cacheWriteTokens?: number;
}

/** Why a reply ended. `length`: cut by its limit. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** A reply with what it used, cost and took. */
export interface Generation {
  readonly parts: readonly ContentPart[];
  readonly toolCalls: readonly ToolCall[];
  readonly usage: Usage;
  /** At the run's price snapshot; null when the model has no known price. */
  readonly costUsd: number | null;
  /** Of the call that really went out, also when this comes from journal or cache. */
  readonly latencyMs: number;
  /** True when no provider was asked for this reply. */
  readonly cached: boolean;
  readonly finishReason: FinishReason;
  /** What was really paid for this reply in this process: every attempt, nothing for journal and cache hits. */
  readonly paid: Spend;
}

/** How to wait for a reply. */
export interface GenerateOptions {
  readonly signal?: AbortSignal;
  /** Called with each piece of text while it streams. Cached replies come as one piece. */
  readonly onDelta?: (text: string) => void;
  /** Called with what the server's headers say it still allows, with a reply or before an error. */
  readonly onLimits?: (limits: ServerLimits) => void;
}

/**
 * Asks a model. Implemented by providers and by each decorator of the stack.
 *
 * @throws PromptOptError `bad-request` (only this request), `unavailable` (nothing will work from now on),
 * `transient` (may work later), `budget`, `stopped`, `usage-overrun`. A bad answer is never an error.
 */
export interface LanguageModel {
  /** One reply to one request. */
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation>;
}

/** The text of a reply, all text parts joined. */
export function textOf(generation: Generation): string {
  return generation.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** A message of plain text. */
export function textMessage(role: ChatRole, text: string): ChatMessage {
  return { role, content: [{ type: 'text', text }] };
}
