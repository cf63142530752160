/** What an answer of Anthropic's comes to, streamed or not. A server may send anything: nothing is taken for granted. */
import type { FinishReason, GenerationRequest, ToolCall, Usage } from '../../language-model.ts';

/** Tokens as the server counts them; input without what was read from and written to its cache. */
interface Counts {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly output_tokens_details?: { readonly thinking_tokens?: unknown } | null;
}

interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
}

export interface MessageReceived {
  readonly content?: readonly Block[];
  readonly stop_reason?: string | null;
  readonly usage?: Counts | null;
}

export interface EventReceived {
  readonly type?: string;
  readonly index?: number;
  readonly message?: MessageReceived;
  readonly content_block?: Block;
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly thinking?: string;
    readonly partial_json?: string;
    readonly stop_reason?: string | null;
  };
  readonly usage?: Counts | null;
}

export interface Reply {
  readonly text: string;
  /** Thinking and tool arguments: paid for, and no part of the text. */
  readonly besides: string;
  readonly stop: string | null;
  readonly counts: Counts;
  readonly toolCalls: readonly ToolCall[];
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

export const finishReasonOf = ({ stop }: Reply): FinishReason => FINISH_REASONS[stop ?? ''] ?? 'other';

/** Null when it is no message. */
export function readMessage(message: MessageReceived | string | null | undefined): Reply | null {
  if (typeof message !== 'object' || message === null || !Array.isArray(message.content)) return null;
  const blocks = message.content as readonly Block[];
  return {
    text: blocks.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join(''),
    besides: blocks
      .map(({ thinking = '', input }) => thinking + (input === undefined ? '' : JSON.stringify(input)))
      .join(''),
    stop: message.stop_reason ?? null,
    counts: message.usage ?? {},
    toolCalls: blocks.flatMap(({ type, id = '', name = '', input = {} }) =>
      type === 'tool_use' ? [{ id, name, arguments: JSON.stringify(input) }] : [],
    ),
  };
}

/** What is counted later in a stream stands; what it leaves out stays. */
const merge = (before: Counts, later: Counts | null | undefined): Counts => ({
  ...before,
  ...Object.fromEntries(Object.entries(later ?? {}).filter(([, value]) => value !== null)),
});

export interface StreamEnd {
  readonly reply: Reply;
  /** Whether anything came that is an event of this protocol. */
  readonly began: boolean;
  /** Whether the stream ended as one that is complete does. */
  readonly complete: boolean;
}

export async function readStream(
  events: AsyncIterable<EventReceived | null>,
  onDelta: (text: string) => void,
): Promise<StreamEnd> {
  const tools = new Map<number, { id: string; name: string; arguments: string }>();
  let [text, besides] = ['', ''];
  let stop: string | null = null;
  let counts: Counts = {};
  let [began, complete] = [false, false];
  const say = (piece: string): void => {
    if (piece === '') return;
    text += piece;
    onDelta(piece);
  };
  for await (const event of events) {
    const { type, index = 0, message, content_block: block, delta, usage } = event ?? {};
    switch (type) {
      case 'message_start':
        began = true;
        counts = merge(counts, message?.usage);
        break;
      case 'content_block_start':
        if (block?.type === 'text') say(block.text ?? '');
        if (block?.type === 'tool_use') tools.set(index, { id: block.id ?? '', name: block.name ?? '', arguments: '' });
        break;
      case 'content_block_delta': {
        if (delta?.type === 'text_delta') say(delta.text ?? '');
        besides += (delta?.thinking ?? '') + (delta?.partial_json ?? '');
        const tool = tools.get(index);
        if (tool !== undefined) tool.arguments += delta?.partial_json ?? '';
        break;
      }
      case 'message_delta':
        stop = delta?.stop_reason ?? stop;
        counts = merge(counts, usage);
        break;
      case 'message_stop':
        complete = true;
        break;
      default:
      // Newer kinds of events may come at any time.
    }
  }
  const toolCalls = [...tools.values()].map((tool) => ({ ...tool, arguments: tool.arguments || '{}' }));
  return { reply: { text, besides, stop, counts, toolCalls }, began, complete: began && (complete || stop !== null) };
}

/** A count as a server may report it; null for what is none: a limit must never be compared with NaN. */
const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;

/** A server that counts nothing is counted for: money and tokens are never taken as nothing. */
export async function usageOf(
  { counts, text, besides }: Reply,
  request: GenerationRequest,
  count: (text: string) => Promise<number>,
): Promise<Usage> {
  const [fresh, outputTokens] = [countOf(counts.input_tokens), countOf(counts.output_tokens)];
  if (fresh !== null && outputTokens !== null) {
    const read = countOf(counts.cache_read_input_tokens) ?? 0;
    const written = countOf(counts.cache_creation_input_tokens) ?? 0;
    return {
      inputTokens: fresh + read + written,
      outputTokens,
      cachedInputTokens: read,
      cacheWriteTokens: written,
      reasoningTokens: Math.min(outputTokens, countOf(counts.output_tokens_details?.thinking_tokens) ?? 0),
    };
  }
  const sent = request.messages.flatMap(({ content }) =>
    content.map((part) => (part.type === 'text' ? part.text : '')),
  );
  return {
    inputTokens: await count(sent.join('\n')),
    outputTokens: await count(text + besides),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
}
