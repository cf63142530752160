/** The most memory a process ever holds that evaluates 10,000 rows from a file: the built command line on the embedded model. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report } from './support/figures.ts';
import { triageRows } from './support/triage.ts';

const ROWS = 10_000;
const ROUNDS = 3;
const root = join(import.meta.dirname, '..');

const SPEC = `name: memory
model: embedded/apprentice
inputs:
  message: { type: string }
outputs:
  team: { type: string, enum: [billing, shipping, returns, technical, account, other] }
constraints:
  - { name: one word, maxWords: 1, weight: 1 }
metrics: { accuracy: 0.8, constraints: 0.2 }
data: { validation: rows.jsonl }
messages:
  - role: system
    content: 'Answer with only one of: billing, shipping, returns, technical, account, other.'
  - role: user
    content: '{{message}}'
`;

/** The peak of one process, in MB, and how long it took, in seconds. */
function peakOf(folder: string, spec: string): { readonly megabytes: number; readonly seconds: number } {
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(import.meta.dirname, 'support/print-peak.mjs')).href}`,
      join(root, 'dist/cli.js'),
      'eval',
      spec,
      '--split',
      'all',
      '--no-cache',
      '--budget-calls',
      String(2 * ROWS),
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
  if (status !== 0 || peak === undefined) throw new Error(`The evaluation failed (${status}): ${stderr.slice(-2000)}`);
  return { megabytes: Number(peak) / 1024, seconds: (performance.now() - start) / 1000 };
}

const folder = mkdtempSync(join(tmpdir(), 'promptopt-bench-'));
try {
  const rows = triageRows(ROWS, 'row').map((row) => JSON.stringify(row));
  writeFileSync(join(folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'memory.prompt.yaml'), SPEC);
  writeFileSync(join(folder, 'one.prompt.yaml'), SPEC.replace('rows.jsonl', 'one.jsonl'));
  writeFileSync(join(folder, 'one.jsonl'), `${rows[0] ?? ''}\n`);
  const rounds = Array.from({ length: ROUNDS }, () => peakOf(folder, 'memory.prompt.yaml'));
  const one = Array.from({ length: ROUNDS }, () => peakOf(folder, 'one.prompt.yaml'));
  report([
    {
      what: `resident at most, ${ROWS.toLocaleString('en-US')} rows`,
      values: rounds.map(({ megabytes }) => megabytes),
      unit: 'MB',
      bound: { most: 250 },
    },
    { what: 'resident at most, one row', values: one.map(({ megabytes }) => megabytes), unit: 'MB' },
    { what: 'rows a second', values: rounds.map(({ seconds }) => ROWS / seconds), unit: 'rows/s' },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
