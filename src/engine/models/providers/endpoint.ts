/** Where a provider's models answer, as sentences may show it, and the key that is sent there. */
import { PromptOptError } from '../../../protocol/errors.ts';

/** What error texts say of the place that was asked: never a key, never a query. */
export interface Endpoint {
  /** The provider's name, e.g. `openai`. */
  readonly provider: string;
  /** What sentences call it: the provider's title, or the address of a server of one's own. */
  readonly who: string;
  /** Without user info or query. */
  readonly baseUrl: string;
  /** Whether somebody set the address. */
  readonly isOwn: boolean;
  /** The environment variable of its key; null when it needs none. */
  readonly keyVariable: string | null;
  /** What a key needs besides being valid, after "a valid key", e.g. ` with the permission "Models"`. */
  readonly keyNeeds?: string;
}

/** What a provider is called where its settings are wrong; a descriptor is one. */
export interface Named {
  readonly name: string;
  readonly title: string;
  readonly keyVariable: string | null;
  readonly baseUrlVariable: string | null;
}

/** @throws PromptOptError `usage` when the address is none, or holds a password. */
export function endpointOf(named: Named, baseUrl: string, isOwn: boolean): Endpoint {
  const { name, title, keyVariable, baseUrlVariable } = named;
  const wrong = (what: string): PromptOptError =>
    new PromptOptError('usage', `The base URL of ${title} ${what}.`, {
      remedy: `Set ${baseUrlVariable === null ? '' : `${baseUrlVariable}, or `}\`providers.${name}.baseUrl\`${baseUrlVariable === null ? '' : ','} to an address such as http://127.0.0.1:8000/v1.`,
    });
  if (!URL.canParse(baseUrl)) throw wrong('is no URL');
  const { origin, pathname, username, password } = new URL(baseUrl);
  // fetch refuses such a URL, and a password has no place in a setting.
  if (username !== '' || password !== '') throw wrong('holds a user name or password');
  const shown = `${origin}${pathname}`.replace(/\/$/, '');
  return { provider: name, who: isOwn ? shown : title, baseUrl: shown, isOwn, keyVariable };
}

/**
 * The key as it can be sent; undefined when there is none. White space around it, as copied keys have it, is left out.
 *
 * @throws PromptOptError `unavailable` when it holds what no key holds: the HTTP client would refuse it, and quote it.
 */
export function readKey(apiKey: string | undefined, named: Named): string | undefined {
  const key = apiKey?.trim() ?? '';
  if (key === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new PromptOptError('unavailable', `The key for ${named.title} holds characters that no key has.`, {
    provider: named.name,
    remedy: `Copy the key again, without line breaks or other text${named.keyVariable === null ? '' : `, into ${named.keyVariable}`}.`,
  });
}

/** @throws PromptOptError `unavailable`, naming the variable, when there is no key. */
export function requireKey(apiKey: string | undefined, named: Named): string {
  const key = readKey(apiKey, named);
  if (key !== undefined) return key;
  const variable = named.keyVariable ?? 'its key';
  throw new PromptOptError('unavailable', `There is no key for ${named.title}: ${variable} is not set.`, {
    provider: named.name,
    remedy: `Set ${variable}, or use --model embedded/apprentice to try things out without a key.`,
  });
}
