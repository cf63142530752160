/** The two manifests that ship, each made from the root's. A key that is not named here does not ship. */

const pick = (manifest, keys) =>
  Object.fromEntries(keys.filter((key) => manifest[key] !== undefined).map((key) => [key, manifest[key]]));

const SHARED = ['name', 'version', 'description', 'license', 'repository', 'bugs', 'homepage', 'keywords', 'type'];

/** The extension's: what VS Code and its marketplace read. */
export function extensionManifest(root) {
  return {
    ...pick(root, [
      ...SHARED,
      'displayName',
      'publisher',
      'categories',
      'icon',
      'galleryBanner',
      'preview',
      'qna',
      'main',
      'activationEvents',
      'capabilities',
      'extensionKind',
      'contributes',
    ]),
    engines: { vscode: root.engines.vscode },
  };
}

/** Workers that a program hands to `createEngine`: `new URL(import.meta.resolve('promptopt/workers/store'))`. */
const WORKERS = ['store', 'sandbox', 'tokenizer', 'transformers'];

/** The npm package's: a command and a library. Everything it needs is bundled, so it depends on nothing. */
export function libraryManifest(root) {
  return {
    ...pick(root, SHARED),
    engines: { node: root.engines.node },
    bin: { promptopt: 'dist/cli.js' },
    exports: {
      '.': { types: './dist/types/engine/index.d.ts', default: './dist/index.js' },
      ...Object.fromEntries(WORKERS.map((name) => [`./workers/${name}`, `./dist/${name}-worker.js`])),
      './package.json': './package.json',
    },
    types: './dist/types/engine/index.d.ts',
    files: ['dist', 'README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-NOTICES.txt'],
    sideEffects: false,
  };
}
