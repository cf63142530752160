/** What an answer of OpenAI comes to, whichever way it was asked. */
import type { FinishReason, GenerationRequest, ToolCall, Usage } from '../../language-model.ts';

/** Counts as the server told them; any of them may be missing or nonsense. */
export interface ReportedUsage {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly cached?: unknown;
  readonly cacheWritten?: unknown;
  readonly reasoning?: unknown;
}

export interface Answer {
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly usage: ReportedUsage;
  readonly toolCalls: readonly ToolCall[];
}

/** A count as a server may report it; null for what is none: a limit must never be compared with NaN. */
const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;

/** A server that counts nothing is counted for: money and tokens are never taken as nothing. */
export async function usageOf(
  { usage, text }: Answer,
  request: GenerationRequest,
  count: (text: string) => Promise<number>,
): Promise<Usage> {
  const [inputTokens, outputTokens] = [countOf(usage.input), countOf(usage.output)];
  if (inputTokens !== null && outputTokens !== null) {
    const cachedInputTokens = Math.min(inputTokens, countOf(usage.cached) ?? 0);
    const cacheWriteTokens = Math.min(inputTokens - cachedInputTokens, countOf(usage.cacheWritten) ?? 0);
    return {
      inputTokens,
      outputTokens,
      cachedInputTokens,
      reasoningTokens: Math.min(outputTokens, countOf(usage.reasoning) ?? 0),
      ...(cacheWriteTokens === 0 ? {} : { cacheWriteTokens }),
    };
  }
  const sent = request.messages.flatMap(({ content }) =>
    content.map((part) => (part.type === 'text' ? part.text : '')),
  );
  return {
    inputTokens: await count(sent.join('\n')),
    outputTokens: await count(text),
    cachedInputTokens: 0,
    reasoningTokens: 0,
  };
}

/** Whether something a server sent has fields at all. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A text a server sent; empty for anything else. */
export const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');
