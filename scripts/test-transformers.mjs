/**
 * `npm run test:transformers`: local Transformers models for real. Installs their library once (half a gigabyte, into the
 * cache folder), makes tiny models, and runs the suites that load and ask them. Nothing else is downloaded.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();
const { ensureTransformers } = await import('./setup/transformers.ts');
try {
  await ensureTransformers();
} catch (error) {
  say(error.message);
  process.exit(1);
}
const layers = ['contract', 'transformers'];
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), ...layers], { stdio: 'inherit' });
process.exit(status ?? 1);
