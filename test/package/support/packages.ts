/** The packages under test: made once, by the command that makes them for release. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..', '..');

export interface Packages {
  readonly extension: string;
  readonly library: string;
  readonly version: string;
}

let made: Packages | null = null;

/** @throws Error with what the packager said. */
export function packages(): Packages {
  if (made !== null) return made;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'package.mjs')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const folder = join(root, 'dist', 'packages');
  const find = (ending: string): string => {
    const names = readdirSync(folder).filter((name) => name.endsWith(ending));
    if (names.length !== 1 || names[0] === undefined) throw new Error(`There should be one ${ending} in ${folder}.`);
    return join(folder, names[0]);
  };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  made = { extension: find('.vsix'), library: find('.tgz'), version };
  return made;
}
