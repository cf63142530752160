/** A request in the words of Ollama's chat. */
import type { ChatRequest, Message, Options, Tool } from 'ollama/browser';
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { ChatMessage, GenerationRequest } from '../../language-model.ts';

/** The SDK's type has none of the two that keep a server from cutting prompts (Ollama 0.12.6 and later). */
export type OllamaChat = ChatRequest & { readonly truncate: boolean; readonly shift: boolean };

/** What stands beside `options` in a chat; everything else a spec may name belongs into them. */
const BESIDE_OPTIONS = ['think', 'keep_alive', 'logprobs', 'top_logprobs'];

/** llama.cpp keeps a seed in 32 bits, and takes the highest for "any". */
const SEEDS = 2 ** 31;

function toMessage({ role, content }: ChatMessage): Message {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const images = content.flatMap((part) => (part.type === 'image' ? [part.data] : []));
  if (images.length === 0) return { role, content: text };
  if (role !== 'user') {
    throw new PromptOptError('bad-request', `Ollama takes images in user messages only, not in a ${role} message.`, {
      provider: 'ollama',
    });
  }
  return { role, content: text, images };
}

function formatOf({ responseFormat }: GenerationRequest): Pick<ChatRequest, 'format'> {
  switch (responseFormat?.type) {
    case undefined:
    case 'text':
      return {};
    case 'json_object':
      return { format: 'json' };
    case 'json_schema':
      return { format: responseFormat.schema as object };
  }
}

/** The options a spec hands over, whether it nests them as Ollama does or not. */
function ownOptions(extra: GenerationRequest['extra']): { beside: object; options: Record<string, unknown> } {
  const { options: nested, ...flat } = extra ?? {};
  const isBeside = ([key]: [string, unknown]): boolean => BESIDE_OPTIONS.includes(key);
  const entries = Object.entries(flat);
  const options: Record<string, unknown> = {
    ...Object.fromEntries(entries.filter((entry) => !isBeside(entry))),
    ...(typeof nested === 'object' ? nested : {}),
  };
  // Ollama takes a list only; OpenAI's users write one word as it is.
  if (typeof options['stop'] === 'string') options['stop'] = [options['stop']];
  return { beside: Object.fromEntries(entries.filter(isBeside)), options };
}

/** The context a spec asks for by itself; null when it leaves that to the product. */
export function ownContextOf({ extra }: GenerationRequest): number | null {
  const { num_ctx: own } = ownOptions(extra).options;
  return typeof own === 'number' && Number.isInteger(own) && own > 0 ? own : null;
}

/** @param numCtx tokens of context the server is to make room for. */
export function toChat(request: GenerationRequest, numCtx: number): OllamaChat {
  const { model, messages, tools, temperature, topP, maxOutputTokens, extra, sample } = request;
  const { beside, options } = ownOptions(extra);
  return {
    ...beside,
    model,
    messages: messages.map(toMessage),
    // A prompt that does not fit is refused, and a reply that does not fit ends: neither eats the prompt's beginning.
    truncate: false,
    shift: false,
    ...formatOf(request),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }): Tool => ({
            type: 'function',
            function: { name, description, parameters: parameters as Record<string, never> },
          })),
        }),
    options: {
      ...(temperature > 0 ? { seed: sample % SEEDS } : {}),
      ...options,
      temperature,
      ...(topP === undefined ? {} : { top_p: topP }),
      num_predict: maxOutputTokens,
      num_ctx: numCtx,
    } satisfies Partial<Options>,
  };
}
