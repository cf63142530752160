/** Errors as OpenAI's API words them: a status and a body its SDKs know how to read. */
import { describeError, isPromptOptError } from '../../../protocol/errors.ts';
import type { PromptOptError } from '../../../protocol/errors.ts';

export interface ApiFailure {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
  /** Milliseconds after which to try again; null when that would not help. */
  readonly retryAfterMs: number | null;
}

interface FailureDetails {
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
  readonly retryAfterMs?: number;
}

/** Whatever is asked again in the same way is answered the same, unless there is a hint. */
export const apiFailure = (
  status: number,
  message: string,
  { type = 'invalid_request_error', param = null, code = null, retryAfterMs }: FailureDetails = {},
): ApiFailure => ({
  status,
  error: { message, type, param, code },
  retryAfterMs: retryAfterMs ?? null,
});

const QUOTA = { type: 'insufficient_quota', code: 'insufficient_quota' };
/** How long to wait after a failure that may pass by itself, when the provider does not say. */
const SHORT_WAIT_MS = 1000;

function fromUnavailable(error: PromptOptError, message: string): ApiFailure {
  switch (error.details.status) {
    case 404:
      return apiFailure(404, message, { code: 'model_not_found', param: 'model' });
    case 402:
    case 429:
      return apiFailure(429, message, QUOTA);
    default:
      // Never 401: that would say that the token of this endpoint was wrong.
      return apiFailure(503, message, { type: 'server_error', code: 'provider_unavailable' });
  }
}

export function failureOf(error: unknown): ApiFailure {
  const message = describeError(error);
  if (!isPromptOptError(error)) return apiFailure(500, 'This should not happen.', { type: 'server_error' });
  switch (error.code) {
    case 'budget':
      return apiFailure(429, message, QUOTA);
    case 'bad-request':
    case 'usage':
    case 'spec':
    case 'data':
      return apiFailure(400, message);
    case 'unavailable':
      return fromUnavailable(error, message);
    case 'transient': {
      const retryAfterMs = error.details.retryAfterMs ?? SHORT_WAIT_MS;
      return error.details.status === 429
        ? apiFailure(429, message, { type: 'rate_limit_error', code: 'rate_limit_exceeded', retryAfterMs })
        : apiFailure(502, message, { type: 'server_error', code: 'provider_failed', retryAfterMs });
    }
    case 'stopped':
      return apiFailure(503, 'The session has ended.', { type: 'server_error', code: 'session_ended' });
    case 'usage-overrun':
      return apiFailure(502, message, { type: 'server_error', code: 'usage_overrun' });
    case 'store':
    case 'internal':
      return apiFailure(500, message, { type: 'server_error', code: error.code });
  }
}
