/** What is built from which source: the list of products. A new panel needs a folder in webview-ui and no line here. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/node.mjs';

/** Workers are found by their file, so every product that starts one carries it beside its entry. */
const workers = {
  'store-worker': 'src/engine/experiments/store-worker.ts',
  'sandbox-worker': 'src/engine/evaluation/sandbox-worker.ts',
  'tokenizer-worker': 'src/engine/models/tokenizer-worker.ts',
  // It loads a library by the path of its folder, which no bundle knows: an import of a URL is left as it is.
  'transformers-worker': 'src/engine/models/providers/transformers/transformers-worker.ts',
  'lint-worker': 'src/engine/lint-worker.ts',
};

/**
 * Products that run in Node. `externals` is an allow-list: beside Node's own modules a bundle may name nothing else,
 * so a bundle that reaches for `vscode` where there is none does not come to be.
 */
export const nodeProducts = [
  {
    name: 'cli',
    folder: 'dist',
    entries: { cli: 'src/cli/main.ts', index: 'src/engine/index.ts', ...workers },
    executable: 'cli.js',
    externals: [],
  },
  {
    name: 'extension',
    folder: 'dist/extension',
    entries: { extension: 'src/extension/extension.ts', ...workers },
    executable: null,
    externals: ['vscode'],
  },
];

/** One page a panel: every `webview-ui/NAME/main.tsx` becomes `dist/webview/NAME.js` and `NAME.css`. */
export const webviewFolder = 'dist/webview';

export function webviewEntries(base = root) {
  const folder = join(base, 'webview-ui');
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'main.tsx')))
    .map((entry) => entry.name)
    .sort();
  return Object.fromEntries(names.map((name) => [name, `webview-ui/${name}/main.tsx`]));
}

/** Files a page needs as they are. */
export const webviewAssets = [
  'node_modules/@vscode/codicons/dist/codicon.css',
  'node_modules/@vscode/codicons/dist/codicon.ttf',
];
