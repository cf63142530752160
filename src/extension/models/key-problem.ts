/** Whether a failure is about a key, so that a new one can be offered where it is told. */
import type { ProviderInfo } from '../../engine/index.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { ProviderKeys } from './provider-keys.ts';

/** What the servers of all providers answer to a key they do not take. */
const REFUSED: readonly number[] = [401, 403];

/** The provider whose key is missing or was refused; null when something else is wrong. */
export function keyProblem(
  error: unknown,
  providers: readonly ProviderInfo[],
  keys: Pick<ProviderKeys, 'source'>,
): (ProviderInfo & { readonly keyVariable: string }) | null {
  if (!isPromptOptError(error) || error.code !== 'unavailable') return null;
  const { provider: name, status } = error.details;
  const provider = providers.find((known) => known.name === name);
  if (provider === undefined || provider.keyVariable === null) return null;
  const { keyVariable } = provider;
  const isMissing = status === undefined && keys.source(keyVariable) === null;
  return isMissing || (status !== undefined && REFUSED.includes(status)) ? { ...provider, keyVariable } : null;
}
