/** Another author's extension, which brings language models to VS Code, for the tests that ask them. */
import { build } from 'esbuild';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/node.mjs';

/** Bundles it, as the tests are bundled, into a folder of its own inside `folder`; resolves to that. */
export async function bundleModelsExtension(folder: string): Promise<string> {
  const source = join(root, 'test', 'extension', 'models-extension');
  const target = join(folder, 'models-extension');
  mkdirSync(target, { recursive: true });
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  await build({
    entryPoints: [join(source, 'models-extension.ts')],
    outfile: join(target, 'models-extension.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return target;
}
