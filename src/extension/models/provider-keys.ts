/** Keys of providers: stored ones in VS Code's secret storage, read ahead because a call cannot wait; then the environment. */

/** Where a key that would be used now comes from. */
export type KeySource = 'stored' | 'environment';

export interface ProviderKeys {
  /** Reads the stored keys of these variables, e.g. `OPENAI_API_KEY`, and again whenever one changes in any window. */
  load(variables: readonly string[]): Promise<void>;
  /** Reads them again, e.g. after the folder has become trusted. */
  reload(): Promise<void>;
  /** The stored key, else what the environment holds. */
  value(variable: string): string | undefined;
  /** Null when there is none. */
  source(variable: string): KeySource | null;
  set(variable: string, key: string): Promise<void>;
  remove(variable: string): Promise<void>;
  dispose(): void;
}

/** What is used of VS Code's `SecretStorage`. */
export interface Secrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  /** A secret was stored or deleted, in any window. */
  onDidChange(listener: (event: { readonly key: string }) => void): { dispose(): unknown };
}

export interface KeyServices {
  readonly secrets: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A folder nobody trusts could send a key to an address of its own. */
  readonly isTrusted: () => boolean;
  /** A key is another one than before. */
  readonly changed: () => void;
  /** Something went wrong that nobody waits for; never holds a key. */
  readonly warn: (sentence: string) => void;
}

const PREFIX = 'promptopt.key.';

export function createProviderKeys({ secrets, environment, isTrusted, changed, warn }: KeyServices): ProviderKeys {
  const stored = new Map<string, string>();
  const known = new Set<string>();

  const remember = (variable: string, key: string | undefined): void => {
    if (stored.get(variable) === key) return;
    if (key === undefined || key === '') stored.delete(variable);
    else stored.set(variable, key);
    changed();
  };
  const read = async (variables: Iterable<string>): Promise<void> => {
    if (!isTrusted()) return;
    for (const variable of variables) {
      try {
        remember(variable, await secrets.get(`${PREFIX}${variable}`));
      } catch {
        // A machine without a keyring; what it said could be anything.
        warn(`The secret storage of VS Code could not be read for ${variable}; the environment is used.`);
      }
    }
  };
  const listening = secrets.onDidChange(({ key }) => {
    const variable = key.slice(PREFIX.length);
    if (key.startsWith(PREFIX) && known.has(variable)) void read([variable]);
  });

  return {
    async load(variables) {
      for (const variable of variables) known.add(variable);
      await read(variables);
    },
    reload: () => read(known),
    value: (variable) => stored.get(variable) ?? environment[variable],
    source: (variable) =>
      stored.has(variable) ? 'stored' : (environment[variable] ?? '') === '' ? null : 'environment',
    async set(variable, key) {
      await secrets.store(`${PREFIX}${variable}`, key);
      remember(variable, key);
    },
    async remove(variable) {
      await secrets.delete(`${PREFIX}${variable}`);
      remember(variable, undefined);
    },
    dispose() {
      listening.dispose();
      stored.clear();
    },
  };
}
