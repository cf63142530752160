/** Bundles the products with esbuild, in memory: nothing is written unless every bundle is as it must be. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { webviewFolder } from './products.mjs';

/** CommonJS packages ask for `require`, which a module does not have. */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** A `require` made by hand is invisible to the bundler, so the text is searched for it too. */
const HAND_MADE_REQUIRE = /\(\s*["'`]vscode["'`]\s*\)/;

const common = (base, dev) => ({
  absWorkingDir: base,
  bundle: true,
  write: false,
  metafile: true,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'silent',
  charset: 'utf8',
});

/** What a bundle leaves to be found at run time and is not allowed to: one sentence each. */
function strangers({ metafile, outputFiles }, product) {
  const found = new Set();
  for (const [file, output] of Object.entries(metafile.outputs)) {
    for (const { path, external } of output.imports) {
      if (external !== true || isBuiltin(path) || product.externals.includes(path)) continue;
      const source = Object.entries(metafile.inputs).find(([, input]) =>
        input.imports.some((one) => one.path === path),
      );
      found.add(
        `${source?.[0] ?? file} imports "${path}", which the ${product.name} bundle may not leave outside itself.`,
      );
    }
  }
  if (!product.externals.includes('vscode')) {
    for (const { path, text } of outputFiles) {
      if (path.endsWith('.js') && HAND_MADE_REQUIRE.test(text))
        found.add(`${path} loads "vscode" by a require made by hand.`);
    }
  }
  return [...found];
}

/**
 * One product that runs in Node, as ES modules that share chunks.
 * Entries whose source does not exist are left out.
 * @throws Error naming what does not resolve or may not be imported.
 */
export async function bundleForNode(product, { base, dev }) {
  const entryPoints = Object.entries(product.entries)
    .filter(([, source]) => existsSync(join(base, source)))
    .map(([out, source]) => ({ out, in: source }));
  if (entryPoints.length === 0) return null;
  const result = await build({
    ...common(base, dev),
    entryPoints,
    outdir: product.folder,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: product.externals,
    banner: { js: REQUIRE_BANNER },
  });
  const problems = strangers(result, product);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return result;
}

/**
 * The component toolkit tries `:focus-visible` with an inline style, which the policy of a page refuses and reports.
 * It is archived, so the question is put another way here.
 */
const focusWithoutInlineStyle = {
  name: 'focus-without-inline-style',
  setup({ onLoad }) {
    onLoad({ filter: /fast-web-utilities[\\/]dist[\\/]dom\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const trial = /const styleElement = [\s\S]*?removeChild\(styleElement\);\s*\}/;
      if (!trial.test(source)) throw new Error(`${path} does not try :focus-visible as it did: look at it again.`);
      const contents = source.replace(trial, "_canUseFocusVisible = CSS.supports('selector(:focus-visible)');");
      return { contents, loader: 'js' };
    });
  },
};

/** The panels' pages: one script and one style sheet each, for the strict policy of a webview. */
export async function bundleForWebview(entries, { base, dev }) {
  if (Object.keys(entries).length === 0) return null;
  return await build({
    ...common(base, dev),
    entryPoints: Object.entries(entries).map(([out, source]) => ({ out, in: source })),
    outdir: webviewFolder,
    format: 'iife',
    platform: 'browser',
    target: 'es2024',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file', '.svg': 'dataurl' },
    plugins: [focusWithoutInlineStyle],
    define: { 'process.env.NODE_ENV': dev ? '"development"' : '"production"' },
  });
}
