/**
 * `npm run check`: everything a change must pass, one line each with its time. Goes through to the end, then says what failed.
 * `npm run check -- lint types` runs only those.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();

/** What people download when they install the extension. */
const EXTENSION_LIMIT_BYTES = 3_000_000;

/** Runs a Node script and gives what it said; its failure is an error carrying that. */
async function node(script, ...args) {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(said.trim() === '' ? `${script} ended with ${code}.` : said.trim());
  return said;
}

const areas = () =>
  readdirSync(root)
    .filter((name) => /^tsconfig(\.(?!base)\w+)?\.json$/.test(name))
    .sort();

async function types() {
  const failures = [];
  for (const config of areas()) {
    await node('node_modules/typescript/bin/tsc', '-p', config, '--noEmit', '--pretty', 'false').catch((error) => {
      failures.push(`${config}\n${error.message}`);
    });
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

/** The library's door: every export documented, and no name of anybody else's in its types. */
async function door() {
  const { libraryTypes } = await import('./build/types.mjs');
  const { strangers } = libraryTypes(root);
  if (strangers.length > 0) throw new Error(strangers.join('\n'));
  const out = mkdtempSync(join(tmpdir(), 'door-'));
  try {
    await node('node_modules/typedoc/bin/typedoc', '--json', join(out, 'door.json'));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function boundaries() {
  const rooms = ['src', 'webview-ui'].filter((name) => existsSync(join(root, name)));
  const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
  await node(cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', ...rooms);
}

/** The largest built files of the extension, with what is in them: for the day the budget breaks. */
function sizeTable() {
  const rows = [];
  for (const name of ['extension', 'webview']) {
    const path = join(root, '.cache', 'meta', `${name}.json`);
    if (!existsSync(path)) continue;
    for (const [file, { bytes, inputs }] of Object.entries(JSON.parse(readFileSync(path, 'utf8')).outputs)) {
      const [largest] = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
      rows.push({ file, bytes, zipped: gzipSync(readFileSync(join(root, file))).length, largest: largest?.[0] ?? '' });
    }
  }
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`.padStart(9);
  return rows
    .sort((a, b) => b.zipped - a.zipped)
    .slice(0, 15)
    .map(({ file, bytes, zipped, largest }) => `${kilobytes(zipped)} zipped ${kilobytes(bytes)}  ${file}  ${largest}`)
    .join('\n');
}

async function size() {
  await node('scripts/package.mjs');
  const folder = join(root, 'dist', 'packages');
  const [extension] = readdirSync(folder).filter((name) => name.endsWith('.vsix'));
  const bytes = statSync(join(folder, extension)).size;
  const figure = `${(bytes / 1e6).toFixed(2)} MB of ${(EXTENSION_LIMIT_BYTES / 1e6).toFixed(2)} MB`;
  if (bytes > EXTENSION_LIMIT_BYTES) throw new Error(`${extension} is ${figure}.\n${sizeTable()}`);
  return figure;
}

const mocha = (...files) => node('node_modules/mocha/bin/mocha.js', ...files);

const steps = {
  format: () => node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  lint: () => node('node_modules/eslint/bin/eslint.js', '.'),
  types,
  door,
  boundaries,
  unused: () => node('node_modules/knip/bin/knip.js', '--no-progress'),
  tests: async () => (await node('scripts/test.mjs', 'unit')).trim().split('\n').at(-1),
  docs: () => node('scripts/docs.mjs', '--check'),
  build: () => node('scripts/build.mjs'),
  size,
  manifest: () => mocha('test/unit/house/manifest.test.ts', 'test/package/*.test.ts'),
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in steps));
if (unknown !== undefined) {
  say(`There is no step "${unknown}". Steps: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
const failed = [];
for (const [name, step] of Object.entries(steps)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const started = Date.now();
  const line = (word) =>
    `${word.padEnd(6)} ${name.padEnd(10)} ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s`;
  try {
    const note = await step();
    const shown = name === 'tests' || name === 'size' ? `  ${note}` : '';
    say(`${line('ok')}${shown}`);
  } catch (error) {
    failed.push({ name, message: error.message });
    say(line('FAILED'));
  }
}
for (const { name, message } of failed) say(`\n${name}\n${message}`);
say(failed.length === 0 ? 'All is well.' : `\nFailed: ${failed.map(({ name }) => name).join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);
