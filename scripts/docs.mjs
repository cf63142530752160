/**
 * `npm run docs`: writes the reference pages and the JSON Schema from the tables, the command line and the manifest, and
 * into the README what `npm start` prints.
 * `--check` writes nothing and fails when a file is not what it would write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();
// TypeScript from here on: the Node that runs now reads it.
const { generatedFiles } = await import('./docs/files.ts');

const files = await generatedFiles(root);
const stale = files.filter(
  ({ path, text }) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text,
);
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    say(`Not up to date: ${stale.map(({ path }) => path).join(', ')}. Run \`npm run docs\`.`);
    process.exitCode = 1;
  }
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  say(stale.length === 0 ? 'The reference is up to date.' : `Written: ${stale.map(({ path }) => path).join(', ')}.`);
}
