/** `promptopt lint`: everything that is wrong with prompt files and their data. Sends nothing. */
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { Option } from 'commander';
import { counted } from '../../protocol/wording.ts';
import { sarifReport } from '../../engine/index.ts';
import type { Diagnostic, Engine, LintedFile, Severity, Task } from '../../engine/index.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { findSpecs } from '../find-specs.ts';
import type { Colours } from '../terminal.ts';

type Format = 'text' | 'json' | 'sarif' | 'github';

interface LintOptions {
  readonly format: Format;
  readonly json?: boolean;
}

/** How the data reader calls rows that stand in the spec itself: those the engine places by itself. */
const INLINE = 'testData';

/** Problems of data files, each in its own file. */
function fileProblems({ path, dataProblems }: Task): LintedFile[] {
  const elsewhere = dataProblems.filter(({ file }) => file !== INLINE);
  return elsewhere.map(({ file, line, message }) => {
    const place = { line: line - 1, character: 0 };
    const diagnostic: Diagnostic = {
      rule: 'bad-row',
      severity: 'error',
      message,
      span: { start: 0, end: 0 },
      range: { start: place, end: place },
    };
    return { file: resolve(dirname(path), file), diagnostics: [diagnostic] };
  });
}

/** One entry a file, in the order the files were met, each with its diagnostics by place. */
function gathered(all: readonly LintedFile[], folder: string): LintedFile[] {
  const files = new Map<string, Diagnostic[]>();
  for (const { file, diagnostics } of all) {
    const inside = relative(folder, file);
    const shown = inside.startsWith('..') || isAbsolute(inside) ? file : inside;
    files.set(shown, [...(files.get(shown) ?? []), ...diagnostics]);
  }
  return [...files].map(([file, diagnostics]) => ({
    file,
    diagnostics: diagnostics.toSorted(
      (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
    ),
  }));
}

const countOf = (files: readonly LintedFile[], severity: Severity): number =>
  files.reduce((sum, { diagnostics }) => sum + diagnostics.filter((one) => one.severity === severity).length, 0);

function textOf(files: readonly LintedFile[], colours: Colours): string {
  const paint = { error: colours.red, warning: colours.yellow, information: colours.cyan };
  const lines = files.flatMap(({ file, diagnostics }) =>
    diagnostics.map(({ range: { start }, severity, rule, message }) =>
      [
        `${file}:${start.line + 1}:${start.character + 1}`,
        paint[severity](severity),
        colours.dim(rule),
        message.replace(/\s+/g, ' '),
      ].join(' '),
    ),
  );
  const [errors, warnings] = [countOf(files, 'error'), countOf(files, 'warning')];
  const specs = counted(files.length, 'file');
  const sum =
    errors + warnings === 0
      ? `${specs}, no problems.`
      : `${specs}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`;
  return [...lines, sum].join('\n');
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'notice' };

/** GitHub's own escapes: a message is one line, a property holds no separator. */
const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const githubOf = (files: readonly LintedFile[]): string =>
  files
    .flatMap(({ file, diagnostics }) =>
      diagnostics.map(
        ({ severity, rule, message: text, range: { start, end } }) =>
          `::${LEVELS[severity]} file=${property(file)},line=${start.line + 1},endLine=${end.line + 1},col=${start.character + 1},title=${property(rule)}::${message(text)}`,
      ),
    )
    .join('\n');

const jsonOf = (files: readonly LintedFile[]): string =>
  JSON.stringify({ files, errors: countOf(files, 'error'), warnings: countOf(files, 'warning') }, null, 2);

const sarifOf = (files: readonly LintedFile[], { version, lintRules }: Engine): string =>
  JSON.stringify(sarifReport(files, version, lintRules), null, 2);

async function lint(paths: readonly string[], options: LintOptions, context: CommandContext): Promise<void> {
  const { terminal, folder } = context;
  const engine = context.engine();
  const all: LintedFile[] = [];
  for (const path of await findSpecs(paths.length === 0 ? [folder] : paths)) {
    const task = await engine.openTask(path);
    const inline = engine.rowDiagnostics(task);
    all.push({ file: task.path, diagnostics: [...task.diagnostics, ...inline] }, ...fileProblems(task));
  }
  const files = gathered(all, folder);
  const format: Format = options.json === true ? 'json' : options.format;
  switch (format) {
    case 'text':
      terminal.out(textOf(files, terminal.outColours));
      break;
    case 'json':
      terminal.out(jsonOf(files));
      break;
    case 'sarif':
      terminal.out(sarifOf(files, engine));
      break;
    case 'github': {
      const lines = githubOf(files);
      if (lines !== '') terminal.out(lines);
      break;
    }
  }
  if (countOf(files, 'error') > 0) context.exit(EXIT.found);
}

export const lintCommand: CliCommand = (program, context) => {
  program
    .command('lint')
    .summary('find what is wrong with prompt files and their data')
    .description(
      'Reads prompt files and their data and says everything that is wrong, each at its place. Sends nothing.',
    )
    .argument('[files...]', 'files, or folders to search (default: the current folder)')
    .addOption(
      new Option('--format <name>', 'how to print').choices(['text', 'json', 'sarif', 'github']).default('text'),
    )
    .option('--json', 'the same as --format json')
    .action(async (paths: string[], options: LintOptions) => {
      await lint(paths, options, context);
    });
};
