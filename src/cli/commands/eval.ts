/** `promptopt eval`: how well the prompt does as it stands. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Option } from 'commander';
import { EMBEDDED_NOTICE, batchLine, count, counted, estimate, percent, score, spend } from '../../protocol/wording.ts';
import { PromptOptError, junitReport } from '../../engine/index.ts';
import type { EvaluateOptions, EvaluatedRow, EvaluationReport, EvaluationSplit } from '../../engine/index.ts';
import { confirmCost } from '../ask.ts';
import { columns } from '../columns.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import {
  addBatchOption,
  addCallOptions,
  addLimitOptions,
  addOutputOptions,
  limitsFrom,
  settingsFrom,
  share,
  wholeAboveZero,
} from '../options.ts';
import type { BatchOption, CallOptions, LimitOptions, OutputOptions } from '../options.ts';
import { createRowProgress } from '../row-progress.ts';
import { evaluationPlanText, modelLine } from '../show-plan.ts';
import type { Colours } from '../terminal.ts';

interface EvalOptions extends OutputOptions, LimitOptions, CallOptions, BatchOption {
  readonly model?: string;
  readonly split?: EvaluationSplit;
  readonly repeat: number;
  readonly failUnder?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly junit?: string;
}

/** Rows shown of those that did worst. */
const WORST_ROWS = 10;

/** A row passes in the JUnit report with at least this score, unless `--fail-under` says otherwise. */
const DEFAULT_BAR = 0.5;

const whyOf = (row: EvaluatedRow): string =>
  [...row.failedConstraints.map(({ name, reason }) => `${name}: ${reason}`), row.feedback]
    .filter((text) => text !== '')
    .join('; ');

function reportText(report: EvaluationReport, colours: Colours): string {
  const { dim, bold } = colours;
  const lines: (readonly [string, string])[] = [
    ['Score', bold(estimate(report.estimate))],
    ...Object.entries(report.corpus).map(([name, value]) => [name, estimate(value)] as const),
    ['Rows', `${report.split}${report.repeat > 1 ? `, each asked ${report.repeat} times` : ''}`],
    ...(report.unparsed === 0
      ? []
      : [['Unread', `${count(report.unparsed)} of the replies could not be read and scored 0`] as const]),
    ...(report.truncated === 0
      ? []
      : [['Cut', `${count(report.truncated)} of the replies were cut by the reply limit`] as const]),
    ['Spent', spend(report.spent)],
    ['Paid', spend(report.paid)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const blocks = [lines.map(([name, text]) => `${dim(name.padEnd(width))}  ${text}`).join('\n')];
  blocks.push(
    columns(
      report.constraints,
      [
        { title: 'constraint', text: ({ name }) => name, width: 40 },
        { title: 'kept', text: ({ passed, rows }) => percent(passed / Math.max(1, rows)), align: 'right' },
        { title: 'rows', text: ({ passed, rows }) => `${passed} of ${rows}`, align: 'right' },
      ],
      dim,
    ),
  );
  const worst = report.rows.filter((row) => row.score < 1).sort((a, b) => a.score - b.score);
  if (worst.length > 0) {
    blocks.push(
      columns(
        worst.slice(0, WORST_ROWS),
        [
          { title: 'score', text: (row) => score(row.score), align: 'right' },
          { title: 'row', text: (row) => `${row.source.file}:${row.source.line}` },
          { title: 'id', text: (row) => row.id.slice(0, 8) },
          { title: 'why', text: whyOf, width: 90 },
        ],
        dim,
      ),
    );
    if (worst.length > WORST_ROWS) {
      blocks.push(dim(`${counted(worst.length - WORST_ROWS, 'further row')} below 1; all with --json.`));
    }
  }
  if (report.notes.length > 0) blocks.push(report.notes.join('\n'));
  return blocks.filter((block) => block !== '').join('\n\n');
}

async function writeJUnit(report: EvaluationReport, path: string, bar: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, junitReport(report, { bar }));
  } catch (cause) {
    throw new PromptOptError('usage', `The JUnit report cannot be written to ${path}.`, {
      remedy: 'Check the path and its rights.',
      cause,
    });
  }
}

