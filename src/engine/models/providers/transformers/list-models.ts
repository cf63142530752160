/** The models that are on this machine: folders of one's own, and what the library has downloaded before. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedModel } from '../../provider.ts';

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

const isModel = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, 'config.json')).catch(() => null))?.isFile() === true;

/** Models below a folder, named `model` or `owner/model`. */
async function modelsBelow(folder: string, note: string): Promise<ListedModel[]> {
  const names: string[] = [];
  for (const name of await foldersIn(folder)) {
    if (await isModel(join(folder, name))) names.push(name);
    else
      for (const inner of await foldersIn(join(folder, name)))
        if (await isModel(join(folder, name, inner))) names.push(`${name}/${inner}`);
  }
  return await Promise.all(
    names.sort().map(async (id) => {
      const megabytes = (await bytesIn(join(folder, id))) / 1e6;
      return { id, note: `${megabytes < 10 ? megabytes.toFixed(1) : megabytes.toFixed(0)} MB, ${note}` };
    }),
  );
}

/** @param cacheFolder where the library keeps what it downloads. */
export async function listLocalModels(modelsFolder: string, cacheFolder: string): Promise<ListedModel[]> {
  const own = await modelsBelow(modelsFolder, 'in your models folder');
  const downloaded = await modelsBelow(cacheFolder, 'downloaded');
  return [...own, ...downloaded.filter(({ id }) => own.every((model) => model.id !== id))];
}
