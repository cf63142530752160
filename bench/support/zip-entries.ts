/** The table of contents of a zip file: its central directory (APPNOTE.TXT, 4.3.12 and 4.3.16). Zip64 is not read. */

export interface ZipEntry {
  readonly path: string;
  /** Bytes in the archive. */
  readonly packed: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** @throws when `file` is no zip file. */
export function readZipEntries(file: Buffer): ZipEntry[] {
  let end = file.length - 22;
  while (end >= 0 && file.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error('This is no zip file.');
  const count = file.readUInt16LE(end + 10);
  let at = file.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    if (file.readUInt32LE(at) !== ENTRY) throw new Error('The table of contents of this zip file is damaged.');
    const packed = file.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const path = file.toString('utf8', at + 46, at + 46 + name);
    at += 46 + name + extra + comment;
    return { path, packed };
  });
}
