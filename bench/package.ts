/** How large the extension's package is, and which of its files make it so. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './support/figures.ts';
import { readZipEntries } from './support/zip-entries.ts';

const SHOWN = 12;
const root = join(import.meta.dirname, '..');

const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/package.mjs')], {
  cwd: root,
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`The package could not be made: ${stderr.slice(-2000)}`);
const packages = join(root, 'dist/packages');
const name = readdirSync(packages).find((file) => file.endsWith('.vsix'));
if (name === undefined) throw new Error('There is no .vsix in dist/packages.');

const megabytes = (bytes: number): number => bytes / 1e6;
const bytes = readFileSync(join(packages, name));
const entries = readZipEntries(bytes).sort((a, b) => b.packed - a.packed);
report(
  [
    { what: name, values: [megabytes(bytes.length)], unit: 'MB', bound: { most: 3 } },
    ...entries
      .slice(0, SHOWN)
      .map(({ path, packed }) => ({ what: `  ${path}`, values: [megabytes(packed)], unit: 'MB' })),
    {
      what: `  ${Math.max(0, entries.length - SHOWN)} further files`,
      values: [megabytes(entries.slice(SHOWN).reduce((sum, { packed }) => sum + packed, 0))],
      unit: 'MB',
    },
  ],
  ['Parts are as large as they are in the package, compressed.'],
);
