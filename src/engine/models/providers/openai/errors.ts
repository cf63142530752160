/** What went wrong at an OpenAI-compatible endpoint, in the product's own words: nothing of the server's text or the request is kept. */
import type * as openai from 'openai';
import type { APIError } from 'openai';
import { PromptOptError, isPromptOptError } from '../../../../protocol/errors.ts';

export interface Endpoint {
  /** Without user info or query. */
  readonly baseUrl: string;
  readonly isOwn: boolean;
  readonly modelId: string;
}

const PROVIDER = 'openai';
const KEY = 'OPENAI_API_KEY';

/** Milliseconds the server asks to wait; undefined when it does not say. */
function hintOf(headers: Headers | undefined): number | undefined {
  const milliseconds = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const after = headers?.get('retry-after');
  if (after === null || after === undefined || after === '') return undefined;
  const seconds = Number(after);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

const QUOTA_CODES = ['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'];

function fromStatus(error: APIError, status: number, { baseUrl, isOwn, modelId }: Endpoint): PromptOptError {
  const details = { provider: PROVIDER, status };
  const code = error.code ?? error.type ?? '';
  const who = isOwn ? baseUrl : 'OpenAI';
  switch (true) {
    case status === 401:
      return new PromptOptError('unavailable', `The key for ${who} was refused (401).`, {
        ...details,
        remedy: `Set ${KEY} to a valid key. Nothing was lost; resume the run afterwards.`,
      });
    case status === 403:
      return new PromptOptError('unavailable', `${who} does not allow this (403).`, {
        ...details,
        remedy: `Check that the key in ${KEY} may use the model "${modelId}".`,
      });
    case status === 404:
      return new PromptOptError('unavailable', `${who} has no model "${modelId}" (404).`, {
        ...details,
        remedy: isOwn
          ? `Check the model's name, and that ${baseUrl} is the endpoint's base URL.`
          : 'Check the name of the model.',
      });
    case status === 429 && QUOTA_CODES.includes(code):
    case status === 402:
      return new PromptOptError('unavailable', `The quota at ${who} is used up (${status}).`, {
        ...details,
        remedy: 'Check plan and billing there, then resume the run. Nothing was lost.',
      });
    case status === 429: {
      const retryAfterMs = hintOf(error.headers);
      return new PromptOptError('transient', `${who} asks to slow down (429).`, {
        ...details,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        remedy: 'Lower the concurrency, or resume the run later.',
      });
    }
    case status === 408 || status === 409 || status >= 500: {
      const retryAfterMs = hintOf(error.headers);
      return new PromptOptError('transient', `${who} failed (${status}).`, {
        ...details,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        remedy: 'Resume the run later; nothing was lost.',
      });
    }
    case code === 'context_length_exceeded' || status === 413:
      return new PromptOptError('bad-request', `The prompt is too long for ${modelId} (${status}).`, {
        ...details,
        remedy: 'Shorten the prompt or its row, show fewer examples, or use a model with a larger context window.',
      });
    default:
      return new PromptOptError(
        'bad-request',
        `${who} refused a request (${status}${code === '' ? '' : `, ${code}`}).`,
        {
          ...details,
          remedy: 'Check the model parameters of the spec.',
        },
      );
  }
}

/** Codes of a connection that never came up: nothing can have been billed. */
const NEVER_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at: unknown = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code, errors } = at as { code?: unknown; errors?: unknown };
    if (typeof code === 'string') codes.push(code);
    if (Array.isArray(errors)) for (const inner of errors) codes.push(...codesOf(inner));
  }
  return codes;
}

/** Only the kind of a failure is kept as its cause: its text may hold what was sent. */
const causeOf = (error: unknown): Error => new Error(error instanceof Error ? error.name : typeof error);

/** Something answered, and not in the words of this protocol: a proxy, a login page, another product. */
export function notThisProtocol(baseUrl: string, cause?: Error): PromptOptError {
  return new PromptOptError('unavailable', `${baseUrl} did not answer as an OpenAI-compatible endpoint does.`, {
    provider: PROVIDER,
    mayHaveCost: true,
    remedy: 'Check the base URL; it usually ends in /v1.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** @param answered whether the server had begun to answer. */
export function toPromptOptError(
  sdk: typeof openai,
  error: unknown,
  endpoint: Endpoint,
  answered: boolean,
): PromptOptError {
  if (isPromptOptError(error)) return error;
  const cause = causeOf(error);
  const { baseUrl } = endpoint;
  if (error instanceof sdk.APIUserAbortError) return new PromptOptError('stopped', 'The call was cancelled.');
  if (error instanceof sdk.APIConnectionTimeoutError) {
    return new PromptOptError('transient', `${baseUrl} did not answer in time.`, {
      provider: PROVIDER,
      mayHaveCost: true,
      remedy: 'Check the endpoint, then resume the run.',
      cause,
    });
  }
  if (error instanceof sdk.APIError && typeof error.status === 'number') {
    return fromStatus(error as APIError, error.status, endpoint);
  }
  if (error instanceof SyntaxError) return notThisProtocol(baseUrl, cause);
  const codes = codesOf(error);
  if (!answered && codes.some((code) => NEVER_CONNECTED.includes(code))) {
    return new PromptOptError('transient', `There is no connection to ${baseUrl}.`, {
      provider: PROVIDER,
      remedy: 'Check the network and the base URL, then resume the run. Nothing was lost.',
      cause,
    });
  }
  return new PromptOptError('transient', `The connection to ${baseUrl} was cut.`, {
    provider: PROVIDER,
    mayHaveCost: true,
    remedy: 'Resume the run later; nothing was lost.',
    cause,
  });
}
