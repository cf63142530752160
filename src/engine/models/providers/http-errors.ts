/**
 * What the failures of an HTTP endpoint mean to the engine, in the product's own words, for every provider. Nothing of
 * the server's text or of the request is kept: both may quote a key or a prompt.
 */
import { PromptOptError } from '../../../protocol/errors.ts';
import type { Endpoint } from './endpoint.ts';
import { durationOf } from './rate-headers.ts';

/** What a refusal is about. A provider that knows its own codes says it; a status alone says it too. */
export type RefusalKind =
  | 'wrong-key'
  | 'not-allowed'
  | 'no-quota'
  | 'unknown-model'
  | 'rate-limit'
  | 'failed'
  | 'too-long'
  | 'filtered'
  | 'proxy'
  | 'refused';

export interface Refusal {
  /** HTTP status, 300…599; absent for a failure that was told inside a reply. */
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
  /** The provider's own short code, e.g. `invalid_request_error`; shown only where it is such a word. */
  readonly code?: string | undefined;
  /** Defaults to what the status says, and to `failed` without one. */
  readonly kind?: RefusalKind | undefined;
  /** Without its provider; empty when none was asked for. */
  readonly modelId: string;
  /** Whether the server had begun to answer. */
  readonly answered?: boolean;
}

export function kindOfStatus(status: number | undefined): RefusalKind {
  switch (status) {
    case undefined:
      return 'failed';
    case 401:
      return 'wrong-key';
    case 402:
      return 'no-quota';
    case 403:
      return 'not-allowed';
    case 404:
      return 'unknown-model';
    case 405:
    case 407:
      return 'proxy';
    case 413:
      return 'too-long';
    case 429:
      return 'rate-limit';
    case 408:
    case 409:
    case 425:
      return 'failed';
    default:
      if (status < 400) return 'proxy';
      return status >= 500 ? 'failed' : 'refused';
  }
}

/**
 * Milliseconds the server asks to wait, 0 or more; undefined when it does not say. A date counts from the server's own
 * clock where it tells it, so that a clock that runs wrong on either side asks for no absurd wait.
 *
 * @param now epoch milliseconds of this machine.
 */
