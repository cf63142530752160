/** What the provider and the thread that holds its models say to each other. */
import type { ChatRole } from '../../../spec/prompt.ts';

/** Handed to the thread when it starts. */
export interface ThreadData {
  /** URL of the library's module. */
  readonly entry: string;
  /** Models of one's own, one folder each, asked for by their name. */
  readonly modelsFolder: string;
}

/** A model as it is loaded: another precision or device is another model. */
export interface ModelChoice {
  readonly model: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface GenerateAsk extends ModelChoice {
  readonly type: 'generate';
  readonly messages: readonly { readonly role: ChatRole; readonly content: string }[];
  /** As the library names them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly maxNewTokens: number;
  /** Null where chance plays no part. */
  readonly seed: number | null;
}

export type Ask =
  | GenerateAsk
  | { readonly type: 'count'; readonly model: string; readonly text: string }
  | { readonly type: 'describe'; readonly model: string };

export interface Generated {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Whether the reply limit, or the end of the window, cut it. */
  readonly cut: boolean;
}

export interface Described {
  /** Tokens; null when the model does not say. */
  readonly contextWindow: number | null;
}

/** Where it went wrong. No text of an error crosses: it may quote a prompt. */
export type FailedStage = 'library' | 'model' | 'too-long' | 'generation';

export type ToThread = { readonly id: number; readonly ask: Ask } | { readonly abort: number };

export type FromThread =
  | { readonly id: number; readonly delta: string }
  | { readonly id: number; readonly value: number | Generated | Described }
  | { readonly id: number; readonly failed: FailedStage; readonly window?: number };
