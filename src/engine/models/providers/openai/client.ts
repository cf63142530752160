/** The official SDK's client for an address: OpenAI's own, one of Azure, or any that speaks the protocol. */
import type * as openai from 'openai';
import type { OpenAI } from 'openai';
import type { ProviderSettings } from '../../provider.ts';

/** Local servers ask for none, the SDK insists on one. */
const NO_KEY = 'none';

export interface ClientOptions {
  readonly apiKey: string | undefined;
  /** As it was set: a query (an API version, a key of a gateway) goes along with every request. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: ProviderSettings['fetch'];
}

const AZURE_HOST = /\.(?:openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com|openai\.azure\.us)$/;

/** Whether an address is one of Azure, itself or a gateway before it. */
export const isAzure = (baseUrl: string): boolean => {
  const { hostname, searchParams } = new URL(baseUrl);
  return AZURE_HOST.test(hostname) || searchParams.has('api-version');
};

/**
 * Azure takes its key by a header of its own. Its newer addresses end in /openai/v1 and are asked as OpenAI is; the older
 * ones carry an `api-version` and name the deployment in the path, which is the model's name.
 */
export function createClient(
  sdk: typeof openai,
  { apiKey, baseUrl, timeoutMs, headers = {}, fetch }: ClientOptions,
): OpenAI {
  const { origin, pathname, searchParams } = new URL(baseUrl);
  const path = pathname.replace(/\/$/, '');
  const { 'api-version': apiVersion, ...query } = Object.fromEntries(searchParams);
  const common = {
    timeout: timeoutMs,
    // Every attempt passes the paid meter: the engine retries, the SDK does not.
    maxRetries: 0,
    logLevel: 'off' as const,
    organization: null,
    project: null,
    ...(fetch === undefined ? {} : { fetch }),
  };
  const azure = isAzure(baseUrl);
  if (apiVersion !== undefined && !path.endsWith('/v1')) {
    return new sdk.AzureOpenAI({
      ...common,
      apiKey: apiKey ?? NO_KEY,
      apiVersion,
      baseURL: `${origin}${path === '' ? '/openai' : path}`,
      defaultQuery: query,
      defaultHeaders: headers,
    });
  }
  return new sdk.OpenAI({
    ...common,
    apiKey: apiKey ?? NO_KEY,
    baseURL: `${origin}${azure && path === '' ? '/openai/v1' : path}`,
    defaultQuery: { ...query, ...(apiVersion === undefined ? {} : { 'api-version': apiVersion }) },
    defaultHeaders: { ...headers, ...(azure ? { 'api-key': apiKey ?? NO_KEY, authorization: null } : {}) },
    // A redirect to another host would take the key along: fetch only takes the usual header off.
    ...(azure ? { fetchOptions: { redirect: 'manual' as const } } : {}),
  });
}
