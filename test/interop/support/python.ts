/** Asks a script of this folder something in the Python environment: JSON in, JSON out. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/setup/cache.ts';
import { findPython } from '../../../scripts/setup/python.ts';

/** The interpreter, or a skipped suite that says why. Call it in `before`. */
export function pythonOrSkip(context: Mocha.Context): string {
  const python = findPython();
  if (python !== null) return python;
  console.log('  The Python environment is not built: `npm test -- interop` does it.');
  return context.skip();
}

/** What the script printed, parsed. Rejects a script that fails with what it said. */
export function askPython(python: string, script: string, question: unknown): unknown {
  const { status, stdout, stderr, error } = spawnSync(python, [join(import.meta.dirname, '..', script)], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env['PATH'],
      SystemRoot: process.env['SystemRoot'],
      // Neither keys nor a person's own caches: nothing here may ask a model, and nothing does.
      HOME: cacheFolder(),
      DSPY_CACHEDIR: join(cacheFolder(), 'dspy'),
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      PYTHONUTF8: '1',
    },
  });
  if (status !== 0) throw new Error(`${script} failed: ${error?.message ?? stderr.slice(-2000)}`);
  return JSON.parse(stdout);
}
