/** A Python environment with the pinned packages that exports are tried against, built once a machine. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, buildOnce, cacheFolder, mayInstall, runQuietly, timed } from './cache.ts';
import { root } from './node.mjs';
import { findProgram, installSystemPackages } from './system-packages.ts';

const requirements = join(root, 'test', 'interop', 'requirements.txt');

/** What the pinned packages run on: from 3.10, below 3.15. */
const SUPPORTED = { major: 3, from: 10, below: 15 };

const interpreterOf = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');

/** Changed pins are another environment. */
const key = (): string =>
  `python-${process.platform}-${process.arch}-${createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)}`;

/** The environment's interpreter when it is built on this machine, else null. */
export function findPython(): string | null {
  const interpreter = interpreterOf(join(cacheFolder(), key()));
  return existsSync(interpreter) ? interpreter : null;
}

async function systemPython(): Promise<string> {
  const named = process.env['PROMPTOPT_PYTHON'] ?? '';
  if (named !== '') return named;
  const names = ['python3', 'python'];
  if (findProgram(...names) === null) {
    await installSystemPackages(['python3', 'python3-venv'], 'Python, which exports are tried in,');
  }
  return findProgram(...names) ?? 'python3';
}

async function checkVersion(python: string): Promise<void> {
  const version = (await runQuietly(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])).trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === SUPPORTED.major && minor >= SUPPORTED.from && minor < SUPPORTED.below) return;
  throw new SetupError(
    `The interop tests need Python 3.${SUPPORTED.from} to 3.${SUPPORTED.below - 1}; ${python} is ${version}. Name another with PROMPTOPT_PYTHON.`,
    false,
  );
}

async function build(folder: string): Promise<void> {
  const python = await systemPython();
  await checkVersion(python);
  const make = (): Promise<string> => runQuietly(python, ['-m', 'venv', '--clear', folder]);
  await make().catch(async () => {
    // Debian ships Python without what a virtual environment starts from.
    await installSystemPackages(['python3-venv'], "Python's venv module");
    await make();
  });
  // The environment is moved to its place after this: its interpreter does not mind, its scripts would.
  await timed('installing the Python packages', () =>
    runQuietly(interpreterOf(folder), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      // Compiling all of it takes half of the time; what is imported is compiled then, and kept.
      '--no-compile',
      '-r',
      requirements,
    ]),
  );
}

/**
 * The environment's interpreter, built if this machine has none yet.
 *
 * @throws SetupError when it cannot be had, with what is missing.
 */
export async function ensurePython(): Promise<string> {
  const found = findPython();
  if (found !== null) return found;
  try {
    return interpreterOf(await buildOnce(key(), build));
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`The Python environment could not be made: ${(error as Error).message}`, mayInstall());
  }
}
