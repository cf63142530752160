/**
 * A request of OpenAI's chat completions, read. What the product cannot carry to a model or back from it is refused by
 * name: a parameter that was dropped would be believed to have had its effect.
 */
import * as z from 'zod';
import type { ResponseFormat } from '../../spec/task-spec.ts';
import type { ChatMessage, ContentPart, ToolDefinition } from '../language-model.ts';
import { isStrictSchema } from '../providers/openai/api.ts';
import { apiFailure } from './api-failure.ts';
import type { ApiFailure } from './api-failure.ts';

export interface ChatRequest {
  /** As the client named it. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
  /** Null for plain text. */
  readonly responseFormat: ResponseFormat | null;
  /** Null where the client names none: OpenAI's default of 1 holds. */
  readonly temperature: number | null;
  readonly topP: number | null;
  /** Null where the client names none. */
  readonly maxOutputTokens: number | null;
  readonly seed: number | null;
  /** By their names in the API; those at their defaults are left out. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : typeof value === 'object' && Object.keys(value ?? {}).length === 0;

/** Parameters nothing here can carry, and the values of each that ask for nothing. */
const NOT_CARRIED: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  logprobs: (value) => value === false,
  top_logprobs: () => false,
  audio: () => false,
  modalities: (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  function_call: () => false,
  functions: isEmpty,
  tool_choice: (value) => value === 'auto',
  parallel_tool_calls: (value) => value === true,
  store: (value) => value === false,
  metadata: isEmpty,
  service_tier: (value) => value === 'auto' || value === 'default',
  prediction: () => false,
  web_search_options: () => false,
};

/** Parameters a provider may be able to carry, and what they may be. */
const extras = {
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  reasoning_effort: z.string().nullish(),
  verbosity: z.string().nullish(),
  user: z.string().nullish(),
};

/** Where something has no place in what is sent to a model. */
const CANNOT = 'it cannot be carried; leave it out';
const nothing = z.null({ error: CANNOT }).optional();

const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: z.string(), detail: z.literal('auto', { error: CANNOT }).nullish() }),
  }),
]);

const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant'], {
    error: ({ input }) => `messages of the role ${JSON.stringify(input)} cannot be carried`,
  }),
  content: z.union([z.string(), z.array(part).min(1)], {
    error: ({ input }) =>
      Array.isArray(input)
        ? 'only parts of text, and images as `image_url`, can be carried'
        : 'it must be a text or a list of parts',
  }),
  name: nothing,
  tool_calls: z.array(z.unknown()).max(0, { error: CANNOT }).nullish(),
  refusal: nothing,
  audio: nothing,
  function_call: nothing,
});

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.literal(false, { error: CANNOT }).nullish(),
  }),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().min(1),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
      description: nothing,
    }),
  }),
]);

const replyLimit = z.int().min(1).max(10_000_000).nullish();

const schema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  tools: z.array(tool).nullish(),
  response_format: responseFormat.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: replyLimit,
  max_completion_tokens: replyLimit,
  seed: z.int().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().nullish(),
      include_obfuscation: z.literal(false, { error: CANNOT }).nullish(),
    })
    .nullish(),
  ...extras,
});

type Body = z.infer<typeof schema>;

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('');

function wrong(issue: z.core.$ZodIssue | undefined): ApiFailure {
  if (issue === undefined) return apiFailure(400, 'The request is not understood.');
  const place = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => (place === '' ? key : `${place}.${key}`));
    return apiFailure(400, `Unknown parameter: ${names.join(', ')}. It would have had no effect.`, {
      param: names[0] ?? null,
      code: 'unknown_parameter',
    });
  }
  return apiFailure(400, `${place === '' ? 'The request' : place} is wrong: ${issue.message}.`, {
    param: place === '' ? null : place,
  });
}

/** An image as its bytes; null for an address, which nobody here would fetch. */
function imageOf(url: string): ContentPart | null {
  const [, mediaType, data] = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)$/.exec(url) ?? [];
  return mediaType === undefined || data === undefined ? null : { type: 'image', mediaType, data };
}

