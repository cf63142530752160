/** Where Ollama listens, in every way its users write it down. */
import { PromptOptError } from '../../../../protocol/errors.ts';

export const DEFAULT_HOST = 'http://127.0.0.1:11434';
const DEFAULT_PORT = '11434';

/** A server listens on every address there is; a client has to name one. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

const wrong = (what: string): PromptOptError =>
  new PromptOptError('usage', `The address of Ollama ${what}.`, {
    provider: 'ollama',
    remedy: `Set OLLAMA_HOST, or \`providers.ollama.baseUrl\`, to an address such as ${DEFAULT_HOST}.`,
  });

/**
 * The server's address without a slash at its end, e.g. `http://127.0.0.1:11434`. Takes what OLLAMA_HOST takes: a host,
 * `host:port`, `:port`, a URL with or without a path. @throws PromptOptError `usage`.
 */
export function hostOf(written: string | undefined): string {
  const text = (written ?? '').trim().replace(/^(["'])(.*)\1$/, '$2');
  if (text === '') return DEFAULT_HOST;
  const hasScheme = text.includes('://');
  const bare = text.startsWith(':') && !text.startsWith('::') ? `127.0.0.1${text}` : text;
  const bracketed = !hasScheme && /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i.test(bare) ? `[${bare}]` : bare;
  const address = hasScheme ? bracketed : `http://${bracketed}`;
  if (!URL.canParse(address)) throw wrong('is no URL');
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong('starts with neither http nor https');
  // fetch refuses such a URL, and a password has no place in a setting.
  if (url.username !== '' || url.password !== '') throw wrong('holds a user name or password');
  // A URL has its scheme's port. Without a scheme it is Ollama's own, and 80 only where that was written.
  const port = url.port !== '' || hasScheme || /:80(?:\/|$)/.test(bracketed) ? url.port : DEFAULT_PORT;
  const host = LOOPBACK[url.hostname] ?? url.hostname;
  return `${url.protocol}//${host}${port === '' ? '' : `:${port}`}${url.pathname}`.replace(/\/+$/, '');
}
