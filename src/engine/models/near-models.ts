/** What a model's name was meant to be: full names and aliases that are spelled nearly the same. */
import { PromptOptError } from '../../protocol/errors.ts';
import { editDistance, nearestName } from '../spec/near-names.ts';
import { pricedModels } from './pricing.ts';
import type { ProviderDescriptor } from './provider.ts';

export interface KnownNames {
  readonly providers: readonly Pick<ProviderDescriptor, 'name' | 'example'>[];
  readonly aliases: Readonly<Record<string, string>>;
}

const MOST = 3;

/** As many letters may be wrong as in "did you mean" of files: a third. */
const isTypo = (distance: number, name: string): boolean => distance <= Math.max(1, Math.floor(name.length / 3));

/** Lower is nearer: the same id, one that goes on from it, then by letters that differ; null when it is another name. */
function distanceOf(written: string, name: string): number | null {
  const id = name.slice(name.indexOf('/') + 1);
  const [wanted, whole, last] = [written, name, id].map((text) => text.toLowerCase()) as [string, string, string];
  if (last === wanted || whole === wanted) return 0;
  if (last.startsWith(wanted) || whole.startsWith(wanted)) return 1 + (last.length - wanted.length) / 1000;
  const distance = Math.min(editDistance(wanted, whole), wanted.includes('/') ? Infinity : editDistance(wanted, last));
  return isTypo(distance, wanted) ? 1 + distance : null;
}

/** Names of models that `written` may mean, the nearest first, at most three. */
export async function nearModels(written: string, { providers, aliases }: KnownNames): Promise<string[]> {
  const priced = await Promise.all(
    providers.map(async ({ name, example }) => [example, ...(await pricedModels(name)).map((id) => `${name}/${id}`)]),
  );
  const names = [...new Set([...Object.keys(aliases), ...priced.flat()])].filter((name) => name !== written);
  return names
    .flatMap((name) => {
      const distance = distanceOf(written, name);
      return distance === null ? [] : [{ name, distance }];
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** `Did you mean a, b or c?`; empty without any. */
export function didYouMean(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return '';
  const others = names.slice(0, -1).join(', ');
  return `Did you mean ${others === '' ? last : `${others} or ${last}`}?`;
}

/** A provider there is none of. */
export function unknownProvider(written: string, providers: KnownNames['providers']): PromptOptError {
  const names = providers.map(({ name }) => name);
  const near = nearestName(written, names);
  return new PromptOptError('usage', `There is no provider "${written}".`, {
    remedy: near === null ? `Providers are ${names.join(', ')}.` : `Did you mean ${near}?`,
  });
}

/** A name without a provider there is. */
export async function unknownModel(written: string, known: KnownNames): Promise<PromptOptError> {
  const near = didYouMean(await nearModels(written, known));
  const providers = known.providers.map(({ name }) => name).join(', ');
  const alias = written.includes('/')
    ? ''
    : ` Or say what "${written}" stands for under aliases in promptopt.config.yaml.`;
  return new PromptOptError('unavailable', `There is no provider for the model "${written}".`, {
    remedy: near === '' ? `Name it as provider/model; providers are ${providers}.${alias}` : `${near}${alias}`,
  });
}