function readMessages(messages: Body['messages']): readonly ChatMessage[] | ApiFailure {
  const read: ChatMessage[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const parts: ContentPart[] = [];
    for (const one of typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content) {
      const own = one.type === 'text' ? one : imageOf(one.image_url.url);
      if (own === null) {
        return apiFailure(400, 'An image can be carried as a data URL only: data:image/png;base64,…', {
          param: `messages[${index}].content`,
        });
      }
      parts.push(own);
    }
    read.push({ role: role === 'developer' ? 'system' : role, content: parts });
  }
  return read;
}

function readFormat(format: Body['response_format']): ResponseFormat | null {
  switch (format?.type) {
    case undefined:
    case 'text':
      return null;
    case 'json_object':
      return { type: 'json_object' };
    case 'json_schema':
      return { type: 'json_schema', name: format.json_schema.name, schema: format.json_schema.schema };
  }
}

/** Those that ask for something. */
function readExtra(body: Body): Record<string, unknown> {
  const given = (Object.keys(extras) as (keyof typeof extras)[]).map((name) => [name, body[name]] as const);
  return Object.fromEntries(
    given.filter(([, value]) => value !== undefined && value !== null && value !== 0 && !isEmpty(value)),
  );
}

/** The parameters of a request that cannot be carried, in its order. */
const notCarried = (body: object): string[] =>
  Object.entries(body).flatMap(([name, value]) => {
    const isNeutral = NOT_CARRIED[name];
    return isNeutral === undefined || value === null || isNeutral(value) ? [] : [name];
  });

export function readChatRequest(received: unknown): ChatRequest | ApiFailure {
  if (typeof received !== 'object' || received === null || Array.isArray(received))
    return apiFailure(400, 'The body must be a JSON object.');
  const [refused, ...more] = notCarried(received);
  if (refused !== undefined) {
    return apiFailure(400, `This cannot be carried here: ${[refused, ...more].join(', ')}. Leave it out.`, {
      param: refused,
      code: 'unsupported_parameter',
    });
  }
  const known = Object.entries(received).filter(([name]) => NOT_CARRIED[name] === undefined);
  const { success, data: body, error } = schema.safeParse(Object.fromEntries(known));
  if (!success) return wrong(error.issues[0]);
  const messages = readMessages(body.messages);
  if ('status' in messages) return messages;
  const format = body.response_format;
  // Providers are asked for such a schema strictly, and for others as a hint.
  if (
    format?.type === 'json_schema' &&
    format.json_schema.strict === true &&
    !isStrictSchema(format.json_schema.schema)
  ) {
    return apiFailure(400, 'strict needs a schema in which every object is closed and every property required.', {
      param: 'response_format.json_schema.schema',
    });
  }
  const { max_tokens: older, max_completion_tokens: newer, stream_options: streamOptions } = body;
  if (typeof older === 'number' && typeof newer === 'number' && older !== newer) {
    return apiFailure(400, 'max_tokens and max_completion_tokens say two different things.', { param: 'max_tokens' });
  }
  const stream = body.stream ?? false;
  if (!stream && streamOptions !== undefined && streamOptions !== null) {
    return apiFailure(400, 'stream_options has a meaning only with stream.', { param: 'stream_options' });
  }
  return {
    model: body.model,
    messages,
    tools: (body.tools ?? []).map(({ function: { name, description, parameters } }) => ({
      name,
      description: description ?? '',
      parameters: parameters ?? { type: 'object', properties: {} },
    })),
    responseFormat: readFormat(format),
    temperature: body.temperature ?? null,
    topP: body.top_p ?? null,
    maxOutputTokens: newer ?? older ?? null,
    seed: body.seed ?? null,
    extra: readExtra(body),
    stream,
    includeUsage: streamOptions?.include_usage ?? false,
  };
}
