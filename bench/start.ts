/** How long a newcomer waits: from `npm start`, with dependencies and build in place, to the end of the main job; and the command line by itself. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report } from './support/figures.ts';

const root = join(import.meta.dirname, '..');
const QUIET = '--disable-warning=ExperimentalWarning';

/** Seconds until the process has ended; what it printed is kept to itself. */
function secondsOf(args: readonly string[], cwd = root): number {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0)
    throw new Error(`${args.join(' ')} ended with ${status}: ${error?.message ?? ''}${stderr.slice(-2000)}`);
  return (performance.now() - start) / 1000;
}

/** The main job on a copy of the example: nothing of an earlier run may answer, and no run is left in this project. */
function mainJob(): number {
  const folder = mkdtempSync(join(tmpdir(), 'promptopt-bench-'));
  try {
    cpSync(join(root, 'examples/support-triage'), folder, { recursive: true });
    const spec = join(folder, 'support-triage.prompt.yaml');
    return secondsOf([join(root, 'scripts/start.mjs'), spec, '--seed', '7', '--yes', '--report']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const job: number[] = [];
for (let round = 0; round < 3; round++) job.push(mainJob());

const cli: number[] = [];
const node: number[] = [];
for (let round = 0; round <= 15; round++) {
  const bare = secondsOf(['-e', '0']);
  const help = secondsOf([QUIET, join(root, 'dist/cli.js'), '--help']);
  // The first round only warms up.
  if (round === 0) continue;
  node.push(bare * 1000);
  cli.push(help / bare);
}
report([
  { what: 'main job, from start to report', values: job, unit: 's', bound: { most: 60 } },
  { what: '`promptopt --help` over `node -e 0`', values: cli, unit: '×' },
  { what: '`node -e 0`', values: node, unit: 'ms' },
]);
