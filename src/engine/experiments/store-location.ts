/** Where a spec's results are kept. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, relative, sep } from 'node:path';
import { PromptOptError } from '../../protocol/errors.ts';

export interface StoreLocation {
  readonly path: string;
  /** Why it is not beside the spec; null when it is where it should be. */
  readonly note: string | null;
}

const FOLDER = '.promptopt';

function* above(folder: string): Generator<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (at === parse(at).root) return;
  }
}

function isBelow(folder: string, root: string): boolean {
  const way = relative(root, folder);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

/** The nearest folder above the spec that has a store, else the workspace or repository root, else the spec's folder. */
function homeOf(specFolder: string, workspace: string | undefined): string {
  for (const folder of above(specFolder)) if (existsSync(join(folder, FOLDER))) return folder;
  // A file from elsewhere that is merely open in this window does not leave its results here.
  if (workspace !== undefined && isBelow(specFolder, workspace)) return workspace;
  for (const folder of above(specFolder)) if (existsSync(join(folder, '.git'))) return folder;
  return specFolder;
}

/** @throws when the folder cannot be made or written. */
function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  return join(folder, 'promptopt.db');
}

export interface LocationOptions {
  readonly specFolder: string;
  readonly workspace?: string;
  /** The user's own data folder, used when the workspace cannot be written. */
  readonly userData: string;
}

/** Where the store is that was made earlier; null when there is none, and nothing is made. */
export function findStore({ specFolder, workspace, userData }: LocationOptions): string | null {
  const home = homeOf(specFolder, workspace);
  const places = [join(home, FOLDER), join(userData, keyOf(home))].map((folder) => join(folder, 'promptopt.db'));
  return places.find((path) => existsSync(path)) ?? null;
}

/** The name of a workspace in the user's own folder. */
const keyOf = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 12);

/** Finds the store's place and makes its folder. @throws PromptOptError `store` when even the user's folder refuses. */
export function locateStore({ specFolder, workspace, userData }: LocationOptions): StoreLocation {
  const home = homeOf(specFolder, workspace);
  try {
    return { path: makeFolder(join(home, FOLDER)), note: null };
  } catch {
    const folder = join(userData, keyOf(home));
    try {
      return {
        path: makeFolder(folder),
        note: `${join(home, FOLDER)} cannot be written; results are kept in ${folder}.`,
      };
    } catch (cause) {
      throw new PromptOptError('store', `Results can be written neither to ${join(home, FOLDER)} nor to ${folder}.`, {
        remedy: 'Check the rights of one of these folders.',
        cause,
      });
    }
  }
}
