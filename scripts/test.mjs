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

/** Layers in order, each with the longest it may take in minutes. A layer without files does not appear. */
const layers = [
  { name: 'unit', minutes: 10 },
  { name: 'contract', minutes: 10 },
  { name: 'wire', minutes: 5 },
  { name: 'runs', minutes: 10 },
  { name: 'package', minutes: 5 },
];

function filesOf(layer) {
  const folder = join(root, 'test', layer);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** Runs one layer in its own mocha and reads its counts from the report mocha leaves. */
async function runLayer({ name, minutes }, files) {
  const report = join(root, '.cache', 'tests', `${name}.json`);
  mkdirSync(join(root, '.cache', 'tests'), { recursive: true });
  rmSync(report, { force: true });
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const started = Date.now();
  const child = spawn(process.execPath, [mocha, '--reporter', join(root, 'scripts', 'setup', 'reporter.cjs'), '--reporter-option', `file=${report}`, ...files], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), minutes * 60_000);
  const code = await new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  clearTimeout(timer);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
  // A layer that died, or ended badly without naming a failed test, is a failure of its own.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  say(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return counts;
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
  const counts = await runLayer(layer, files);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
