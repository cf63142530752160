/** The floors of the house hold: every way past them is tried in a copy, and each is refused by its rule. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

interface Plant {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

const plants: readonly Plant[] = [
  {
    what: 'a value from a higher floor',
    file: 'src/engine/data/planted-value.ts',
    text: "import { optimizers } from '../optimizers/table.ts';\nexport const planted = optimizers;\n",
    rule: 'floor-data',
  },
  {
    what: 'a type from a higher floor',
    file: 'src/engine/models/planted-type.ts',
    text: "import type { Optimizer } from '../optimizers/optimizer.ts';\nexport type Planted = Optimizer;\n",
    rule: 'floor-models',
  },
  {
    what: 'a type from a higher floor, written in place',
    file: 'src/engine/evaluation/planted-in-place.ts',
    text: "export type Planted = import('../optimizers/optimizer.ts').Optimizer;\n",
    rule: 'floor-evaluation',
  },
  {
    what: 'a higher floor loaded late',
    file: 'src/engine/optimizers/planted-late.ts',
    text: "export const planted = () => import('../experiments/run.ts');\n",
    rule: 'floor-optimizers',
  },
  {
    what: 'a room without a floor',
    file: 'src/engine/experiments/planted-room.ts',
    text: "import { planted } from '../cellar/planted.ts';\nexport const room = planted;\n",
    rule: 'known-room',
  },
  {
    what: 'another room from spec',
    file: 'src/engine/spec/planted-room.ts',
    text: "import { mean } from '../statistics/descriptive.ts';\nexport const planted = mean;\n",
    rule: 'spec-imports-protocol-only',
  },
  {
    what: 'a package from statistics',
    file: 'src/engine/statistics/planted-package.ts',
    text: "import * as z from 'zod';\nexport const planted = z;\n",
    rule: 'statistics-are-pure',
  },
  {
    what: 'a package from protocol',
    file: 'src/protocol/planted-package.ts',
    text: "import type { ZodType } from 'zod';\nexport type Planted = ZodType;\n",
    rule: 'protocol-imports-nothing',
  },
  {
    what: "Node's own module from protocol",
    file: 'src/protocol/planted-core.ts',
    text: "import { join } from 'node:path';\nexport const planted = join;\n",
    rule: 'protocol-imports-nothing',
  },
  {
    what: 'the engine from a room',
    file: 'src/engine/experiments/planted-engine.ts',
    text: "import type { Engine } from '../engine.ts';\nexport type Planted = Engine;\n",
    rule: 'rooms-know-no-engine',
  },
  {
    what: 'a product from the engine',
    file: 'src/engine/experiments/planted-product.ts',
    text: "import { planted } from '../../cli/planted-back-door.ts';\nexport const product = planted;\n",
    rule: 'engine-knows-no-product',
  },
  {
    what: 'a room from a product, past the door',
    file: 'src/cli/planted-back-door.ts',
    text: "import type { Store } from '../engine/experiments/store.ts';\nexport type Planted = Store;\nexport const planted = 1;\n",
    rule: 'one-door',
  },
  {
    what: 'one product from the other',
    file: 'src/cli/planted-neighbour.ts',
    text: "import { planted } from '../extension/planted-neighbour.ts';\nexport const neighbour = planted;\n",
    rule: 'products-apart',
  },
  {
    what: 'the engine from a page',
    file: 'webview-ui/planted-page.ts',
    text: "import type { Engine } from '../src/engine/index.ts';\nexport type Planted = Engine;\n",
    rule: 'pages-speak-protocol',
  },
  {
    what: 'Node from a page',
    file: 'webview-ui/planted-node.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
    rule: 'pages-know-no-node',
  },
  {
    what: 'vscode',
    file: 'src/engine/data/planted-vscode.ts',
    text: "import { window } from 'vscode';\nexport const planted = window;\n",
    rule: 'vscode-in-extension-only',
  },
  {
    what: "vscode's types",
    file: 'src/engine/data/planted-vscode-type.ts',
    text: "import type { Uri } from 'vscode';\nexport type Planted = Uri;\n",
    rule: 'vscode-in-extension-only',
  },
  {
    what: "vscode's types, written in place",
    file: 'src/cli/planted-vscode-in-place.ts',
    text: "export type Planted = import('vscode').Uri;\n",
    rule: 'vscode-in-extension-only',
  },
  {
    what: 'vscode by a require made by hand',
    file: 'src/engine/data/planted-require.ts',
    text: "import { createRequire } from 'node:module';\nexport const planted = createRequire(import.meta.url)('vscode') as unknown;\n",
    rule: 'no-require',
  },
  {
    what: 'a circle of two files',
    file: 'src/engine/data/planted-circle.ts',
    text: "import type { Back } from './planted-back.ts';\nexport type Forth = Back | null;\n",
    rule: 'no-cycle',
  },
  {
    what: 'a file that is not there',
    file: 'src/engine/data/planted-nowhere.ts',
    text: "import { nowhere } from './nowhere.ts';\nexport const planted = nowhere;\n",
    rule: 'resolvable',
  },
];

/** What the plants lean on, themselves allowed or not looked at. */
const props: Readonly<Record<string, string>> = {
  'src/engine/cellar/planted.ts': 'export const planted = 1;\n',
  'src/engine/data/planted-back.ts':
    "import type { Forth } from './planted-circle.ts';\nexport type Back = Forth | undefined;\n",
  'src/extension/planted-neighbour.ts': 'export const planted = 1;\n',
};

interface Report {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
      readonly cycle?: readonly { readonly name: string }[];
    }[];
  };
}

describe('boundaries', function () {
  this.timeout(60_000);
  let folder: string;
  let report: Report;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
    for (const name of [
      'src',
      'webview-ui',
      '.dependency-cruiser.mjs',
      'tsconfig.json',
      'tsconfig.base.json',
      'package.json',
    ]) {
      if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [file, text] of [
      ...plants.map((plant) => [plant.file, plant.text] as const),
      ...Object.entries(props),
    ]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src', 'webview-ui'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    assert.notEqual(stdout, '', stderr);
    report = JSON.parse(stdout) as Report;
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { what, file, rule } of plants) {
    it(`refuses ${what}`, () => {
      const broken = report.summary.violations
        .filter(({ from, cycle }) => from === file || cycle?.some((member) => member.name === file) === true)
        .map((violation) => violation.rule.name);
      assert.ok(broken.includes(rule), `${file} should break ${rule}; it breaks ${broken.join(', ') || 'nothing'}.`);
    });
  }

  it('finds nothing in the house itself', () => {
    const planted = new Set([...plants.map((plant) => plant.file), ...Object.keys(props)]);
    const own = report.summary.violations.filter(({ from }) => !planted.has(from));
    assert.deepEqual(
      own.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`),
      [],
    );
  });
});