async function evaluate(path: string, options: EvalOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const engine = context.engine(settingsFrom(options));
  const task = await engine.openTask(path);
  const asked: EvaluateOptions = {
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.split === undefined ? {} : { split: options.split }),
    repeat: options.repeat,
    batch: options.batch === true,
    limits: limitsFrom(options),
  };
  const plan = await engine.forecastEvaluation(task, asked);
  const beside = (text: string): void => {
    if (options.json === true) terminal.err(text);
    else terminal.out(text);
  };
  const planColours = options.json === true ? terminal.errColours : terminal.outColours;
  if (options.dryRun === true) {
    if (options.json === true) terminal.out(JSON.stringify(plan, null, 2));
    else {
      terminal.out(modelLine(plan.model, plan.model, plan.embedded));
      terminal.out(`\n${evaluationPlanText(plan, planColours)}\n\nNothing was sent. Leave out --dry-run to start.`);
    }
    return;
  }
  // What costs nothing needs no forecast.
  if (options.quiet !== true && plan.forecast.usd?.worst !== 0) beside(`${evaluationPlanText(plan, planColours)}\n`);
  if (!(await confirmCost(plan, context, options.yes === true))) {
    terminal.err('Nothing was sent.');
    context.exit(EXIT.interrupted);
    return;
  }
  const stopped = new AbortController();
  const progress = createRowProgress(terminal, options.quiet === true);
  let report: EvaluationReport;
  try {
    report = await context.interrupts.during(
      [
        () => {
          stopped.abort();
        },
      ],
      () =>
        engine.evaluate(task, {
          ...asked,
          onBatch: (told) => {
            if (options.quiet !== true) terminal.err(terminal.errColours.dim(batchLine(told)));
          },
          signal: stopped.signal,
          onRow: (done, of) => {
            progress.show(done, of);
          },
        }),
    );
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    throw new PromptOptError(
      'stopped',
      'Interrupted. Replies that were paid for are kept: the same command goes on from there.',
      {
        cause: error,
      },
    );
  } finally {
    progress.end();
  }
  if (options.junit !== undefined) {
    await writeJUnit(report, resolve(context.folder, options.junit), options.failUnder ?? DEFAULT_BAR);
  }
  if (options.json === true) {
    terminal.out(JSON.stringify(report, null, 2));
  } else {
    const colours = terminal.outColours;
    terminal.out(`${colours.bold(report.name)} on ${report.model}`);
    if (report.embedded) terminal.out(EMBEDDED_NOTICE);
    terminal.out(`\n${reportText(report, colours)}`);
  }
  if (options.failUnder !== undefined && report.estimate.mean < options.failUnder) {
    terminal.err(
      terminal.errColours.red(
        `The score ${score(report.estimate.mean)} is under the bar of ${score(options.failUnder)}.`,
      ),
    );
    context.exit(EXIT.found);
  }
}

export const evalCommand: CliCommand = (program, context) => {
  const command = program
    .command('eval')
    .summary('score the prompt as it stands')
    .description('Asks the model for every row and scores its replies. Nothing is changed.')
    .argument('<spec>', 'a *.prompt.yaml file')
    .option('--model <model>', 'target model, e.g. openai/gpt-4o-mini')
    .addOption(
      new Option('--split <name>', 'rows to ask (default: validation where there are data files, else all)').choices([
        'train',
        'validation',
        'test',
        'all',
      ]),
    )
    .option('--repeat <n>', 'ask each row n times', wholeAboveZero, 1)
    .option('--fail-under <score>', 'exit with 1 when the score is lower', share)
    .option('--dry-run', 'print the forecast and send nothing')
    .option('--yes', 'start without asking, whatever the forecast')
    .option('--junit <file>', 'also write JUnit XML; a row passes at --fail-under, else at 0.5');
  addLimitOptions(command);
  addCallOptions(command);
  addBatchOption(command);
  addOutputOptions(command);
  command.action(async (path: string, options: EvalOptions) => {
    await evaluate(path, options, context);
  });
};
