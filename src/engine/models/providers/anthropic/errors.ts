/** What went wrong at Anthropic, told by its own types and codes. */
import type * as anthropic from '@anthropic-ai/sdk';
import type { APIError } from '@anthropic-ai/sdk';
import { PromptOptError, isPromptOptError } from '../../../../protocol/errors.ts';
import type { Endpoint } from '../endpoint.ts';
import { cancelled, causeOf, connectionError, notInTime, refusalError, retryAfterOf } from '../http-errors.ts';
import type { RefusalKind } from '../http-errors.ts';
import { serverLimitsOf } from '../rate-headers.ts';

const PROVIDER = 'anthropic';

/** The status that belongs to a type of error: an error in the middle of a stream has none of its own. */
export const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** A monthly limit is reached: Anthropic says so with the status of a rate limit, and waiting a minute is no help. */
const NO_QUOTA_CODES = [
  'enforced_spend_limit_reached',
  'contract_spend_limit_reached',
  'linked_organization_spend_limit_reached',
  'linked_organization_billing_unavailable',
];

/** What has no code of its own is told by how its sentence begins, as Anthropic's pages quote it. */
const NO_QUOTA_TEXT = /credit balance is too low|reached your specified (?:workspace )?API usage limits/i;
const TOO_LONG_TEXT = /prompt is too long|exceeds? (?:the )?(?:maximum )?context (?:limit|window)/i;
const PREFILL_TEXT = /\bprefill|must end with a user message/i;

function kindOf({ status, type, errorCode, apiMessage }: APIError): RefusalKind | undefined {
  const text = typeof apiMessage === 'string' ? apiMessage : '';
  if (errorCode !== null && NO_QUOTA_CODES.includes(errorCode)) return 'no-quota';
  if (errorCode === 'organization_on_hold') return 'not-allowed';
  if (type === 'billing_error' || (status === 400 && NO_QUOTA_TEXT.test(text))) return 'no-quota';
  if (status === 400 && TOO_LONG_TEXT.test(text)) return 'too-long';
  return undefined;
}

/** For an answer without `retry-after`: the limits that are used up say when they are filled again. */
function withHint(headers: Headers | undefined): Headers | undefined {
  if (headers === undefined || retryAfterOf(headers) !== undefined) return headers;
  const { requests, tokens } = serverLimitsOf(headers) ?? {};
  const waits = [requests, tokens].flatMap((told) => (told?.remaining === 0 ? [told.resetMs] : []));
  return waits.length === 0 ? headers : new Headers([...headers, ['retry-after-ms', String(Math.max(...waits))]]);
}

/** Something answered, and not in the words of this protocol: a proxy, a login page, another product. */
export function notAnthropic({ baseUrl }: Endpoint, error?: unknown): PromptOptError {
  return new PromptOptError('unavailable', `${baseUrl} did not answer as Anthropic's messages do.`, {
    provider: PROVIDER,
    mayHaveCost: true,
    remedy: 'Check the base URL; it is what stands before /v1/messages.',
    ...(error === undefined ? {} : { cause: causeOf(error) }),
  });
}

function refusalOf(error: APIError, status: number, endpoint: Endpoint, modelId: string): PromptOptError {
  const answered = error.status === undefined;
  if (status === 400 && PREFILL_TEXT.test(error.apiMessage ?? '')) {
    return new PromptOptError(
      'bad-request',
      `The model ${modelId} does not go on with a message of the assistant (${status}).`,
      {
        provider: PROVIDER,
        status,
        ...(answered ? { mayHaveCost: true } : {}),
        remedy: 'End the prompt with a user message.',
      },
    );
  }
  return refusalError(endpoint, {
    status,
    headers: withHint(error.headers),
    code: error.errorCode ?? error.type ?? undefined,
    kind: kindOf(error),
    modelId,
    answered,
  });
}

/** @param answered whether the server had begun to answer. */
export function toPromptOptError(
  sdk: typeof anthropic,
  error: unknown,
  endpoint: Endpoint,
  modelId: string,
  answered: boolean,
): PromptOptError {
  if (isPromptOptError(error)) return error;
  if (error instanceof sdk.APIUserAbortError) return cancelled(PROVIDER);
  if (error instanceof sdk.APIConnectionTimeoutError) return notInTime(endpoint, error);
  if (error instanceof sdk.APIError) {
    const told = error as APIError;
    const status = told.status ?? STATUS_OF_TYPE[told.type ?? ''];
    if (status !== undefined) return refusalOf(told, status, endpoint, modelId);
  }
  if (error instanceof SyntaxError) return notAnthropic(endpoint, error);
  return connectionError(endpoint, error, answered);
}
