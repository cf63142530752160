/** Tiny models where the library for local ones is installed: a folder that has both, as a user's has. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalModels } from '../../src/engine/models/provider.ts';
import { findTransformers } from '../../scripts/setup/transformers.ts';
import { writeTinyModel } from './tiny-language-model.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'tests', 'local-models');

/** Answers "blue sky" at temperature 0; where chance plays, also a digit. */
export const SKY = 'tiny/sky';
/** Never ends by itself. */
export const ENDLESS = 'tiny/endless';

/** Null when the library is not installed on this machine. */
export function prepareLocalModels(): LocalModels | null {
  const library = findTransformers();
  if (library === null) return null;
  mkdirSync(FOLDER, { recursive: true });
  const link = join(FOLDER, 'node_modules');
  if (!existsSync(link)) symlinkSync(join(library, 'node_modules'), link, 'junction');
  writeTinyModel(join(FOLDER, 'models', SKY), { answer: 'blue sky', others: '0123456789', window: 512 });
  writeTinyModel(join(FOLDER, 'models', ENDLESS), { answer: null, window: 1_000_000 });
  return {
    libraryFolders: [join(tmpdir(), 'no-such-folder'), FOLDER],
    installFolder: join(FOLDER, 'install'),
    workerPath: new URL('../../src/engine/models/providers/transformers/transformers-worker.ts', import.meta.url),
  };
}
