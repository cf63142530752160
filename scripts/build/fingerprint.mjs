/** Whether what is built is what the sources say. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A hash of the content and place of every file under the given paths, the same on every machine. */
export function fingerprint(base, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(base, path))) {
      const content = readFileSync(file);
      hash.update(`${relative(base, file).split(sep).join('/')}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** The names of the files of the last build when it had this key and all of them are there, else null. */
export function builtBefore(base, stampPath, key) {
  if (!existsSync(stampPath)) return null;
  let stamp;
  try {
    stamp = JSON.parse(readFileSync(stampPath, 'utf8'));
  } catch {
    return null;
  }
  if (stamp.key !== key) return null;
  return stamp.files.every((file) => existsSync(join(base, file))) ? stamp.files : null;
}
