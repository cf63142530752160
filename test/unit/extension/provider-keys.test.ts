import assert from 'node:assert/strict';
import { keyProblem } from '../../../src/extension/models/key-problem.ts';
import { createProviderKeys } from '../../../src/extension/models/provider-keys.ts';
import type { ProviderKeys, Secrets } from '../../../src/extension/models/provider-keys.ts';
import type { ProviderInfo } from '../../../src/engine/engine.ts';
import { PromptOptError } from '../../../src/protocol/errors.ts';

const OPENAI = 'OPENAI_API_KEY';
const CLAUDE = 'ANTHROPIC_API_KEY';

describe('keys of providers in VS Code', () => {
  let stored: Map<string, string>;
  let listeners: Set<(event: { key: string }) => void>;
  let trusted: boolean;
  let broken: boolean;
  let changes: number;
  let warnings: string[];
  let environment: Record<string, string>;
  let keys: ProviderKeys;

  /** As VS Code's own: it tells every window, this one too, of each change. */
  const secrets = (): Secrets => {
    const tell = (key: string): void => {
      for (const listener of listeners) listener({ key });
    };
    return {
      get: (key) =>
        broken ? Promise.reject(new Error('no keyring: sk-in-an-error')) : Promise.resolve(stored.get(key)),
      store(key, value) {
        stored.set(key, value);
        tell(key);
        return Promise.resolve();
      },
      delete(key) {
        stored.delete(key);
        tell(key);
        return Promise.resolve();
      },
      onDidChange(listener) {
        listeners.add(listener);
        return { dispose: () => listeners.delete(listener) };
      },
    };
  };
  beforeEach(() => {
    stored = new Map();
    listeners = new Set();
    [trusted, broken, changes, warnings] = [true, false, 0, []];
    environment = { [CLAUDE]: 'sk-of-the-environment' };
    keys = createProviderKeys({
      secrets: secrets(),
      environment,
      isTrusted: () => trusted,
      changed: () => changes++,
      warn: (sentence) => warnings.push(sentence),
    });
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('a stored key wins over the environment, which is used again once it is removed', async () => {
    await keys.load([OPENAI, CLAUDE]);
    assert.deepEqual([keys.source(OPENAI), keys.source(CLAUDE)], [null, 'environment']);
    await keys.set(CLAUDE, 'sk-stored');
    assert.deepEqual([keys.value(CLAUDE), keys.source(CLAUDE)], ['sk-stored', 'stored']);
    await keys.remove(CLAUDE);
    assert.deepEqual([keys.value(CLAUDE), keys.source(CLAUDE)], ['sk-of-the-environment', 'environment']);
    await settle();
    assert.equal(changes, 2, 'connections are made anew once for each change');
  });

  it('are read ahead, and again when another window changes one', async () => {
    stored.set(`promptopt.key.${OPENAI}`, 'sk-first');
    await keys.load([OPENAI]);
    assert.equal(keys.value(OPENAI), 'sk-first');
    stored.set(`promptopt.key.${OPENAI}`, 'sk-second');
    for (const listener of listeners) listener({ key: `promptopt.key.${OPENAI}` });
    await settle();
    assert.equal(keys.value(OPENAI), 'sk-second');
    for (const listener of listeners) listener({ key: 'somebody else’s' });
    await settle();
    assert.equal(changes, 2);
  });

  it('are not read in a folder nobody trusts, until somebody does', async () => {
    stored.set(`promptopt.key.${OPENAI}`, 'sk-first');
    trusted = false;
    await keys.load([OPENAI]);
    assert.equal(keys.value(OPENAI), undefined);
    trusted = true;
    await keys.reload();
    assert.equal(keys.value(OPENAI), 'sk-first');
  });

  it('of the environment serve where there is no keyring, and nothing of its error is told', async () => {
    broken = true;
    await keys.load([OPENAI, CLAUDE]);
    assert.equal(keys.value(CLAUDE), 'sk-of-the-environment');
    assert.equal(warnings.length, 2);
    assert.ok(!warnings.join().includes('sk-'));
  });

  it('are forgotten with the extension', async () => {
    await keys.load([OPENAI]);
    await keys.set(OPENAI, 'sk-stored');
    keys.dispose();
    assert.equal(listeners.size, 0);
    assert.equal(keys.value(OPENAI), undefined);
  });
});

describe('a failure that a new key mends', () => {
  const info = (name: string, keyVariable: string | null): ProviderInfo => ({
    name,
    title: name,
    summary: '',
    example: `${name}/one`,
    keyVariable,
    baseUrlVariable: null,
  });
  const providers = [info('openai', OPENAI), info('embedded', null)];
  const none = { source: () => null };
  const some = { source: () => 'stored' as const };
  const error = (details: ConstructorParameters<typeof PromptOptError>[2]): PromptOptError =>
    new PromptOptError('unavailable', 'It failed.', details);

  it('is one where the key is missing or was refused', () => {
    assert.equal(keyProblem(error({ provider: 'openai' }), providers, none)?.provider, 'openai');
    assert.equal(keyProblem(error({ provider: 'openai', status: 401 }), providers, some)?.provider, 'openai');
  });

  it('is none for a full quota, a model that is not there, another code or a provider without keys', () => {
    assert.equal(keyProblem(error({ provider: 'openai', status: 429 }), providers, some), null);
    assert.equal(keyProblem(error({ provider: 'openai', status: 404 }), providers, some), null);
    assert.equal(keyProblem(error({ provider: 'openai' }), providers, some), null);
    assert.equal(keyProblem(error({ provider: 'embedded' }), providers, none), null);
    assert.equal(
      keyProblem(new PromptOptError('transient', 'x', { provider: 'openai', status: 401 }), providers, none),
      null,
    );
    assert.equal(keyProblem(new Error('x'), providers, none), null);
  });
});
