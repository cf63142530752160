/** What follows a run's end, fresh or resumed: the result, the diff, the report, the file. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { PromptOptError, isPromptOptError } from '../engine/index.ts';
import type { Engine, OptimizationResult, ResultsStore } from '../engine/index.ts';
import { endedByLimit } from '../protocol/advice.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { OutputOptions } from './options.ts';
import { unifiedDiff } from './show-diff.ts';
import { resultText } from './show-result.ts';

export interface FinishOptions extends OutputOptions {
  readonly write?: boolean;
  /** A file, or true for the usual place; absent likewise. */
  readonly report?: string | boolean;
}

/** The report's file, written. By default in the store's own folder, where nothing is committed. */
export async function writeReport(
  engine: Engine,
  store: ResultsStore,
  runId: string,
  { folder }: CommandContext,
  wanted: string | boolean | undefined,
): Promise<string> {
  const path =
    typeof wanted === 'string'
      ? resolve(folder, wanted)
      : join(dirname(store.location.path), 'exports', `${runId}.html`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await engine.report(store, runId));
  } catch (cause) {
    if (isPromptOptError(cause)) throw cause;
    throw new PromptOptError('store', `The report cannot be written to ${path}.`, {
      remedy: `The run is kept; write the report elsewhere with \`promptopt runs show ${runId} --report FILE\`.`,
      cause,
    });
  }
  return path;
}

export interface Finished {
  readonly result: OptimizationResult;
  readonly specPath: string;
  /** The file's text as the run read it. */
  readonly specText: string;
}

/**
 * Writes the better prompt into the file, unless the file has changed since. Returns what it did as a sentence.
 * @throws PromptOptError `spec` when the file is no longer what the run read, or cannot be written.
 */
export async function writeSpec({ result, specPath, specText }: Finished, engine: Engine): Promise<string> {
  if (result.chosen.hash === result.original.hash) {
    return 'Nothing was written: there is no better prompt to write.';
  }
  const now = await readFile(specPath, 'utf8').catch(() => null);
  if (now !== specText) {
    throw new PromptOptError(
      'spec',
      `${specPath} is ${now === null ? 'gone' : 'not what it was when the run began'} and is left as it is.`,
      {
        remedy: 'Take the change from the diff by hand, or optimize again.',
        file: specPath,
      },
    );
  }
  try {
    await writeFile(specPath, engine.writeBack(specText, specPath, result.chosen));
  } catch (cause) {
    if (isPromptOptError(cause)) throw cause;
    throw new PromptOptError('spec', `${specPath} cannot be written.`, {
      remedy: `Check its rights, then \`promptopt runs show ${result.runId} --write\`.`,
      file: specPath,
      cause,
    });
  }
  return `Written to ${specPath}.`;
}

export async function finishRun(
  finished: Finished,
  engine: Engine,
  store: ResultsStore,
  context: CommandContext,
  options: FinishOptions,
): Promise<void> {
  const { result, specPath, specText } = finished;
  const { terminal, folder } = context;
  if (result.verdict === null) context.exit(EXIT.budget);
  const changed = result.chosen.hash !== result.original.hash;
  const after = changed ? engine.writeBack(specText, specPath, result.chosen) : specText;
  const report = await writeReport(engine, store, result.runId, context, options.report);
  const written = options.write === true ? await writeSpec(finished, engine) : null;
  const shown = relative(folder, specPath) || specPath;

  if (options.json === true) {
    terminal.out(JSON.stringify(result, null, 2));
    if (written !== null) terminal.err(written);
    return;
  }
  const colours = terminal.outColours;
  terminal.out(`\n${resultText(result, colours)}`);
  if (changed) terminal.out(`\n${unifiedDiff(specText, after, shown, colours)}`);
  terminal.out(`\n${colours.dim('Report')}  ${report}`);
  if (written !== null) terminal.out(written);
  const command = context.env['PROMPTOPT_COMMAND'] ?? 'promptopt';
  const where = isBelow(folder, dirname(dirname(store.location.path))) ? '' : ` --in ${shown}`;
  terminal.out(`${colours.dim('Next')}    ${nextStep(finished, shown, written !== null, command, where)}`);
  if (endedByLimit(result.stopReason)) {
    terminal.out(
      `${colours.dim('Or')}      ${command} runs resume ${result.runId}${where}${largerLimit(result)}  (goes on with a larger limit, buying nothing twice)`,
    );
  }
}

/** Whether `runs` finds the results of `home` from this folder without being told where they are. */
function isBelow(folder: string, home: string): boolean {
  const way = relative(home, folder);
  return !way.startsWith('..') && !isAbsolute(way);
}

/** Twice the limit that ended the run, as an option. */
function largerLimit({ limits, stopReason }: OptimizationResult): string {
  const { usd, calls, tokens, minutes } = limits;
  if (stopReason === 'budget-usd' && usd !== undefined) return ` --budget-usd ${2 * usd}`;
  if (stopReason === 'budget-tokens' && tokens !== undefined) return ` --budget-tokens ${2 * tokens}`;
  if (stopReason === 'budget-minutes' && minutes !== undefined) return ` --minutes ${2 * minutes}`;
  return calls === undefined ? ' --budget-usd N' : ` --budget-calls ${2 * calls}`;
}

function nextStep({ result }: Finished, file: string, written: boolean, command: string, where: string): string {
  const show = `${command} runs show ${result.runId}${where}`;
  if (written || result.chosen.hash === result.original.hash) return `${show}  (every candidate)`;
  return `${show} --write  (puts the better prompt into ${file})`;
}
