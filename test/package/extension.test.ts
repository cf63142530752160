/** The extension package holds what VS Code will look for, and nothing else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { packages, root } from './support/packages.ts';
import { readZip } from './support/zip.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly icon?: string;
  readonly type: string;
  readonly contributes: unknown;
}

/** Every string under `value` that is a path inside the package. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [value.slice(2)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pathsIn);
}

/** What a built module names of its own package: static and late imports, as written by the bundler. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map((match) => match[1] ?? '');
}

describe('extension package', function () {
  this.timeout(120_000);
  let files: ReadonlyMap<string, Buffer>;
  let manifest: Manifest;

  before(() => {
    files = readZip(readFileSync(packages().extension));
    manifest = JSON.parse(files.get('extension/package.json')?.toString('utf8') ?? 'null') as Manifest;
  });

  it('has a manifest that knows nothing of how it was built', () => {
    assert.equal(manifest.name, 'promptopt');
    assert.equal(manifest.version, packages().version);
    assert.equal(manifest.type, 'module');
    for (const key of ['scripts', 'devDependencies', 'dependencies', 'private', 'bin', 'exports', 'files']) {
      assert.ok(!(key in manifest), `The manifest should not carry "${key}".`);
    }
  });

  it('carries its entry, its icon and every file it contributes', () => {
    const named = [manifest.main, ...(manifest.icon === undefined ? [] : [manifest.icon])].map((path) =>
      path.replace(/^\.\//, ''),
    );
    const contributed = pathsIn(manifest.contributes);
    assert.ok(contributed.length > 0, 'The manifest should contribute files.');
    for (const path of [...named, ...contributed]) {
      assert.ok(files.has(`extension/${path}`), `${path} is named by the manifest and not in the package.`);
    }
  });

  it('carries the workers, the page and the licences', () => {
    const needed = [
      ...['store', 'sandbox', 'tokenizer', 'lint'].map((name) => `dist/extension/${name}-worker.js`),
      'dist/webview/run-panel.js',
      'dist/webview/run-panel.css',
      'dist/webview/codicon.css',
      'dist/webview/codicon.ttf',
      'readme.md',
      'changelog.md',
      'LICENSE.txt',
      'THIRD-PARTY-NOTICES.txt',
    ];
    for (const path of needed) assert.ok(files.has(`extension/${path}`), `${path} is missing.`);
    const notices = files.get('extension/THIRD-PARTY-NOTICES.txt')?.toString('utf8') ?? '';
    for (const name of [
      'yaml',
      'zod',
      'openai',
      '@anthropic-ai/sdk',
      'ollama',
      '@huggingface/inference',
      'preact',
      'chart.js',
      '@vscode/codicons',
    ]) {
      assert.ok(notices.includes(`\n${name} `), `The licence of ${name} is missing.`);
    }
  });

  it('names no chunk that is not there', () => {
    let seen = 0;
    for (const [path, content] of files) {
      if (!path.startsWith('extension/dist/extension/') || !path.endsWith('.js')) continue;
      for (const name of importsOf(content.toString('utf8'))) {
        seen += 1;
        const target = posix.join(posix.dirname(path), name);
        assert.ok(files.has(target), `${path} imports ${name}, which is not in the package.`);
      }
    }
    assert.ok(seen > 5, 'The entry should share chunks with its workers.');
  });

  it('holds nothing else', () => {
    const own = new Set(['extension.vsixmanifest', '[Content_Types].xml']);
    const allowed = readFileSync(join(root, '.vscodeignore'), 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1).toLowerCase());
    const isAllowed = (path: string): boolean =>
      allowed.some((rule) => (rule.endsWith('/**') ? path.startsWith(rule.slice(0, -2)) : path === rule));
    const strangers = [...files.keys()].filter((path) => {
      if (own.has(path)) return false;
      const inside = path.replace(/^extension\//, '').toLowerCase();
      // The packager renames LICENSE.
      return !isAllowed(inside === 'license.txt' ? 'license' : inside) || /\.(map|ts|tsx|prompt\.yaml)$/.test(inside);
    });
    assert.deepEqual(strangers, []);
  });
});
