/**
 * `npm run build`: the command line, the library, the extension and its pages into `dist/`.
 * Does nothing when the sources are as they were at the last build. `--dev` keeps names and adds source maps, `--force` builds always.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtBefore, fingerprint } from './build/fingerprint.mjs';
import { nodeProducts, webviewAssets, webviewEntries, webviewFolder } from './build/products.mjs';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

const SOURCES = ['src', 'webview-ui', 'package-lock.json', 'scripts/build', 'scripts/build.mjs'];

/** Written beside its place and moved there, so that nobody reads half a file. */
function writeWhole(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** Removes what an earlier build left in the folders this one writes. */
function removeStale(base, folders, written) {
  const kept = new Set(written);
  for (const folder of folders) {
    let names = [];
    try {
      names = readdirSync(join(base, folder), { withFileTypes: true });
    } catch {
      continue;
    }
    for (const entry of names) {
      const file = `${folder}/${entry.name}`;
      if (entry.isFile() && /\.(js|css|map)$/.test(entry.name) && !kept.has(file))
        rmSync(join(base, file), { force: true });
    }
  }
}

/**
 * Builds all products.
 * @returns the written files, relative to the root, and whether anything was done.
 */
export async function buildProducts({ dev = false, force = false } = {}) {
  const stampPath = join(root, '.cache', 'build.json');
  const key = `${fingerprint(root, SOURCES)}${dev ? '-dev' : ''}`;
  const before = force ? null : builtBefore(root, stampPath, key);
  if (before !== null) return { files: before, fresh: false };

  const { bundleForNode, bundleForWebview } = await import('./build/bundle.mjs');
  const context = { base: root, dev };
  const pages = webviewEntries();
  const results = [
    ...(await Promise.all(nodeProducts.map(async (product) => [product.name, await bundleForNode(product, context)]))),
    ['webview', await bundleForWebview(pages, context)],
  ].filter(([, result]) => result !== null);

  const files = [];
  const write = (path, content) => {
    writeWhole(path, content);
    files.push(relative(root, path).split(sep).join('/'));
  };
  for (const [name, { metafile, outputFiles }] of results) {
    // Chunks before the entries that name them: a build that is cut short leaves the old product whole.
    const inOrder = [...outputFiles].sort(
      (a, b) => Number(a.path.includes('chunks') ? 0 : 1) - Number(b.path.includes('chunks') ? 0 : 1),
    );
    const executable = nodeProducts.find((product) => product.name === name)?.executable;
    for (const { path, contents, text } of inOrder) {
      if (basename(path) !== executable) write(path, contents);
      else {
        write(path, text.startsWith('#!') ? text : `#!/usr/bin/env node\n${text}`);
        chmodSync(path, 0o755);
      }
    }
    writeWhole(join(root, '.cache', 'meta', `${name}.json`), JSON.stringify(metafile));
  }
  if (Object.keys(pages).length > 0) {
    for (const asset of webviewAssets) {
      const path = `${webviewFolder}/${basename(asset)}`;
      copyFileSync(join(root, asset), join(root, path));
      files.push(path);
    }
  }
  const folders = nodeProducts.flatMap(({ folder }) => [folder, `${folder}/chunks`]);
  removeStale(root, [...folders, webviewFolder], files);
  writeWhole(stampPath, JSON.stringify({ key, files }));
  return { files, fresh: true };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureNode();
  ensureDependencies();
  const started = Date.now();
  try {
    const { files, fresh } = await buildProducts({
      dev: process.argv.includes('--dev'),
      force: process.argv.includes('--force'),
    });
    say(
      fresh
        ? `Built ${files.length} files in ${((Date.now() - started) / 1000).toFixed(1)} s.`
        : 'The build is up to date.',
    );
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
