/** The embedded apprentice behind the provider contract: no key, no network, free, and no language model. */
import { PromptOptError } from '../../../protocol/errors.ts';
import type { Generation, GenerationRequest } from '../language-model.ts';
import { NO_SPEND } from '../../../protocol/events.ts';
import type { ModelProvider, ProviderDescriptor } from '../provider.ts';
import { answerAsApprentice, countApprenticeTokens } from './embedded/apprentice.ts';
import type { ApprenticeMessage } from './embedded/apprentice.ts';

const MODEL = 'apprentice';

function requireModel(modelId: string): void {
  if (modelId === MODEL) return;
  throw new PromptOptError('unavailable', `There is no embedded model "${modelId}".`, {
    provider: 'embedded',
    remedy: 'The one there is is embedded/apprentice.',
  });
}

function toText({ messages, tools }: GenerationRequest): ApprenticeMessage[] {
  const refuse = (what: string): PromptOptError =>
    new PromptOptError('bad-request', `The embedded model cannot take ${what}.`, { provider: 'embedded' });
  if (tools !== undefined && tools.length > 0) throw refuse('tools');
  return messages.map(({ role, content }) => ({
    role,
    content: content
      .map((part) => {
        if (part.type !== 'text') throw refuse('images');
        return part.text;
      })
      .join(''),
  }));
}

/** Answers at once; the wait of a turn lets others be heard between two calls. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const apprentice: ModelProvider = {
  async generate(request, options = {}): Promise<Generation> {
    requireModel(request.model);
    const messages = toText(request);
    await breathe();
    if (options.signal?.aborted === true) throw new PromptOptError('stopped', 'The call was cancelled.');
    const { responseFormat, temperature, sample, maxOutputTokens } = request;
    const answer = answerAsApprentice(messages, {
      temperature,
      sample,
      maxOutputTokens,
      json: responseFormat !== undefined && responseFormat.type !== 'text',
      ...(responseFormat?.type === 'json_schema' ? { schema: responseFormat.schema } : {}),
    });
    options.onDelta?.(answer.text);
    return {
      parts: [{ type: 'text', text: answer.text }],
      toolCalls: [],
      usage: {
        inputTokens: answer.inputTokens,
        outputTokens: answer.outputTokens,
        cachedInputTokens: 0,
        reasoningTokens: 0,
      },
      costUsd: 0,
      // Its own few milliseconds say nothing about a model: none are reported, so that runs repeat to the byte.
      latencyMs: 0,
      cached: false,
      finishReason: answer.truncated ? 'length' : 'stop',
      paid: { ...NO_SPEND, calls: 1, inputTokens: answer.inputTokens, outputTokens: answer.outputTokens },
    };
  },
  describe(modelId) {
    requireModel(modelId);
    return Promise.resolve({
      id: modelId,
      price: { inputPerMillion: 0, outputPerMillion: 0, source: 'free' },
      contextWindow: null,
      byteLevelTokenizer: true,
      reasons: false,
    });
  },
  list: () => Promise.resolve([{ id: MODEL, note: 'built in' }]),
  countTokens(modelId, text) {
    requireModel(modelId);
    return Promise.resolve(countApprenticeTokens(text));
  },
};

export const embedded: ProviderDescriptor = {
  name: 'embedded',
  title: 'Embedded',
  summary: 'A small stand-in that runs anywhere without a key: good for trying things out, no language model.',
  example: 'embedded/apprentice',
  accounting: 'It counts its own tokens and is free.',
  keyVariable: null,
  baseUrlVariable: null,
  carries: () => ['temperature'],
  connect: () => Promise.resolve(apprentice),
};
