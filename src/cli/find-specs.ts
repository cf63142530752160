/** From what was typed to the prompt files it means. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PromptOptError } from '../engine/index.ts';

export const isSpecName = (name: string): boolean => /\.prompt\.ya?ml$/i.test(name);

async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      // What other tools keep for themselves holds no prompts of the user's.
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) found.push(...(await below(path)));
    } else if (isSpecName(entry.name)) found.push(path);
  }
  return found;
}

/**
 * Files as given, folders searched.
 * @throws PromptOptError `usage` for a path that is not there, or when there is no prompt file at all.
 */
export async function findSpecs(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch(() => null);
    if (entry === null) {
      throw new PromptOptError('usage', `${path} cannot be read.`, {
        remedy: 'Check the path; a prompt file ends in .prompt.yaml.',
        file: path,
      });
    }
    found.push(...(entry.isDirectory() ? await below(path) : [path]));
  }
  if (found.length === 0) {
    throw new PromptOptError('usage', `There is no prompt file in ${paths.join(', ')}.`, {
      remedy: 'A prompt file ends in .prompt.yaml. Write one with `promptopt init`.',
    });
  }
  return [...new Set(found)];
}
