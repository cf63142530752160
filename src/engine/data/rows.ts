/** Reading data files into rows: JSONL, CSV, JSON and YAML, every bad row named with its line. */
import { parse as parseCsv } from 'csv-parse/sync';
import { LineCounter, isMap, isSeq, parseDocument } from 'yaml';
import type { RawRow } from '../spec/task-spec.ts';

/** A row or file that cannot be used. `line` is 1-based. */
export interface DataProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface RowsRead {
  readonly rows: readonly RawRow[];
  readonly problems: readonly DataProblem[];
}

type Values = Readonly<Record<string, unknown>>;

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Collects rows and problems of one file. */
function collector(file: string): {
  readonly add: (value: unknown, line: number) => void;
  readonly fail: (line: number, message: string) => void;
  readonly done: () => RowsRead;
} {
  const rows: RawRow[] = [];
  const problems: DataProblem[] = [];
  const fail = (line: number, message: string): void => {
    problems.push({ file, line, message });
  };
  return {
    fail,
    add(value, line) {
      if (isValues(value)) rows.push({ values: value, source: { file, line } });
      else fail(line, 'This row is not an object of named values.');
    },
    done: () => ({ rows, problems }),
  };
}

function readJsonl(text: string, file: string): RowsRead {
  const { add, fail, done } = collector(file);
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    try {
      add(JSON.parse(line), index + 1);
    } catch {
      // What the parser says quotes the line: row content has no place in a message.
      fail(index + 1, 'This line is not JSON.');
    }
  }
  return done();
}

/** A CSV cell named `expected` that holds a JSON object is a map by output. */
function csvValue(name: string, cell: string): unknown {
  if (name !== 'expected' || !cell.trimStart().startsWith('{')) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

function readCsv(text: string, file: string): RowsRead {
  const { add, fail, done } = collector(file);
  let header: string[] | null = null;
  try {
    const records = parseCsv(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    for (const { record, info } of records) {
      if (header === null) header = record.map((name) => name.trim());
      else if (record.length !== header.length)
        fail(info.lines, `This row has ${record.length} cells; the header has ${header.length}.`);
      else
        add(Object.fromEntries(header.map((name, index) => [name, csvValue(name, record[index] ?? '')])), info.lines);
    }
  } catch (error) {
    const line =
      typeof error === 'object' && error !== null && 'lines' in error && typeof error.lines === 'number'
        ? error.lines
        : 1;
    fail(line, 'The CSV cannot be read here. Check the quotes.');
  }
  return done();
}

/** JSON is YAML; one reader gives both their line numbers. */
function readYaml(text: string, file: string): RowsRead {
  const { add, fail, done } = collector(file);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  for (const error of document.errors) {
    const { line } = lineCounter.linePos(error.pos[0]);
    fail(line, `The file cannot be read here (${error.code.toLowerCase().replaceAll('_', ' ')}).`);
  }
  if (document.errors.length > 0) return done();
  try {
    const list = isMap(document.contents) ? document.get('testData', true) : document.contents;
    if (!isSeq(list)) fail(1, 'This file is not a list of rows.');
    else {
      for (const item of list.items) {
        const position =
          typeof item === 'object' && item !== null && 'range' in item
            ? (item.range as number[] | undefined)?.[0]
            : undefined;
        const value: unknown =
          typeof item === 'object' && item !== null && 'toJS' in item
            ? (item as { toJS(of: unknown): unknown }).toJS(document)
            : item;
        add(value, lineCounter.linePos(position ?? 0).line);
      }
    }
  } catch {
    // An alias without its anchor, or aliases that expand without end.
    fail(1, 'The file cannot be read: one of its aliases cannot be resolved.');
  }
  return done();
}

/** Formats by file extension. A new one is a reader and a line here. */
const readers: Readonly<Record<string, (text: string, file: string) => RowsRead>> = {
  '.jsonl': readJsonl,
  '.ndjson': readJsonl,
  '.csv': readCsv,
  '.json': readYaml,
  '.yaml': readYaml,
  '.yml': readYaml,
};

export const dataExtensions: readonly string[] = Object.keys(readers);

/** Reads the rows of one file's text. Never throws: what cannot be read is a problem. */
export function readRows(text: string, file: string): RowsRead {
  const extension = /\.[^./\\]+$/.exec(file)?.[0].toLowerCase() ?? '';
  const reader = readers[extension];
  const problem = (message: string): RowsRead => ({ rows: [], problems: [{ file, line: 1, message }] });
  if (reader === undefined) return problem(`Data files are ${dataExtensions.join(', ')}; this is "${extension}".`);
  const clean = text.replace(/^\uFEFF/, '');
  if (clean.includes('\u0000') || clean.startsWith('\uFFFD'))
    return problem('The file is not UTF-8 text. Save it as UTF-8.');
  if (clean.trim() === '') return problem('The file is empty.');
  return reader(clean, file);
}
