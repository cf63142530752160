/** What Ollama's refusals mean to the engine. Its texts are read for what they are about, and never shown. */
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Refused } from '../guarded-call.ts';
import { refusalError } from '../http-errors.ts';

const textOf = (body: unknown): string => {
  const { error } = (body ?? {}) as { readonly error?: unknown };
  return typeof error === 'string' ? error : '';
};

const TOO_LONG = /exceed_context_size|exceeds the (?:available |maximum )?context/i;
const NO_MEMORY = /requires more (?:system )?memory|out of memory/i;
const UNSUPPORTED = /does not support (tools|thinking|chat|images|vision)/i;

/** Whether a refusal says that the prompt does not fit into the context it was given. */
export const isTooLong = ({ body }: Refused): boolean => TOO_LONG.test(textOf(body));

export function missingModel(modelId: string, status = 404): PromptOptError {
  return new PromptOptError('unavailable', `Ollama has no model "${modelId}".`, {
    provider: 'ollama',
    status,
    remedy: `Get it with \`ollama pull ${modelId}\`.`,
  });
}

export function notRunning(
  { baseUrl, isOwn }: Endpoint,
  code: 'unavailable' | 'transient',
  cause: Error,
): PromptOptError {
  return new PromptOptError(code, `Ollama does not answer at ${baseUrl}.`, {
    provider: 'ollama',
    remedy: `Start it with \`ollama serve\`${isOwn ? ' there, or check OLLAMA_HOST and `providers.ollama.baseUrl`' : ''}.`,
    cause,
  });
}

export function notOllama({ baseUrl }: Endpoint, cause?: Error): PromptOptError {
  return new PromptOptError('unavailable', `${baseUrl} did not answer as Ollama does.`, {
    provider: 'ollama',
    mayHaveCost: true,
    remedy: 'Check OLLAMA_HOST and `providers.ollama.baseUrl`: the address is that of the server, without a path.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** @param modelId empty when none was asked for. */
export function ollamaRefusal(endpoint: Endpoint, refused: Refused, modelId: string): PromptOptError {
  const { status, headers, body } = refused;
  const text = textOf(body);
  if (isTooLong(refused)) return refusalError(endpoint, { status, headers, modelId, kind: 'too-long' });
  // Any web server says 404; only Ollama says of what.
  if (status === 404) return text !== '' && modelId !== '' ? missingModel(modelId, status) : notOllama(endpoint);
  if (NO_MEMORY.test(text)) {
    return new PromptOptError('unavailable', `${modelId} needs more memory than Ollama has (${status}).`, {
      provider: 'ollama',
      status,
      remedy: 'Use a smaller model or a smaller quantization of it, or end what else uses memory.',
    });
  }
  if (status === 401) {
    return new PromptOptError('unavailable', `${endpoint.who} asks for an account (401).`, {
      provider: 'ollama',
      status,
      remedy: 'Sign in with `ollama signin`, then resume the run. Nothing was lost.',
    });
  }
  const lacks = UNSUPPORTED.exec(text)?.[1]?.toLowerCase();
  if (lacks !== undefined) {
    return new PromptOptError('bad-request', `${modelId} does not support ${lacks} (${status}).`, {
      provider: 'ollama',
      status,
      remedy: 'Use a model that does; `ollama show` lists what one can do.',
    });
  }
  return refusalError(endpoint, { status, headers, modelId });
}

/** What a server that began to answer said instead of going on. */
export function brokeOff(endpoint: Endpoint): PromptOptError {
  return new PromptOptError('transient', `${endpoint.who} broke off its reply.`, {
    provider: 'ollama',
    mayHaveCost: true,
    remedy: 'Resume the run later; nothing was lost. What went wrong stands in the log of `ollama serve`.',
  });
}
