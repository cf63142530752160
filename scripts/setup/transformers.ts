/** The library of local Transformers models, which is no part of the package: installed once a machine into the cache folder. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, buildOnce, cacheFolder, mayInstall, runQuietly, timed } from './cache.ts';
import { PACKAGE, VERSION } from '../../src/engine/models/providers/transformers/find-library.ts';

const key = `transformers-${VERSION}-${process.platform}-${process.arch}`;

/** The folder that has it in its `node_modules` when it is installed on this machine, else null. */
export function findTransformers(): string | null {
  const folder = join(cacheFolder(), key);
  return existsSync(folder) ? folder : null;
}

async function install(folder: string): Promise<void> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [PACKAGE]: VERSION } }));
  const windows = process.platform === 'win32';
  // Its runtime for processors lies in the package; its install script would fetch the one for graphics cards.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await runQuietly(windows ? 'npm.cmd' : 'npm', args, { cwd: folder, env });
}

/** Installs it, half a gigabyte, when this machine has it not yet. @throws SetupError */
export async function ensureTransformers(): Promise<string> {
  try {
    return findTransformers() ?? (await timed(`installing ${PACKAGE}`, () => buildOnce(key, install)));
  } catch (error) {
    throw new SetupError(`${PACKAGE} could not be installed: ${(error as Error).message}`, mayInstall());
  }
}

/** Only looks: half a gigabyte is installed by the command that is there for it. @throws SetupError a reason to skip. */
export function requireTransformers(): Promise<string> {
  const folder = findTransformers();
  if (folder !== null) return Promise.resolve(folder);
  throw new SetupError(`${PACKAGE} is not installed; \`npm run test:transformers\` does that.`, false);
}
