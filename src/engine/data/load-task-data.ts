/** Everything a spec names as data, read, checked and divided. */
import { dirname, resolve } from 'node:path';
import type { SplitName } from '../../protocol/events.ts';
import type { RawRow, TaskSpec } from '../spec/task-spec.ts';
import type { Example, Splits } from './example.ts';
import { isProblem, toExample } from './examples.ts';
import { readRows } from './rows.ts';
import type { DataProblem } from './rows.ts';
import { DEFAULT_SHARES, splitOneSet, splitsAsGiven } from './splits.ts';

/** Reads a file as UTF-8. @throws when it cannot be read. */
export type ReadText = (path: string) => Promise<string>;

export interface TaskData {
  readonly splits: Splits;
  readonly problems: readonly DataProblem[];
}

/** Never throws: a file that cannot be read is a problem like any other. */
export async function loadTaskData(spec: TaskSpec, specPath: string, readText: ReadText): Promise<TaskData> {
  const problems: DataProblem[] = [];
  const examplesOf = (rows: readonly RawRow[]): Example[] =>
    rows.flatMap((row) => {
      const example = toExample(spec, row);
      if (!isProblem(example)) return [example];
      problems.push(example);
      return [];
    });
  const load = async (path: string | undefined): Promise<Example[]> => {
    if (path === undefined) return [];
    try {
      const read = readRows(await readText(resolve(dirname(specPath), path)), path);
      problems.push(...read.problems);
      return examplesOf(read.rows);
    } catch {
      problems.push({
        file: path,
        line: 1,
        message: `The data file "${path}" cannot be read. Check the path; it is relative to the spec.`,
      });
      return [];
    }
  };
  const { data } = spec;
  const inline = examplesOf(spec.testData);
  if (
    data === null ||
    (data.file === undefined && data.train === undefined && data.validation === undefined && data.test === undefined)
  ) {
    return { splits: splitOneSet(inline, { ...DEFAULT_SHARES, seed: spec.optimize.seed }), problems };
  }
  if (data.file !== undefined) {
    return { splits: splitOneSet([...(await load(data.file)), ...inline], data.split ?? DEFAULT_SHARES), problems };
  }
  const given: Record<SplitName, Example[]> = {
    train: await load(data.train),
    validation: await load(data.validation),
    test: await load(data.test),
  };
  if (given.validation.length === 0 || given.train.length === 0) {
    // Only some splits are named: what is not test is divided between train and validation.
    const pool = splitOneSet([...given.train, ...given.validation, ...inline], {
      train: 0.5,
      validation: 0.5,
      test: 0,
      seed: data.split?.seed ?? 0,
    });
    const splits = splitsAsGiven({ train: pool.train, validation: pool.validation, test: given.test });
    return {
      splits: given.test.length > 0 ? splits : { ...splits, notes: [...splits.notes, ...pool.notes] },
      problems,
    };
  }
  // Rows inside the file join the training rows.
  return { splits: splitsAsGiven({ ...given, train: [...given.train, ...inline] }), problems };
}
