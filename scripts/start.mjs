/**
 * `npm start`: dependencies, build, then the main job. Without arguments it optimizes the support triage example on the
 * embedded model; `npm start -- SPEC [--model openai/…]` does the same with your own file.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { buildProducts } from './build.mjs';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

const EXAMPLE = ['examples/support-triage/support-triage.prompt.yaml', '--seed', '7', '--yes', '--report'];

await ensureNode();
ensureDependencies();
try {
  await buildProducts();
} catch (error) {
  say(error.message);
  process.exit(2);
}

const asked = process.argv.slice(2);
const folder = asked.length > 0 ? (process.env.INIT_CWD ?? process.cwd()) : root;
// Node 22 still calls its SQLite experimental; that is no news for the user.
const child = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    join(root, 'dist', 'cli.js'),
    'optimize',
    ...(asked.length > 0 ? asked : EXAMPLE),
  ],
  // npm changes into the package's folder; a path the user typed is meant from where the user is.
  {
    stdio: 'inherit',
    cwd: folder,
    // What it says to type next is there without an installation.
    env: { ...process.env, ...(folder === root ? { PROMPTOPT_COMMAND: 'node dist/cli.js' } : {}) },
  },
);

// A terminal sends ctrl-C to the child as well: passed on again it would count as a second one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
  });
}
child.on('error', (error) => {
  say(error.message);
  process.exit(2);
});
child.on('exit', (status, signal) => process.exit(status ?? 128 + (constants.signals[signal] ?? 1)));
