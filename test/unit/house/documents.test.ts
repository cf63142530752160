/** What the documents name is there: paths, scripts, links and pictures. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

/** Folders whose files a document may name by their path from the root. */
const NAMED_FOLDERS = 'src|test|scripts|docs|webview-ui|examples|bench|schemas|syntaxes|media|\\.github';

function documents(): string[] {
  const inRoot = readdirSync(root).filter((name) => name.endsWith('.md'));
  const docs = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => join('docs', name))
    : [];
  return [...inRoot, ...docs];
}

describe('documents', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };

  for (const document of documents()) {
    const text = readFileSync(join(root, document), 'utf8');

    it(`${document} names paths that exist`, () => {
      for (const [, path = ''] of text.matchAll(new RegExp(`\`((?:${NAMED_FOLDERS})/[\\w./-]*)\``, 'g'))) {
        assert.ok(existsSync(join(root, path)), `${document} names ${path}, which does not exist.`);
      }
    });

    it(`${document} links to files that exist`, () => {
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const path = relative(root, join(root, dirname(document), target));
        assert.ok(existsSync(join(root, path)), `${document} links to ${target}, which does not exist.`);
      }
    });

    it(`${document} names scripts that exist`, () => {
      for (const [, name = ''] of text.matchAll(/\bnpm run ([\w:-]+)/g)) {
        assert.ok(name in scripts, `${document} names npm run ${name}, which does not exist.`);
      }
    });
  }
});
