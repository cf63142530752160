/** Where the library for models in this process is installed: it is no part of the package, and 474 MB on disk. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const PACKAGE = '@huggingface/transformers';
/** What was tried. */
export const VERSION = '4.3.1';

export interface InstalledLibrary {
  /** URL of the module to import. */
  readonly entry: string;
  readonly version: string;
  /** The folder it was found for: its `models` hold models of one's own. */
  readonly folder: string;
  readonly packageFolder: string;
}

/** An entry of `exports` for `import` in Node; null when there is none. */
function entryOf(exported: unknown): string | null {
  if (typeof exported === 'string') return exported;
  if (typeof exported !== 'object' || exported === null) return null;
  const conditions = exported as Readonly<Record<string, unknown>>;
  for (const condition of ['.', 'node', 'import', 'default']) {
    const found = condition in conditions ? entryOf(conditions[condition]) : null;
    if (found !== null) return found;
  }
  return null;
}

async function readLibrary(packageFolder: string, folder: string): Promise<InstalledLibrary | null> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  } catch {
    return null;
  }
  if (typeof manifest !== 'object' || manifest === null) return null;
  const { name, version, exports } = manifest as Readonly<Record<string, unknown>>;
  const entry = entryOf(exports);
  if (name !== PACKAGE || entry === null) return null;
  return {
    entry: pathToFileURL(join(packageFolder, entry)).href,
    version: typeof version === 'string' ? version : '',
    folder,
    packageFolder,
  };
}

/** The library of the first folder that has it, in its own `node_modules` or in those above, as Node looks for it. */
export async function findLibrary(folders: readonly string[]): Promise<InstalledLibrary | null> {
  for (const folder of folders) {
    for (let at = folder; ; at = dirname(at)) {
      const found = await readLibrary(join(at, 'node_modules', PACKAGE), folder);
      if (found !== null) return found;
      if (at === dirname(at)) break;
    }
  }
  return null;
}
