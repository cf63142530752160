/** Commands about keys: set, test and remove one a provider. A key is typed once and never shown again. */
import * as vscode from 'vscode';
import type { Engine, ProviderInfo } from '../../engine/index.ts';
import { describeError, PromptOptError } from '../../protocol/errors.ts';
import { counted } from '../../protocol/wording.ts';
import { keyProblem } from '../models/key-problem.ts';
import type { KeySource } from '../models/provider-keys.ts';
import type { Product } from '../product.ts';
import { nearestFolder } from './run-commands.ts';

type KeyedProvider = ProviderInfo & { readonly keyVariable: string };

const keyed = ({ providers }: Engine): KeyedProvider[] =>
  providers.flatMap((provider) =>
    provider.keyVariable === null ? [] : [{ ...provider, keyVariable: provider.keyVariable }],
  );

/** Where the key comes from that would be used now. */
const sourceWords = (source: KeySource | null, variable: string): string => {
  switch (source) {
    case 'stored':
      return 'key stored in VS Code';
    case 'environment':
      return `key of the environment, ${variable}`;
    case null:
      return 'no key';
  }
};

/** The provider a caller names, the only one there is, or the one the user picks. */
async function chooseProvider(
  { keys }: Product,
  providers: readonly KeyedProvider[],
  title: string,
  named: unknown,
): Promise<KeyedProvider | undefined> {
  const known = providers.find(({ name }) => name === named);
  if (known !== undefined) return known;
  const items = providers.map((provider) => {
    const source = keys.source(provider.keyVariable);
    return {
      label: `$(${source === null ? 'circle-outline' : 'key'}) ${provider.title}`,
      description: sourceWords(source, provider.keyVariable),
      detail: provider.summary,
      provider,
    };
  });
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true, ignoreFocusOut: true }))
    ?.provider;
}

/** What is wrong with a key before anybody is asked; undefined for one that may do. */
function keyFault(value: string): string | undefined {
  const key = value.trim();
  if (key === '') return 'Paste the key, or press Escape to leave things as they are.';
  if (/\s/.test(key)) return 'A key has no spaces or line breaks in it.';
  return /^[\x21-\x7e]+$/.test(key) ? undefined : 'A key has letters, digits and signs of ASCII only.';
}

/** Resolves with whether a key was stored. */
export async function setApiKey(product: Product, named?: unknown): Promise<boolean> {
  const engine = await product.engine();
  const provider = await chooseProvider(product, keyed(engine), 'Set API key', named);
  if (provider === undefined) return false;
  const { title, keyVariable } = provider;
  const typed = await vscode.window.showInputBox({
    title: `API key of ${title}`,
    prompt: 'It is kept in the secret storage of VS Code, wins over the environment, and is never shown again.',
    placeHolder: keyVariable,
    password: true,
    ignoreFocusOut: true,
    validateInput: keyFault,
  });
  if (typed === undefined) return false;
  await product.keys.set(keyVariable, typed.trim());
  product.log.info(`A key of ${title} was stored.`);
  // Not awaited: the key is stored; the question stays until somebody answers it.
  void offerTest(provider);
  return true;
}

async function offerTest({ name, title }: KeyedProvider): Promise<void> {
  const test = 'Test it';
  const choice = await vscode.window.showInformationMessage(
    `The key of ${title} is stored. The next call uses it.`,
    test,
  );
  if (choice === test) await vscode.commands.executeCommand('promptopt.testApiKey', name);
}

/** Asks for the list of models, which costs nothing. Resolves with whether the key was taken. */
export async function testApiKey(product: Product, named?: unknown): Promise<boolean | undefined> {
  const engine = await product.engine();
  const provider = await chooseProvider(product, keyed(engine), 'Test API key', named);
  if (provider === undefined) return undefined;
  const { name, title, keyVariable } = provider;
  const near = nearestFolder() ?? product.context.globalStorageUri.fsPath;
  const outcome = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Testing the key of ${title}`, cancellable: true },
    async (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => {
        controller.abort();
      });
      try {
        return { models: (await engine.listModels(name, near, controller.signal)).length };
      } catch (error) {
        return { error, cancelled: controller.signal.aborted };
      }
    },
  );
  if ('models' in outcome) {
    const source = sourceWords(product.keys.source(keyVariable), keyVariable);
    void vscode.window.showInformationMessage(`${title} takes the ${source}: ${counted(outcome.models, 'model')}.`);
    return true;
  }
  if (outcome.cancelled) return undefined;
  product.log.warn(`The key of ${title} was tested: ${describeError(outcome.error)}`);
  const setKey = 'Set API key';
  const sentence = keyProblem(outcome.error, engine.providers, product.keys)?.sentence ?? describeError(outcome.error);
  void vscode.window.showErrorMessage(sentence, setKey).then((choice) => {
    if (choice === setKey) void vscode.commands.executeCommand('promptopt.setApiKey', name);
  });
  return false;
}

/** Resolves with whether a key was removed. */
export async function removeApiKey(product: Product, named?: unknown): Promise<boolean> {
  const { keys, log } = product;
  const stored = keyed(await product.engine()).filter(({ keyVariable }) => keys.source(keyVariable) === 'stored');
  if (stored.length === 0) {
    throw new PromptOptError('usage', 'No key is stored in VS Code.', {
      remedy: 'Keys of the environment are removed where they are set.',
    });
  }
  const provider = await chooseProvider(product, stored, 'Remove API key', named);
  if (provider === undefined) return false;
  const { title, keyVariable } = provider;
  await keys.remove(keyVariable);
  log.info(`The key of ${title} was removed.`);
  const left =
    keys.source(keyVariable) === null
      ? 'Its models cannot be asked any more.'
      : `${keyVariable} of the environment is used from now on.`;
  void vscode.window.showInformationMessage(`The key of ${title} is removed. ${left}`);
  return true;
}
