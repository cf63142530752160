/**
 * How much context Ollama is asked to make room for. Its own default is small and a longer prompt was cut without a
 * word; the model's whole window can take more memory than the machine has. So: what the request needs, rounded up,
 * and never less than before, because another size loads the model anew.
 */
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { GenerationRequest } from '../../language-model.ts';
import type { ModelFacts } from './model-facts.ts';

/** What current servers take by themselves. */
const SMALLEST = 4096;

/** Other tokenizers than the one that counts make up to half as many tokens more, of any language. */
const ESTIMATE_MARGIN = 1.5;
/** What a chat template adds to a message, and what a picture comes to in the models there are. */
const PER_MESSAGE = 16;
const PER_IMAGE = 2048;

const roundUp = (tokens: number): number => 2 ** Math.ceil(Math.log2(tokens));

export interface PromptSize {
  /** No prompt of this request has more tokens. */
  readonly bound: number;
  /** What it comes to, as near as can be told without the model's own tokenizer. */
  readonly estimate: () => Promise<number>;
}

export interface ContextSizes {
  /** Tokens of context for a request. @throws PromptOptError `bad-request` when the prompt cannot fit. */
  choose(request: GenerationRequest, size: PromptSize, limits: ContextLimits): Promise<number>;
  /** More, after the server found the chosen size too small; null when there is no more to be had. */
  grow(request: GenerationRequest, size: PromptSize, limits: ContextLimits): number | null;
}

export interface ContextLimits {
  readonly facts: ModelFacts;
  /** The context the spec asks for by itself. */
  readonly own: number | null;
  /** Whether the server refuses what does not fit; else what only may not fit is refused here. */
  readonly serverRefuses: boolean;
}

/** Tokens as counted over the texts of a request, with what a template adds. */
export async function estimatePrompt(
  request: GenerationRequest,
  count: (text: string) => Promise<number>,
): Promise<number> {
  const parts = request.messages.flatMap(({ content }) => content);
  const texts = parts.map((part) => (part.type === 'text' ? part.text : ''));
  for (const part of [request.tools, request.responseFormat]) if (part !== undefined) texts.push(JSON.stringify(part));
  const images = parts.filter(({ type }) => type === 'image').length;
  return (await count(texts.join('\n'))) + PER_MESSAGE * (request.messages.length + 1) + PER_IMAGE * images;
}

function tooLong(model: string, window: number, own: boolean): PromptOptError {
  const room = own ? `the ${window} tokens that num_ctx gives it` : `its ${window} tokens of context`;
  return new PromptOptError('bad-request', `The prompt is too long for ${model}: it does not fit into ${room}.`, {
    provider: 'ollama',
    remedy: own
      ? 'Raise num_ctx in the parameters of the spec, or shorten the prompt.'
      : 'Shorten the prompt or its row, show fewer examples, or use a model with a larger context window.',
  });
}

/** Remembered by model, for one connection. */
export function createContextSizes(): ContextSizes {
  const sizes = new Map<string, number>();
  const raise = (model: string, needed: number, window: number): number => {
    const size = Math.min(window, Math.max(sizes.get(model) ?? 0, roundUp(needed)));
    sizes.set(model, size);
    return size;
  };
  return {
    async choose(request, { bound, estimate }, { facts, own, serverRefuses }) {
      const { model, maxOutputTokens } = request;
      const window = own ?? facts.contextWindow ?? Infinity;
      const current = own ?? Math.min(window, sizes.get(model) ?? facts.ownContext ?? SMALLEST);
      if (bound + maxOutputTokens <= current) return current;
      const about = await estimate();
      const likely = Math.min(bound, Math.ceil(about * ESTIMATE_MARGIN));
      const fits = serverRefuses ? Math.min(bound, about) < window : likely + maxOutputTokens <= window;
      if (!fits) throw tooLong(model, window, own !== null);
      return own ?? raise(model, Math.max(current, likely + maxOutputTokens), window);
    },
    grow({ model, maxOutputTokens }, { bound }, { facts, own }) {
      if (own !== null) return null;
      const before = sizes.get(model) ?? facts.ownContext ?? SMALLEST;
      const after = raise(model, bound + maxOutputTokens, facts.contextWindow ?? Infinity);
      return after > before ? after : null;
    },
  };
}
