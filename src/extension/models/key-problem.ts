/** Whether a failure is about a key, so that a new one can be offered where it is told. */
import type { ProviderInfo } from '../../engine/index.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { ProviderKeys } from './provider-keys.ts';

/** What the servers of all providers answer to a key they do not take. */
const REFUSED: readonly number[] = [401, 403];

export interface KeyProblem {
  /** Its name, as commands take it. */
  readonly provider: string;
  readonly title: string;
  /** What is wrong and what to do about it in this window. */
  readonly sentence: string;
}

/** The provider whose key is missing or was refused; null when something else is wrong. */
export function keyProblem(
  error: unknown,
  providers: readonly ProviderInfo[],
  keys: Pick<ProviderKeys, 'source'>,
): KeyProblem | null {
  if (!isPromptOptError(error) || error.code !== 'unavailable') return null;
  const { provider: told, status } = error.details;
  const provider = providers.find((known) => known.name === told);
  if (provider === undefined || provider.keyVariable === null) return null;
  const { name, title, keyVariable } = provider;
  const isMissing = status === undefined && keys.source(keyVariable) === null;
  const isRefused = status !== undefined && REFUSED.includes(status);
  if (!isMissing && !isRefused) return null;
  // The error's own remedy speaks to a terminal.
  return { provider: name, title, sentence: `${error.message} Add a new one with Prompt Optimizer: Set API Key.` };
}
