/** The licences of what is bundled, as they ask for: read from the bundles' own lists of inputs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/** Folders of the packages a bundle took code from, outermost `node_modules` first. */
function packagesOf(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? [];
      if (folder !== undefined) folders.add(folder);
    }
  }
  return [...folders].sort();
}

/** @throws Error naming a package that ships without any licence. */
export function thirdPartyNotices(base, metafiles, extraFolders = []) {
  const parts = [...new Set([...packagesOf(metafiles), ...extraFolders])].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(base, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(join(base, folder))
      .filter((file) => LICENCE_FILE.test(file))
      .sort()
      .map((file) => readFileSync(join(base, folder, file), 'utf8').trim());
    if (texts.length === 0 && license === undefined)
      throw new Error(`${name} names no licence and may not be shipped.`);
    return [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n');
  });
  const line = '-'.repeat(80);
  return [`This product contains code of the packages below.`, ...parts].join(`\n\n${line}\n\n`) + '\n';
}
