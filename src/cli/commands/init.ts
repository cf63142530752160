/** `promptopt init`: a small task to start from. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { PromptOptError } from '../../engine/index.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import type { OutputOptions } from '../options.ts';
import { STARTER_DATA_FILE, starterRows, starterSpec } from '../starter.ts';

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

async function init(folder: string, options: OutputOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const target = resolve(context.folder, folder);
  const name =
    basename(target)
      .replace(/[^\p{L}\p{N}_-]+/gu, '-')
      .replace(/^-+|-+$/g, '') || 'prompt';
  const files: (readonly [string, string])[] = [
    [join(target, `${name}.prompt.yaml`), starterSpec(name)],
    [join(target, ...STARTER_DATA_FILE.split('/')), starterRows()],
  ];
  for (const [path] of files) {
    if (!(await exists(path))) continue;
    throw new PromptOptError('usage', `${path} is there already; nothing was written.`, {
      remedy: 'Name another folder: `promptopt init FOLDER`.',
      file: path,
    });
  }
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(path), { recursive: true });
      // `wx` refuses a file that came to be since we looked.
      await writeFile(path, text, { flag: 'wx' });
    }
  } catch (cause) {
    throw new PromptOptError('usage', `${target} cannot be written.`, {
      remedy: 'Check the path and its rights.',
      cause,
    });
  }
  const shown = files.map(([path]) => relative(context.folder, path) || path);
  if (options.json === true) {
    terminal.out(JSON.stringify({ files: shown }, null, 2));
    return;
  }
  const [spec = ''] = shown;
  terminal.out(shown.map((path) => `Written  ${path}`).join('\n'));
  terminal.out(`Next     promptopt optimize ${/\s/.test(spec) ? `"${spec}"` : spec}`);
}

export const initCommand: CliCommand = (program, context) => {
  program
    .command('init')
    .summary('write a small task to start from')
    .description('Writes a commented prompt file and some rows into a folder. Nothing is overwritten.')
    .argument('[dir]', 'folder to write into', '.')
    .option('--json', 'print the files written as JSON')
    .action(async (folder: string, options: OutputOptions) => {
      await init(folder, options, context);
    });
};
