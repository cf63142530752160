/** What refusals of Hugging Face's router, of the providers behind it and of its endpoints mean, told by status and code. */
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Refused } from '../guarded-call.ts';
import { notThisProtocol, refusalError } from '../http-errors.ts';
import type { RefusalKind } from '../http-errors.ts';
import { isRecord, textOr } from '../openai/answer.ts';
import { failureInside } from '../openai/errors.ts';

export const PROTOCOL = 'an endpoint of Hugging Face';

/** The router's own codes, beside those it shares with OpenAI. */
const KINDS: Readonly<Record<string, RefusalKind>> = {
  model_not_supported: 'unknown-model',
  overloaded: 'rate-limit',
};

/** Seconds until a model that is being loaded answers, as its endpoint estimates. */
function loadingMs(body: unknown): number | undefined {
  const seconds = isRecord(body) ? body['estimated_time'] : undefined;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : undefined;
}

export function huggingFaceRefusal(
  endpoint: Endpoint,
  { status, headers, body }: Refused,
  modelId: string,
): PromptOptError {
  const error = isRecord(body) ? body['error'] : undefined;
  const { code, type, message } = isRecord(error) ? error : { code: undefined, type: undefined, message: error };
  const word = textOr(code) || textOr(type) || (isRecord(body) ? textOr(body['error_type']) : '');
  const told = failureInside({ code: status, type: word, message });
  const waitMs = status === 503 ? loadingMs(body) : undefined;
  return refusalError(endpoint, {
    status,
    headers: waitMs === undefined ? headers : new Headers({ 'retry-after-ms': String(waitMs) }),
    modelId,
    kind: KINDS[word] ?? told?.kind,
    code: word,
  });
}

/** What the SDK throws of a reply it does not like. @param body what the server sent, as the SDK read it. */
export function insideReply(endpoint: Endpoint, body: unknown, modelId: string, cause: Error): PromptOptError {
  if (!isRecord(body) || body['error'] === undefined) return notThisProtocol(endpoint, PROTOCOL, cause);
  const inside = failureInside(body['error']);
  if (inside !== null) return refusalError(endpoint, { ...inside, modelId });
  return new PromptOptError('transient', `${endpoint.who} broke off its answer.`, {
    provider: endpoint.provider,
    mayHaveCost: true,
    remedy: 'Resume the run later; nothing was lost.',
  });
}
