/** What can be asked from here: providers, whether their keys are set, their models with price and window. */
import { isPromptOptError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { ModelConnections } from './connections.ts';
import type { ModelPrice } from './price.ts';
import type { ProviderDescriptor } from './provider.ts';

/** A model of a list, with what is known of it. */
export interface CatalogueModel {
  /** `provider/model` */
  readonly name: string;
  /** Short and for people; null when there is nothing to say. */
  readonly note: string | null;
  /** Null when unknown. */
  readonly price: ModelPrice | null;
  /** Tokens; null when unknown. */
  readonly contextWindow: number | null;
}

/** A provider with its models, or why it could not be asked. */
export interface ProviderListing {
  readonly name: string;
  readonly title: string;
  /** Null where none is needed; never the key itself. */
  readonly key: { readonly variable: string; readonly isSet: boolean } | null;
  /** Null when it could not be asked. */
  readonly models: readonly CatalogueModel[] | null;
  /** Why it could not be asked, and what to do; null when it could. */
  readonly problem: { readonly code: ErrorCode; readonly message: string; readonly remedy: string | null } | null;
}

/** Milliseconds one provider may take to name its models. */
const PATIENCE_MS = 15_000;

/** Models described at once. */
const AT_ONCE = 8;

export interface CatalogueServices {
  readonly connections: ModelConnections;
  readonly hasKey: (variable: string) => boolean;
}

async function describeAll(
  provider: string,
  connections: ModelConnections,
  signal: AbortSignal,
): Promise<CatalogueModel[]> {
  const listed = await connections.list(provider, signal);
  const models: CatalogueModel[] = [];
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const part = listed.slice(at, at + AT_ONCE).map(async ({ id, note }): Promise<CatalogueModel> => {
      const name = `${provider}/${id}`;
      // A model that cannot be described is there all the same.
      const info = signal.aborted ? null : await connections.describe(name).catch(() => null);
      return { name, note, price: info?.price ?? null, contextWindow: info?.contextWindow ?? null };
    });
    models.push(...(await Promise.all(part)));
  }
  return models;
}

/** One listing a provider, all asked at once; a provider that cannot be asked says why, and the others answer. */
export function listProviders(
  providers: readonly ProviderDescriptor[],
  { connections, hasKey }: CatalogueServices,
): Promise<ProviderListing[]> {
  return Promise.all(
    providers.map(async ({ name, title, keyVariable }): Promise<ProviderListing> => {
      const key = keyVariable === null ? null : { variable: keyVariable, isSet: hasKey(keyVariable) };
      try {
        const models = await describeAll(name, connections, AbortSignal.timeout(PATIENCE_MS));
        return { name, title, key, models, problem: null };
      } catch (error) {
        if (!isPromptOptError(error)) throw error;
        const { code, message, details } = error;
        return { name, title, key, models: null, problem: { code, message, remedy: details.remedy ?? null } };
      }
    }),
  );
}
