/** A reply in the words of OpenAI's chat completions, whole or in chunks. */
import { textOf } from '../language-model.ts';
import type { FinishReason, Generation, Usage } from '../language-model.ts';

/** What every chunk of one reply says again. */
export interface ReplyHead {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** As the client named it. */
  readonly model: string;
}

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'stop',
};

const usageOf = (usage: Usage): unknown => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
  completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
});

const toolCallsOf = ({ toolCalls }: Generation): Record<string, unknown>[] =>
  toolCalls.map(({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: text } }));

export function completionOf({ id, createdAt, model }: ReplyHead, generation: Generation): unknown {
  const toolCalls = toolCallsOf(generation);
  const text = textOf(generation);
  return {
    id,
    object: 'chat.completion',
    created: Math.floor(createdAt / 1000),
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && toolCalls.length > 0 ? null : text,
          refusal: null,
          ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
        },
        logprobs: null,
        finish_reason: finishReasons[generation.finishReason],
      },
    ],
    usage: usageOf(generation.usage),
  };
}

/** The chunks of one reply. With usage every chunk but the last says null of it, as OpenAI's do. */
export interface ReplyChunks {
  first(): unknown;
  text(piece: string): unknown;
  /** Tool calls if there are any, the reason of the end, usage if it was asked for. */
  last(generation: Generation): unknown[];
}

export function chunksOf({ id, createdAt, model }: ReplyHead, includeUsage: boolean): ReplyChunks {
  const chunk = (choices: readonly unknown[], usage: unknown = null): unknown => ({
    id,
    object: 'chat.completion.chunk',
    created: Math.floor(createdAt / 1000),
    model,
    choices,
    ...(includeUsage ? { usage } : {}),
  });
  const choice = (delta: unknown, finish: string | null = null): unknown =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
  return {
    first: () => choice({ role: 'assistant', content: '' }),
    text: (content) => choice({ content }),
    last(generation) {
      const toolCalls = toolCallsOf(generation).map((call, index) => ({ index, ...call }));
      return [
        ...(toolCalls.length === 0 ? [] : [choice({ tool_calls: toolCalls })]),
        choice({}, finishReasons[generation.finishReason]),
        ...(includeUsage ? [chunk([], usageOf(generation.usage))] : []),
      ];
    },
  };
}
