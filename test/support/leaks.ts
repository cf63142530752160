/** Looks for a secret wherever a run can have left it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inflateRawSync } from 'node:zlib';

/** A secret as it is, and as texts carry it through URLs, headers and attachments. */
const formsOf = (secret: string): string[] => [
  ...new Set([
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
  ]),
];

export const holds = (bytes: Buffer | string, secret: string): boolean =>
  formsOf(secret).some((form) => bytes.includes(form));

function plainOf(value: unknown): string {
  if (!(value instanceof Uint8Array)) return typeof value === 'string' ? value : JSON.stringify(value ?? null);
  const raw = Buffer.from(value);
  try {
    // Longer bodies are kept deflated, after a byte that says so.
    return `${raw.toString('latin1')}\n${inflateRawSync(raw.subarray(1)).toString()}`;
  } catch {
    return raw.toString('latin1');
  }
}

/** Every cell of every table, by table. */
function* cellsOf(path: string): Generator<[table: string, text: string]> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
    for (const { name } of tables as { readonly name: string }[]) {
      for (const row of database.prepare(`SELECT * FROM "${name}"`).all())
        for (const value of Object.values(row)) yield [name, plainOf(value)];
    }
  } finally {
    database.close();
  }
}

/** The files below a folder, and the tables in its stores, that hold a secret. */
export function placesOf(secret: string, folder: string): string[] {
  const places = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const shown = relative(folder, path);
    if (holds(readFileSync(path), secret) || holds(shown, secret)) places.add(shown);
    if (!entry.name.endsWith('.db')) continue;
    for (const [table, text] of cellsOf(path)) if (holds(text, secret)) places.add(`${shown}: ${table}`);
  }
  return [...places];
}