export function retryAfterOf(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const milliseconds = headers?.get('retry-after-ms') ?? '';
  if (milliseconds !== '' && Number.isFinite(Number(milliseconds))) return Math.max(0, Number(milliseconds));
  const after = headers?.get('retry-after') ?? '';
  if (after !== '') {
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
    const date = Date.parse(after);
    const serverNow = Date.parse(headers?.get('date') ?? '');
    return Number.isNaN(date) ? undefined : Math.max(0, date - (Number.isNaN(serverNow) ? now : serverNow));
  }
  // Without a hint, the limits that are used up say when they are filled again.
  const waits = ['requests', 'tokens'].flatMap((what) => {
    if (headers?.get(`x-ratelimit-remaining-${what}`) !== '0') return [];
    return durationOf(headers.get(`x-ratelimit-reset-${what}`) ?? '') ?? [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A code may be shown when it is a word of a protocol, not a text that could quote something. */
const shownCode = (code: string | undefined): string => (code !== undefined && /^[\w.-]{1,48}$/.test(code) ? code : '');

/** A refusal of the server, told by kind. */
export function refusalError(endpoint: Endpoint, refusal: Refusal): PromptOptError {
  const { provider, who, baseUrl, isOwn, keyVariable, keyNeeds = '' } = endpoint;
  const { status, headers, modelId, answered = false, kind = kindOfStatus(status) } = refusal;
  const key = keyVariable ?? 'its key';
  const base = {
    provider,
    ...(status === undefined ? {} : { status }),
    ...(answered ? { mayHaveCost: true } : {}),
  };
  const told = status === undefined ? '' : ` (${status})`;
  const hint = (): { retryAfterMs?: number } => {
    const retryAfterMs = retryAfterOf(headers);
    return retryAfterMs === undefined ? {} : { retryAfterMs };
  };
  switch (kind) {
    case 'wrong-key':
      return new PromptOptError('unavailable', `The key for ${who} was refused${told}.`, {
        ...base,
        remedy: `Set ${key} to a valid key${keyNeeds}. Nothing was lost; resume the run afterwards.`,
      });
    case 'not-allowed':
      return new PromptOptError('unavailable', `${who} does not allow this${told}.`, {
        ...base,
        remedy:
          modelId === ''
            ? `Check what the key in ${key} may do.`
            : `Check that the key in ${key} may use the model "${modelId}".`,
      });
    case 'no-quota':
      return new PromptOptError('unavailable', `The quota at ${who} is used up${told}.`, {
        ...base,
        remedy: 'Check plan and billing there, then resume the run. Nothing was lost.',
      });
    case 'unknown-model':
      return new PromptOptError(
        'unavailable',
        modelId === '' ? `${who} lists no models${told}.` : `${who} has no model "${modelId}"${told}.`,
        {
          ...base,
          remedy: isOwn
            ? `Check the model's name, and that ${baseUrl} is the endpoint's base URL.`
            : 'Check the name of the model.',
        },
      );
    case 'proxy':
      return new PromptOptError('unavailable', `${who} cannot be asked like this${told}.`, {
        ...base,
        remedy: 'Check the base URL, and the proxy between this machine and it.',
      });
    case 'rate-limit':
      return new PromptOptError('transient', `${who} asks to slow down${told}.`, {
        ...base,
        ...hint(),
        remedy: 'Lower the concurrency, or resume the run later.',
      });
    case 'failed':
      return new PromptOptError('transient', `${who} failed${told}.`, {
        ...base,
        ...hint(),
        remedy: 'Resume the run later; nothing was lost.',
      });
    case 'too-long':
      return new PromptOptError('bad-request', `The prompt is too long for ${modelId}${told}.`, {
        ...base,
        remedy: 'Shorten the prompt or its row, show fewer examples, or use a model with a larger context window.',
      });
    case 'filtered':
      return new PromptOptError('bad-request', `The content filter of ${who} refused a request${told}.`, {
        ...base,
        remedy: 'Change the wording of the prompt or of the row, or use another model.',
      });
    case 'refused': {
      const told = [status, shownCode(refusal.code)].filter((part) => part !== undefined && part !== '').join(', ');
      return new PromptOptError('bad-request', `${who} refused a request${told === '' ? '' : ` (${told})`}.`, {
        ...base,
        remedy: 'Check the model parameters of the spec.',
      });
    }
  }
}

/** Only the kind of a failure is kept as its cause: its text may hold what was sent. */
export const causeOf = (error: unknown): Error => new Error(error instanceof Error ? error.name : typeof error);

/** Something answered, and not in the words of this protocol: a proxy, a login page, another product. */
export function notThisProtocol({ provider, baseUrl }: Endpoint, protocol: string, error?: unknown): PromptOptError {
  return new PromptOptError('unavailable', `${baseUrl} did not answer as ${protocol} does.`, {
    provider,
    mayHaveCost: true,
    remedy: 'Check the base URL; it usually ends in /v1.',
    ...(error === undefined ? {} : { cause: causeOf(error) }),
  });
}

export function notInTime({ provider, baseUrl }: Endpoint, error?: unknown): PromptOptError {
  return new PromptOptError('transient', `${baseUrl} did not answer in time.`, {
    provider,
    mayHaveCost: true,
    remedy: 'Check the endpoint, then resume the run.',
    ...(error === undefined ? {} : { cause: causeOf(error) }),
  });
}

/** A call that was cancelled. @param sent false when it never left. */
export const cancelled = (provider: string, sent = true): PromptOptError =>
  new PromptOptError('stopped', 'The call was cancelled.', { provider, ...(sent ? { mayHaveCost: true } : {}) });

/** Codes of a connection that never came up: nothing can have been billed. */
const NEVER_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER))/;

/** The codes of an error and all its causes, e.g. `ECONNREFUSED`. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at: unknown = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code, errors } = at as { code?: unknown; errors?: unknown };
    if (typeof code === 'string') codes.push(code);
    if (Array.isArray(errors)) for (const inner of errors) codes.push(...codesOf(inner));
  }
  return codes;
}

/** A failure without an answer. @param answered whether the server had begun to answer. */
export function connectionError(endpoint: Endpoint, error: unknown, answered: boolean): PromptOptError {
  const { provider, baseUrl } = endpoint;
  const codes = codesOf(error);
  const cause = causeOf(error);
  if (!answered && codes.some((code) => CERTIFICATE.test(code))) {
    return new PromptOptError('unavailable', `The certificate of ${baseUrl} is not trusted.`, {
      provider,
      remedy:
        'Check the clock of this machine, and where a company signs its own certificates, name theirs in NODE_EXTRA_CA_CERTS.',
      cause,
    });
  }
  if (!answered && codes.some((code) => NEVER_CONNECTED.includes(code))) {
    return new PromptOptError('transient', `There is no connection to ${baseUrl}.`, {
      provider,
      remedy: 'Check the network and the base URL, then resume the run. Nothing was lost.',
      cause,
    });
  }
  return new PromptOptError('transient', `The connection to ${baseUrl} was cut.`, {
    provider,
    mayHaveCost: true,
    remedy: 'Resume the run later; nothing was lost.',
    cause,
  });
}
