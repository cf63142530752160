/** Which of OpenAI's two ways to ask a model is used, and what a model is by its name. */
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { GenerationRequest } from '../../language-model.ts';

export type Api = 'chat' | 'responses';

const nameOf = (modelId: string): string => modelId.replace(/^.*\//, '');

/** Models that reason before they answer take their reply limit by another name and no sampling parameters. */
export const isReasoningModel = (modelId: string): boolean =>
  /^(?:o\d|codex-|gpt-5(?!.*chat)|gpt-[6-9](?!.*chat))/.test(nameOf(modelId));

/** Models that answer the Responses API only. */
const answersResponsesOnly = (modelId: string): boolean =>
  /^(?:o\d|gpt-\d).*-pro\b|codex|deep-research|^computer-use/.test(nameOf(modelId));

/** Parameters that would make a call other than it is reserved and accounted for, each with the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  n: 'one call has one reply',
  max_tokens: 'the reply limit is maxTokens',
  max_completion_tokens: 'the reply limit is maxTokens',
  max_output_tokens: 'the reply limit is maxTokens',
  background: 'a call waits for its reply',
  tools: 'tools cost money that could not be accounted for',
  web_search_options: 'a search costs money that could not be accounted for',
};

/** GitHub's files write parameters in camel case. */
const SPELLINGS: Readonly<Record<string, string>> = {
  reasoningEffort: 'reasoning_effort',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  serviceTier: 'service_tier',
};

export interface ReadParameters {
  readonly api: Api;
  /** Further parameters, in the server's spelling. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/**
 * Parameters of a spec beyond the known ones. `api: chat` or `api: responses` chooses how a model is asked; without it
 * its name does where that tells, else it is asked by chat completions, which all endpoints speak.
 *
 * @param nameTells whether the endpoint has models that answer the Responses API only.
 * @throws PromptOptError `unavailable` for one that cannot be sent: every call of the run would have it.
 */
export function readParameters(request: GenerationRequest, provider: string, nameTells: boolean): ReadParameters {
  const { api: asked, ...rest } = request.extra ?? {};
  const refuse = (what: string, remedy: string): PromptOptError =>
    new PromptOptError('unavailable', `The model parameter ${what}.`, { provider, remedy });
  if (asked !== undefined && asked !== 'chat' && asked !== 'responses')
    throw refuse('api is neither chat nor responses', 'Write `api: chat` or `api: responses`, or leave it out.');
  const extra = Object.fromEntries(Object.entries(rest).map(([key, value]) => [SPELLINGS[key] ?? key, value]));
  for (const [key, reason] of Object.entries(REFUSED))
    if (key in extra) throw refuse(`${key} cannot be used: ${reason}`, `Remove ${key} from the spec.`);
  if (extra['service_tier'] === 'priority')
    throw refuse('service_tier cannot be priority: its price is not known', 'Remove service_tier from the spec.');
  return { api: asked ?? (nameTells && answersResponsesOnly(request.model) ? 'responses' : 'chat'), extra };
}

/**
 * Whether a schema keeps the rules of strict structured outputs: every object closed, every property required. Such a
 * schema is asked for strictly, others as a hint, since OpenAI refuses them otherwise.
 */
export function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  if (typeof schema !== 'object' || schema === null) return true;
  const { type, properties, required, additionalProperties } = schema as Readonly<Record<string, unknown>>;
  if (type === 'object' || properties !== undefined) {
    const names = Object.keys(properties ?? {});
    const needed: readonly unknown[] = Array.isArray(required) ? required : [];
    if (additionalProperties !== false || !names.every((name) => needed.includes(name))) return false;
  }
  return Object.values(schema).every(isStrictSchema);
}

/** @throws PromptOptError `bad-request` for an image outside a user's message. */
export function refuseImage(provider: string, role: string): PromptOptError {
  return new PromptOptError('bad-request', `OpenAI takes images in user messages only, not in a ${role} message.`, {
    provider,
    remedy: 'Move the image into a user message.',
  });
}

/** Parameters of chat completions that are sent on as they are. Reasoning models take none for sampling. */
export const carriedParameters = (modelId: string): readonly string[] =>
  isReasoningModel(modelId)
    ? ['reasoning_effort', 'verbosity', 'user']
    : ['temperature', 'top_p', 'stop', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'verbosity', 'user'];
