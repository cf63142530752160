/** The most a call can use, so that it can be reserved before the call leaves. */
import type { Spend } from '../../protocol/events.ts';
import type { GenerationRequest, ModelRole } from './language-model.ts';
import { highestCostOf } from './price.ts';
import type { ModelInfo } from './provider.ts';

/** Tokens a chat format adds to each message and to the whole; no known format adds more. */
const PER_MESSAGE = 16;
const PER_REQUEST = 32;

/**
 * Instructions that providers add of their own to a request with tools or with a schema, in tokens. Anthropic's pages
 * tell of up to 530 for tools; of schemas nothing is told but that there are some.
 */
const FOR_TOOLS = 1024;
const FOR_SCHEMA = 512;

/** For tokenizers that are not byte-level, an estimate of four characters a token is raised by half. */
const ESTIMATE_MARGIN = 1.5;

/** Reply limits where the spec names none, in tokens. */
export const REPLY_LIMITS: Readonly<Record<Exclude<ModelRole, 'target'>, number>> = {
  proposer: 4096,
  judge: 512,
  generator: 2048,
};

/** Tokens a reasoning model may think for besides its reply; they are paid for as output. */
export const REASONING_LIMIT = 4096;

/** The target's reply limit: four times the longest expected output, at least 256 tokens. */
export const targetReplyLimit = (longestExpected: number): number => Math.max(256, 4 * longestExpected);

function inputBound(request: GenerationRequest, byteLevel: boolean): number {
  const texts = request.messages.flatMap((message) =>
    message.content.map((part) => (part.type === 'text' ? part.text : part.data)),
  );
  for (const part of [request.tools, request.responseFormat]) if (part !== undefined) texts.push(JSON.stringify(part));
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const tokens = byteLevel ? bytes : Math.ceil((bytes / 4) * ESTIMATE_MARGIN);
  const added =
    ((request.tools?.length ?? 0) > 0 ? FOR_TOOLS : 0) +
    (request.responseFormat?.type === 'json_schema' ? FOR_SCHEMA : 0);
  return tokens + PER_MESSAGE * request.messages.length + PER_REQUEST + added;
}

export function worstCaseOf(request: GenerationRequest, info: ModelInfo): Spend {
  const inputTokens = inputBound(request, info.byteLevelTokenizer) + (info.ownPromptTokens ?? 0);
  const usd = highestCostOf({ inputTokens, outputTokens: request.maxOutputTokens }, info.price);
  return {
    calls: 1,
    inputTokens,
    outputTokens: request.maxOutputTokens,
    usd: usd ?? 0,
    unpricedCalls: usd === null ? 1 : 0,
  };
}
