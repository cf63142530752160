/**
 * `npm run package`: the VS Code extension and the npm package, from one source, into `dist/packages/`.
 * Each is staged with a manifest of its own, because the two want different ones.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildProducts } from './build.mjs';
import { extensionManifest, libraryManifest } from './build/manifests.mjs';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();

const packages = join(root, 'dist', 'packages');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What .vscodeignore lets through, as paths to copy. */
const shipped = () =>
  readFileSync(join(root, '.vscodeignore'), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1).replace(/\/\*\*$/, ''));

function freshFolder(name) {
  const folder = join(root, 'dist', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function copyInto(folder, paths) {
  for (const path of paths) {
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
}

const writeManifest = (folder, content) =>
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(content, null, 2)}\n`);

/** Runs a packager quietly; what it said is shown when it fails. */
function run(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status === 0) return;
  throw new Error(`${[command, ...args].join(' ')} failed.\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
}

const metafiles = (names) =>
  names
    .map((name) => join(root, '.cache', 'meta', `${name}.json`))
    .filter(existsSync)
    .map((path) => JSON.parse(readFileSync(path, 'utf8')));

async function packExtension() {
  const { thirdPartyNotices } = await import('./build/notices.mjs');
  const folder = freshFolder('vsix');
  copyInto(
    folder,
    shipped().filter((path) => path !== 'package.json'),
  );
  cpSync(join(root, '.vscodeignore'), join(folder, '.vscodeignore'));
  writeFileSync(
    join(folder, 'THIRD-PARTY-NOTICES.txt'),
    thirdPartyNotices(root, metafiles(['extension', 'webview']), ['node_modules/@vscode/codicons']),
  );
  writeManifest(folder, extensionManifest(manifest));
  const path = join(packages, `${manifest.name}-${manifest.version}.vsix`);
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  run(process.execPath, [vsce, ...args, '--out', path], { cwd: folder });
  return path;
}

async function packLibrary() {
  const { thirdPartyNotices } = await import('./build/notices.mjs');
  const { libraryTypes } = await import('./build/types.mjs');
  const folder = freshFolder('npm');
  const { files, strangers } = libraryTypes(root);
  if (strangers.length > 0) throw new Error(strangers.join('\n'));
  const built = readdirSync(join(root, 'dist'))
    .filter((name) => name.endsWith('.js') && name !== 'lint-worker.js')
    .map((name) => `dist/${name}`);
  copyInto(folder, [...built, 'dist/chunks', 'README.md', 'CHANGELOG.md', 'LICENSE']);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(root, metafiles(['cli'])));
  writeManifest(folder, libraryManifest(manifest));
  const windows = process.platform === 'win32';
  run(windows ? 'npm.cmd' : 'npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', packages], {
    cwd: folder,
    shell: windows,
  });
  return join(packages, `${manifest.name}-${manifest.version}.tgz`);
}

try {
  await buildProducts();
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  for (const path of [await packExtension(), await packLibrary()]) {
    say(`${path.slice(root.length + 1)}, ${(statSync(path).size / 1e6).toFixed(2)} MB`);
  }
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
