/** What may and may not get into a bundle. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForNode } from '../../../scripts/build/bundle.mjs';
import { nodeProducts } from '../../../scripts/build/products.mjs';
import type { NodeProduct } from '../../../scripts/build/products.mjs';

const root = join(import.meta.dirname, '..', '..', '..');

const product = (name: string): NodeProduct => {
  const found = nodeProducts.find((one) => one.name === name);
  assert.ok(found !== undefined);
  return found;
};

describe('build', function () {
  this.timeout(60_000);
  let folder = '';

  /** Bundles one file as the entry of a product. */
  const bundle = (name: string, source: string): ReturnType<typeof bundleForNode> => {
    mkdirSync(join(folder, 'src'), { recursive: true });
    writeFileSync(join(folder, 'src', 'main.ts'), source);
    return bundleForNode({ ...product(name), entries: { main: 'src/main.ts' } }, { base: folder, dev: false });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes Node’s own modules', async () => {
    assert.notEqual(await bundle('cli', "import { join } from 'node:path';\nconsole.log(join('a', 'b'));\n"), null);
  });

  it('takes vscode into the extension and nowhere else', async () => {
    const source = "import { window } from 'vscode';\nexport const planted = window;\n";
    assert.notEqual(await bundle('extension', source), null);
    await assert.rejects(bundle('cli', source), /vscode/);
  });

  it('refuses vscode that is loaded late or by a require made by hand', async () => {
    await assert.rejects(bundle('cli', "export const planted = () => import('vscode');\n"), /vscode/);
    await assert.rejects(
      bundle(
        'cli',
        "import { createRequire } from 'node:module';\nexport const planted: unknown = createRequire(import.meta.url)('vscode');\n",
      ),
      /require made by hand/,
    );
  });

  it('refuses a package that would have to be installed beside it', async () => {
    await assert.rejects(bundle('cli', "import 'not-installed-anywhere';\n"), /not-installed-anywhere/);
  });

  it('keeps the tokenizer’s data in its own thread, and the SDKs out of what starts first', async () => {
    for (const name of ['cli', 'extension']) {
      const result = await bundleForNode(product(name), { base: root, dev: false });
      const outputs = result?.metafile?.outputs ?? {};
      const holders = (part: string): string[] =>
        Object.entries(outputs)
          .filter(([, { inputs }]) => Object.keys(inputs).some((input) => input.includes(part)))
          .map(([file]) => file);
      assert.deepEqual(
        holders('node_modules/gpt-tokenizer/').map((file) => file.split('/').at(-1)),
        ['tokenizer-worker.js'],
      );
      /** Files that are read when an entry starts: the entry and what it imports at once. */
      const startsWith = (entry: string, seen = new Set<string>()): Set<string> => {
        if (seen.has(entry)) return seen;
        seen.add(entry);
        for (const { path, kind } of outputs[entry]?.imports ?? []) {
          if (kind === 'import-statement' && path in outputs) startsWith(path, seen);
        }
        return seen;
      };
      const first = startsWith(`${product(name).folder}/${name}.js`);
      assert.ok(first.size > 1);
      const sdks = ['openai', '@anthropic-ai/sdk', 'ollama', '@huggingface/inference'].map(
        (sdk) => `node_modules/${sdk}/`,
      );
      for (const part of [...sdks, 'genai-prices', 'quickjs']) {
        const late = holders(part);
        assert.ok(late.length > 0, `${part} should be in the ${name} bundle.`);
        for (const file of late) assert.ok(!first.has(file), `${part} is loaded when ${name} starts, in ${file}.`);
      }
    }
  });
});
