/** What layers of tests need besides the dependencies. Each is set up once, when the first layer asks for it. */
import { join } from 'node:path';
import { SetupError, runQuietly, timed } from './cache.ts';
import { ensureChromium } from './chromium.ts';
import { root } from './node.mjs';
import { ensurePython } from './python.ts';
import { requireTransformers } from './transformers.ts';
import { ensureVsCodeHost } from './vscode-host.ts';

export type Need = 'build' | 'vscode' | 'window' | 'python' | 'transformers';

async function build(): Promise<void> {
  try {
    await timed('building', () => runQuietly(process.execPath, [join(root, 'scripts', 'build.mjs')]));
  } catch (error) {
    throw new SetupError(`The build failed: ${(error as Error).message}`, true);
  }
}

/** The VS Code server and its window. */
async function serverAndWindow(): Promise<void> {
  await ensureVsCodeHost();
  await ensureChromium();
}

const ways: Readonly<Record<Need, () => Promise<unknown>>> = {
  build,
  // A desktop that is named, or downloaded where the server does not run, brings its own window.
  vscode: async () => {
    if ((process.env['PROMPTOPT_CODE'] ?? '') === '' && process.platform !== 'win32') await serverAndWindow();
  },
  window: serverAndWindow,
  python: ensurePython,
  transformers: requireTransformers,
};

const asked = new Map<Need, Promise<unknown>>();

/** Sets up what a layer needs. @throws SetupError with one sentence that says what is missing and what to do. */
export async function prepare(needs: readonly Need[]): Promise<void> {
  for (const need of needs) {
    const work = asked.get(need) ?? ways[need]();
    asked.set(need, work);
    await work;
  }
}
