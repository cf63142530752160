/**
 * `npm run bench`: prints the figures of every script in `bench/`, or only of those named: `npm run bench -- ladder`.
 * With `--json`, one document of all of them on stdout.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildProducts } from './build.mjs';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();

const known = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();
const json = process.argv.includes('--json');
const asked = process.argv.slice(2).filter((argument) => argument !== '--json');
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined) {
  say(`There is no bench "${unknown}". There are: ${known.join(', ')}.`);
  process.exit(2);
}
// Figures are those of the product as it ships, so it is built first.
await buildProducts();
let failed = false;
const documents = {};
for (const name of asked.length > 0 ? asked : known) {
  (json ? say : console.log)(`\n${name}`);
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', join('bench', `${name}.ts`), ...(json ? ['--json'] : [])],
    { cwd: root, stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'], encoding: 'utf8' },
  );
  failed ||= status !== 0;
  // What a bench starts may print as well; its document is its last line.
  if (json && status === 0) documents[name] = JSON.parse(stdout.trim().split('\n').at(-1));
}
if (json) console.log(JSON.stringify(documents, null, 2));
process.exit(failed ? 1 : 0);
