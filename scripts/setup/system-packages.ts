/** Debian packages that some test layers need: installed only where that is allowed, else named for the person. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError, mayInstall, runQuietly, timed } from './cache.ts';

/** The first of these programs that is on the PATH, as an absolute path. */
export function findProgram(...names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here: the next folder may have it.
      }
    }
  }
  return null;
}

/** How to run a package manager command: as root as it is, else through a sudo that asks nothing. */
function asRoot(command: readonly string[]): readonly string[] | null {
  if (process.getuid?.() === 0) return command;
  return findProgram('sudo') === null ? null : ['sudo', '-n', ...command];
}

async function apt(args: readonly string[]): Promise<void> {
  const [program, ...rest] = asRoot(['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]) ?? [];
  if (program === undefined) throw new Error('neither root nor sudo is at hand');
  await runQuietly(program, rest);
}

/**
 * Installs Debian packages.
 *
 * @param purpose What they are for, as the start of a sentence: "Chromium, the window of the tests,".
 * @throws SetupError when that is not allowed, not possible, or fails.
 */
export async function installSystemPackages(packages: readonly string[], purpose: string): Promise<void> {
  const remedy = `Install ${packages.join(' ')} with the system's package manager, or set PROMPTOPT_INSTALL=1 to let the tests do it.`;
  const allowed = mayInstall();
  if (!allowed) throw new SetupError(`${purpose} is not here. ${remedy}`, false);
  if (!existsSync('/usr/bin/apt-get'))
    throw new SetupError(`${purpose} is not here and this system has no apt-get. ${remedy}`, true);
  try {
    await timed(`installing ${packages.join(' ')}`, async () => {
      await apt(['update', '-qq']);
      await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
    });
  } catch (error) {
    throw new SetupError(`${purpose} could not be installed: ${(error as Error).message}`, true);
  }
}
