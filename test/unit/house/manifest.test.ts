/** The manifest says what the code does: paths that exist, and every command, setting and context key in both. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeProducts, webviewEntries, webviewFolder } from '../../../scripts/build/products.mjs';
import { ENGINE_VERSION } from '../../../src/engine/version.ts';
import {
  LANGUAGE_ID,
  RESULT_SCHEME,
  RUN_PANEL,
  commands,
  contextKeys,
  settings,
} from '../../../src/extension/contributions.ts';
import type { CommandContribution } from '../../../src/extension/contributions.ts';

const root = join(import.meta.dirname, '..', '..', '..');

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly icon?: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly languages: readonly { readonly id: string }[];
    readonly commands: readonly (CommandContribution & { readonly command: string; readonly category: string })[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pathsIn);
}

/** Files that a build makes, each from a source that exists. */
function builtFiles(): ReadonlySet<string> {
  const built = nodeProducts.flatMap(({ folder, entries }) =>
    Object.entries(entries)
      .filter(([, source]) => existsSync(join(root, source)))
      .map(([name]) => `./${folder}/${name}.js`),
  );
  return new Set([...built, ...Object.keys(webviewEntries()).map((name) => `./${webviewFolder}/${name}.js`)]);
}

/** Every clause of the manifest that says when something shows. */
function whenClauses(): string[] {
  const { menus, commands: contributed } = manifest.contributes;
  return [
    ...Object.values(menus).flatMap((items) => items.map(({ when }) => when ?? '')),
    ...contributed.map(({ enablement }) => enablement ?? ''),
  ];
}

describe('manifest', () => {
  it('names only files that exist or are built', () => {
    const built = builtFiles();
    const named = [manifest.main, ...(manifest.icon === undefined ? [] : [`./${manifest.icon}`])];
    for (const path of [...named, ...pathsIn(manifest.contributes)]) {
      assert.ok(built.has(path) || existsSync(join(root, path)), `${path} does not exist and is not built.`);
    }
  });

  it('has scripts that exist', () => {
    for (const [name, script] of Object.entries(manifest.scripts)) {
      const [program = '', path = ''] = script.split(' ');
      if (program === 'node')
        assert.ok(existsSync(join(root, path)), `npm run ${name} starts ${path}, which is not there.`);
      else assert.ok(existsSync(join(root, 'node_modules', '.bin', program)), `npm run ${name} needs ${program}.`);
    }
  });

  it('pins every dependency to one version', () => {
    for (const [name, version] of Object.entries(manifest.devDependencies)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is asked for as "${version}".`);
    }
  });

  it('has the version the engine says it has', () => {
    assert.equal(manifest.version, ENGINE_VERSION);
  });

  it('contributes the commands of the table, and no others', () => {
    const palette = new Map(
      (manifest.contributes.menus['commandPalette'] ?? []).map((item) => [item.command, item.when]),
    );
    const contributed = manifest.contributes.commands.map(({ command, title, icon, enablement }) => ({
      command,
      title,
      icon,
      enablement,
      palette: palette.get(command),
    }));
    const known = Object.entries<CommandContribution>(commands).map(([command, one]) => ({
      command,
      title: one.title,
      icon: one.icon,
      enablement: one.enablement,
      palette: one.palette,
    }));
    assert.deepEqual(contributed, known);
    assert.ok(manifest.contributes.commands.every(({ category }) => category === 'Prompt Optimizer'));
  });

  it('puts only its own commands into menus', () => {
    for (const [menu, items] of Object.entries(manifest.contributes.menus)) {
      for (const { command } of items) assert.ok(command in commands, `${menu} names ${command}.`);
    }
  });

  it('contributes the settings of the table with their defaults, and no others', () => {
    const contributed = Object.entries(manifest.contributes.configuration.properties);
    assert.deepEqual(Object.fromEntries(contributed.map(([name, { default: value }]) => [name, value])), settings);
  });

  it('asks for the context keys the extension sets, and for no others', () => {
    const asked = whenClauses().flatMap((clause) => clause.match(/\bpromptopt\.[\w.]+/g) ?? []);
    assert.deepEqual([...new Set(asked)].sort(), [...contextKeys].sort());
  });

  it('knows the language, the scheme and the panel by the same names', () => {
    assert.ok(manifest.contributes.languages.some(({ id }) => id === LANGUAGE_ID));
    for (const clause of whenClauses()) {
      for (const [, key = '', value = ''] of clause.matchAll(/(\w+) == ([\w-]+)/g)) {
        if (key.endsWith('LangId')) assert.equal(value, LANGUAGE_ID);
        if (key === 'resourceScheme')
          assert.ok([RESULT_SCHEME, 'file'].includes(value), `${value} is no scheme of ours.`);
      }
    }
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${RUN_PANEL}`));
  });

  it('does not start with VS Code', () => {
    for (const event of manifest.activationEvents) assert.ok(!['*', 'onStartupFinished'].includes(event), event);
  });
});
