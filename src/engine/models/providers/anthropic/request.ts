/** A request in the words of Anthropic's messages. */
import type {
  ContentBlockParam,
  ImageBlockParam,
  MessageCreateParamsNonStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { ChatMessage, ContentPart, GenerationRequest } from '../../language-model.ts';
import { isClaude, takesSampling } from './claude-models.ts';
import { badRequest, requireCarriable } from './refusals.ts';
import { toOutputSchema } from './schema.ts';
import type { SchemaTransform } from './schema.ts';

interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
}

export interface WireRequest {
  readonly body: Omit<MessageCreateParamsNonStreaming, 'stream'> & Sampling;
  readonly headers: Readonly<Record<string, string>>;
}

/** The last version of the API that takes sampling parameters from the models that have them; the SDK asks for a later one. */
const SAMPLING_VERSION = '2023-06-01';

const HIGHEST_TEMPERATURE = 1;

const textOfParts = (parts: readonly ContentPart[]): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

function toImage({ mediaType, data }: Extract<ContentPart, { type: 'image' }>): ImageBlockParam {
  const known = IMAGE_TYPES.find((type) => type === mediaType);
  if (known === undefined) {
    throw badRequest(
      `Anthropic takes no images of the type ${mediaType}.`,
      `Use one of ${IMAGE_TYPES.map((type) => type.replace('image/', '')).join(', ')}.`,
    );
  }
  return { type: 'image', source: { type: 'base64', media_type: known, data } };
}

function toMessage({ role, content }: ChatMessage): MessageParam {
  const speaker = role === 'assistant' ? 'assistant' : 'user';
  const text = textOfParts(content);
  if (content.every((part) => part.type === 'text')) {
    if (text.trim() !== '') return { role: speaker, content: text };
    throw badRequest(
      `Anthropic takes no empty message, and a message of the ${speaker} is empty.`,
      'Fill the input that stands alone in it, or take the message out of the prompt.',
    );
  }
  if (speaker !== 'user') {
    throw badRequest('Anthropic takes images in user messages only.', 'Move the image to a user message.');
  }
  const blocks = content.flatMap((part): ContentBlockParam[] => {
    if (part.type === 'image') return [toImage(part)];
    // An empty text block is refused; it says nothing.
    return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
  });
  return { role: 'user', content: blocks };
}

function toMessages(messages: readonly ChatMessage[]): MessageParam[] {
  const [first] = messages;
  if (first?.role === 'user') return messages.map(toMessage);
  throw badRequest(
    first === undefined
      ? 'Anthropic takes no prompt of system messages alone.'
      : 'At Anthropic a conversation starts with a user message, and this one starts with the assistant.',
    'Add a user message after the system messages.',
  );
}

/** All system messages in order: Anthropic takes them apart from the conversation. */
function toSystem(messages: readonly ChatMessage[], cache: boolean): Pick<MessageCreateParamsNonStreaming, 'system'> {
  if (messages.some(({ content }) => content.some((part) => part.type !== 'text'))) {
    throw badRequest('Anthropic takes images in user messages only.', 'Move the image to a user message.');
  }
  const text = messages
    .map(({ content }) => textOfParts(content))
    .filter((part) => part.trim() !== '')
    .join('\n\n');
  if (!cache) return text === '' ? {} : { system: text };
  if (text === '') {
    throw badRequest(
      'There is no system message to cache.',
      'Put what all rows share into a system message, or remove `cache` from `modelParameters`.',
    );
  }
  return { system: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }] };
}

/** Whether the request asks for thinking. @throws PromptOptError `bad-request` when it would use up the whole reply. */
function asksForThinking({ extra = {}, maxOutputTokens }: GenerationRequest): boolean {
  const { thinking } = extra;
  if (typeof thinking !== 'object' || thinking === null) return false;
  const { type, budget_tokens: budget } = thinking as { readonly type?: unknown; readonly budget_tokens?: unknown };
  if (typeof budget === 'number' && budget >= maxOutputTokens) {
    throw badRequest(
      `The thinking budget of ${budget} tokens leaves nothing of a reply of at most ${maxOutputTokens}: thinking counts as reply.`,
      'Set `maxTokens` in `modelParameters` above `thinking.budget_tokens`.',
    );
  }
  return type !== 'disabled';
}

function samplingOf(request: GenerationRequest): Sampling {
  const { model, temperature, topP, extra = {} } = request;
  if (temperature > HIGHEST_TEMPERATURE) {
    throw badRequest(
      `Anthropic takes temperatures from 0 to ${HIGHEST_TEMPERATURE}, not ${temperature}.`,
      'Lower `temperature` in `modelParameters`.',
    );
  }
  const thinks = asksForThinking(request);
  if (thinks || !takesSampling(model)) {
    // 0 stands for a file that says nothing, and 1 is what the model does by itself.
    if ((temperature === 0 || temperature === 1) && topP === undefined && !('top_k' in extra)) return {};
    throw badRequest(
      `The model ${model} takes no sampling parameters${thinks ? ' while it thinks' : ''}.`,
      'Remove `temperature`, `topP` and `top_k` from `modelParameters`.',
    );
  }
  if (topP === undefined) return { temperature };
  if (!isClaude(model)) return { temperature, top_p: topP };
  // Claude takes one of the two. At 0 the likeliest token is taken, which is in every nucleus; 1 is what it does by itself.
  if (temperature === 0) return { temperature };
  if (temperature === 1) return { top_p: topP };
  throw badRequest('Anthropic takes a temperature or a topP, not both.', 'Remove one of them from `modelParameters`.');
}

function outputConfigOf(
  { responseFormat, extra = {} }: GenerationRequest,
  transform: SchemaTransform,
): Pick<MessageCreateParamsNonStreaming, 'output_config'> {
  switch (responseFormat?.type) {
    case undefined:
    case 'text':
      return {};
    case 'json_object':
      // A sentence added to the prompt would make JSON likely, and measure another prompt than the file's.
      throw badRequest(
        'Anthropic has no JSON format without a schema.',
        'Set `responseFormat: json_schema` with a `jsonSchema`, or `responseFormat: text`.',
      );
    case 'json_schema': {
      const given = typeof extra['output_config'] === 'object' ? extra['output_config'] : {};
      const schema = toOutputSchema(responseFormat.schema, transform);
      return { output_config: { ...given, format: { type: 'json_schema', schema } } };
    }
  }
}

/** @throws PromptOptError `bad-request` for what Anthropic cannot carry. */
export function toWire(request: GenerationRequest, transform: SchemaTransform): WireRequest {
  const { model, messages, tools, maxOutputTokens } = request;
  requireCarriable(request.extra ?? {});
  const { cache, ...extra } = request.extra ?? {};
  const sampling = samplingOf(request);
  const samples = Object.keys(sampling).length > 0 || 'top_k' in extra;
  return {
    headers: samples ? { 'anthropic-version': SAMPLING_VERSION } : {},
    body: {
      ...extra,
      model,
      max_tokens: maxOutputTokens,
      ...toSystem(
        messages.filter(({ role }) => role === 'system'),
        cache === true,
      ),
      messages: toMessages(messages.filter(({ role }) => role !== 'system')),
      ...sampling,
      ...outputConfigOf(request, transform),
      ...(tools === undefined || tools.length === 0
        ? {}
        : {
            tools: tools.map(({ name, description, parameters }) => ({
              name,
              description,
              input_schema: parameters as { type: 'object' },
            })),
          }),
    },
  };
}
