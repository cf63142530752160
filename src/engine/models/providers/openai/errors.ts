/** What went wrong at OpenAI or an endpoint that speaks its protocol, told by its codes. */
import type * as openai from 'openai';
import { PromptOptError, isPromptOptError } from '../../../../protocol/errors.ts';
import type { Endpoint } from '../endpoint.ts';
import { cancelled, causeOf, connectionError, notInTime, notThisProtocol, refusalError } from '../http-errors.ts';
import type { Refusal, RefusalKind } from '../http-errors.ts';

/** After "did not answer as … does". */
export const PROTOCOL = 'an OpenAI-compatible endpoint';

/** Codes and types that say more than the status, of OpenAI, Azure, GitHub Models, vLLM and llama.cpp. */
const KINDS: Readonly<Record<string, RefusalKind>> = {
  invalid_api_key: 'wrong-key',
  insufficient_quota: 'no-quota',
  billing_hard_limit_reached: 'no-quota',
  billing_not_active: 'no-quota',
  model_not_found: 'unknown-model',
  unknown_model: 'unknown-model',
  unavailable_model: 'unknown-model',
  DeploymentNotFound: 'unknown-model',
  context_length_exceeded: 'too-long',
  tokens_limit_reached: 'too-long',
  exceed_context_size_error: 'too-long',
  content_filter: 'filtered',
  content_policy_violation: 'filtered',
  invalid_prompt: 'filtered',
  bio_policy: 'filtered',
  misalignment_policy_violation: 'filtered',
  image_content_policy_violation: 'filtered',
  rate_limit_exceeded: 'rate-limit',
  server_error: 'failed',
};

/**
 * Compatible servers tell a prompt that is too long in their own words only: vLLM, OpenRouter ("maximum context length"),
 * TGI ("`inputs` tokens + `max_new_tokens` must be <="), LM Studio and llama.cpp ("context length", "context size"), and
 * OpenAI a single request beyond the limit of a minute ("Request too large").
 */
const TOO_LONG =
  /\bcontext (?:length|window|size)\b|`inputs` (?:tokens|must)|\brequest too large\b|\bprompt is too long\b/i;
const MAY_BE_TOO_LONG: readonly number[] = [400, 413, 422, 429, 500];

/** OpenRouter answers an unknown model as any other mistake. */
const NO_MODEL = /\bis not a valid model\b/i;

/** OpenAI's words, and those of gateways before it, for a model that is asked the other way. */
const OTHER_API = /\bv1\/responses\b|\bunsupported_api_for_model\b/;

function kindOf(status: number | undefined, code: unknown, type: unknown, message: string): RefusalKind | undefined {
  for (const told of [code, type]) if (typeof told === 'string' && KINDS[told] !== undefined) return KINDS[told];
  if (status !== undefined && MAY_BE_TOO_LONG.includes(status) && TOO_LONG.test(message)) return 'too-long';
  return status === 400 && NO_MODEL.test(message) ? 'unknown-model' : undefined;
}

/** A failure told inside of a reply or a stream; null when `error` is none that can be read. */
export function failureInside(error: unknown): Omit<Refusal, 'modelId'> | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, type, message } = error as Readonly<Record<string, unknown>>;
  // Routers put the status of the server behind them where OpenAI puts its code.
  const status = typeof code === 'number' && code >= 400 && code <= 599 ? code : undefined;
  const kind = kindOf(status, code, type, typeof message === 'string' ? message : '');
  if (status === undefined && kind === undefined && typeof code !== 'string') return null;
  return { status, kind: kind ?? (status === undefined ? 'refused' : undefined), answered: true, code: String(code) };
}

function fromStatus(error: openai.APIError, status: number, endpoint: Endpoint, modelId: string): PromptOptError {
  const { provider } = endpoint;
  const code: unknown = error.code ?? error.type;
  if ((status === 400 || status === 404) && OTHER_API.test(`${error.message} ${String(code)}`)) {
    return new PromptOptError(
      'unavailable',
      `${endpoint.who} answers for "${modelId}" in its other API only (${status}).`,
      {
        provider,
        status,
        remedy: 'Write `api: responses` among the model parameters of the spec.',
      },
    );
  }
  return refusalError(endpoint, {
    status,
    headers: error.headers,
    modelId,
    ...(typeof code === 'string' ? { code } : {}),
    kind: kindOf(status, error.code, error.type, error.message),
  });
}

/** @param answered whether the server had begun to answer. */
export function toPromptOptError(
  sdk: typeof openai,
  error: unknown,
  endpoint: Endpoint,
  modelId: string,
  answered: boolean,
): PromptOptError {
  if (isPromptOptError(error)) return error;
  const { provider, who } = endpoint;
  if (error instanceof sdk.APIUserAbortError) return cancelled(provider);
  if (error instanceof sdk.APIConnectionTimeoutError) return notInTime(endpoint, error);
  if (error instanceof sdk.APIError && typeof error.status === 'number')
    return fromStatus(error as openai.APIError, error.status, endpoint, modelId);
  if (error instanceof sdk.APIError && answered) {
    const inside = failureInside({ code: error.code, type: error.type, message: error.message });
    return inside === null
      ? new PromptOptError('transient', `${who} broke off its answer.`, {
          provider,
          mayHaveCost: true,
          remedy: 'Resume the run later; nothing was lost.',
          cause: causeOf(error),
        })
      : refusalError(endpoint, { ...inside, modelId });
  }
  if (error instanceof SyntaxError) return notThisProtocol(endpoint, PROTOCOL, error);
  return connectionError(endpoint, error, answered);
}
