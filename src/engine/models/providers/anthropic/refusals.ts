/** What Anthropic could not carry, refused before it is sent: nothing is dropped, nothing is changed on the way. */
import { PromptOptError } from '../../../../protocol/errors.ts';

export const badRequest = (message: string, remedy: string): PromptOptError =>
  new PromptOptError('bad-request', message, { provider: 'anthropic', remedy });

/** Parameters that the request itself sets. */
const OWN = ['model', 'messages', 'system', 'max_tokens', 'temperature', 'top_p', 'tools', 'stream'];

const among = (value: unknown, ...usual: readonly unknown[]): boolean =>
  value === undefined || value === null || usual.includes(value);

/** @throws PromptOptError `bad-request` for a parameter that is not the file's to set, or has a price that is not known. */
export function requireCarriable(extra: Readonly<Record<string, unknown>>): void {
  const own = OWN.find((name) => name in extra);
  if (own !== undefined) {
    throw badRequest(
      `The parameter "${own}" cannot be set for Anthropic in the prompt file.`,
      'Remove it from `modelParameters`; `temperature`, `topP` and `maxTokens` are written like this.',
    );
  }
  const { cache, speed, inference_geo: place, cache_control: caching } = extra;
  if (!among(cache, true, false)) {
    throw badRequest('The parameter "cache" is true or false.', 'Correct it in `modelParameters`.');
  }
  const ttl = typeof caching === 'object' && caching !== null ? (caching as { ttl?: unknown }).ttl : undefined;
  const dearer = [
    ...(among(speed, 'standard') ? [] : ['speed']),
    ...(among(place, 'global') ? [] : ['inference_geo']),
    ...(among(ttl, '5m') ? [] : ['cache_control.ttl']),
  ];
  if (dearer.length > 0) {
    throw badRequest(
      `The parameter "${dearer.join('" and "')}" changes what a token costs at Anthropic, and by how much is not known here.`,
      'Remove it from `modelParameters`.',
    );
  }
}
