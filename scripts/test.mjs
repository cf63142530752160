/**
 * `npm test`: all layers, with all of their set-up, ending in one line `N passed, N failed, N skipped`.
 * `npm test -- unit wire` runs only those layers.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();
// TypeScript from here on: the Node that runs now reads it.
const { prepare } = await import('./setup/needs.ts');

/**
 * Layers in order, each with the longest it may take in minutes and what it needs besides the dependencies. A layer
 * without files does not appear; a folder of tests that is not named here runs all the same, after these.
 */
const layers = [
  { name: 'unit', minutes: 10 },
  { name: 'contract', minutes: 10 },
  { name: 'wire', minutes: 5 },
  { name: 'runs', minutes: 10 },
  { name: 'cli', minutes: 10, needs: ['build'] },
  { name: 'interop', minutes: 5, needs: ['python'] },
  { name: 'transformers', minutes: 5, needs: ['build', 'transformers'] },
  { name: 'extension', minutes: 10, needs: ['build', 'vscode'] },
  { name: 'screen', minutes: 10, needs: ['build', 'window'] },
];

function filesOf(layer) {
  const folder = join(root, 'test', layer);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}

for (const { name } of readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)) {
  if (layers.every((layer) => layer.name !== name)) layers.push({ name, minutes: 10, needs: ['build'] });
}

/** The command that runs a layer: mocha in plain Node, or VS Code. */
function commandOf({ name, minutes }, report, files) {
  if (name === 'extension') {
    return [join(root, 'scripts', 'test-host', 'extension-layer.mjs'), report, String(minutes), ...files];
  }
  const reporter = join(root, 'scripts', 'setup', 'reporter.cjs');
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  return [mocha, '--reporter', reporter, '--reporter-option', `file=${report}`, ...files];
}

/** Runs one layer in its own process and reads its counts from the report mocha leaves. */
async function runLayer(layer, files) {
  const { name, minutes } = layer;
  const report = join(root, '.cache', 'tests', `${name}.json`);
  mkdirSync(join(root, '.cache', 'tests'), { recursive: true });
  rmSync(report, { force: true });
  const started = Date.now();
  const child = spawn(process.execPath, commandOf(layer, report, files), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // VS Code has the same limit inside and ends in an orderly way; the minute on top is for that.
  const timer = setTimeout(
    () => {
      say(`${name}: not done within ${minutes} minutes, ended.`);
      child.kill('SIGKILL');
    },
    (minutes + 1) * 60_000,
  );
  const code = await new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  clearTimeout(timer);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
  // A layer that died, or ended badly without naming a failed test, is a failure of its own. So is one that ran nothing.
  const ran = counts.passed + counts.failed + counts.skipped;
  if ((code !== 0 || ran === 0) && counts.failed === 0) counts.failed = 1;
  say(
    `${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  return counts;
}

/** Sets up and runs one layer. One that cannot be set up counts as one test: failed where installing was allowed, else skipped. */
async function countLayer(layer, files) {
  try {
    await prepare(layer.needs ?? []);
  } catch (error) {
    const failed = error.installAllowed !== false;
    say(`${layer.name}: ${failed ? 'failed' : 'skipped'}. ${error.message}`);
    return { passed: 0, failed: failed ? 1 : 0, skipped: failed ? 0 : 1 };
  }
  return runLayer(layer, files);
}

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = asked.find((name) => !layers.some((layer) => layer.name === name));
if (unknown !== undefined) {
  say(`There is no layer "${unknown}". Layers: ${layers.map((layer) => layer.name).join(', ')}.`);
  process.exit(2);
}
const total = { passed: 0, failed: 0, skipped: 0 };
for (const layer of layers.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const files = filesOf(layer.name);
  if (files.length === 0) continue;
  const counts = await countLayer(layer, files);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
