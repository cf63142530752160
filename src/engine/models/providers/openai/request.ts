/** A request in the words of OpenAI's chat completions. */
import type { ChatCompletionCreateParams, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { ChatMessage, GenerationRequest } from '../../language-model.ts';

/** Models that reason before they answer take their reply limit by another name and no sampling parameters. */
export const isReasoningModel = (modelId: string): boolean =>
  /^(?:o\d|gpt-5(?!.*chat)|gpt-[6-9](?!.*chat))/.test(modelId.replace(/^.*\//, ''));

function toMessage({ role, content }: ChatMessage): ChatCompletionMessageParam {
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === content.length) return { role, content: texts.join('') };
  if (role !== 'user') {
    throw new PromptOptError('bad-request', `OpenAI takes images in user messages only, not in a ${role} message.`, {
      provider: 'openai',
    });
  }
  return {
    role,
    content: content.map((part) =>
      part.type === 'text'
        ? { type: 'text' as const, text: part.text }
        : { type: 'image_url' as const, image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
    ),
  };
}

function formatOf({ responseFormat }: GenerationRequest): Pick<ChatCompletionCreateParams, 'response_format'> {
  switch (responseFormat?.type) {
    case undefined:
    case 'text':
      return {};
    case 'json_object':
      return { response_format: { type: 'json_object' } };
    case 'json_schema':
      return {
        response_format: {
          type: 'json_schema',
          json_schema: { name: responseFormat.name, schema: responseFormat.schema as Record<string, unknown> },
        },
      };
  }
}

export function toParams(request: GenerationRequest): Omit<ChatCompletionCreateParams, 'stream'> {
  const { model, messages, tools, temperature, topP, maxOutputTokens, extra } = request;
  const sampling = isReasoningModel(model)
    ? { max_completion_tokens: maxOutputTokens }
    : { max_tokens: maxOutputTokens, temperature, ...(topP === undefined ? {} : { top_p: topP }) };
  return {
    ...extra,
    model,
    messages: messages.map(toMessage),
    ...sampling,
    ...formatOf(request),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters: parameters as Record<string, unknown> },
          })),
        }),
  };
}
