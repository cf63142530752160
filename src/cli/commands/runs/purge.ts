import { resolve } from 'node:path';
import { count, counted } from '../../../protocol/wording.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { wholeNumber } from '../../options.ts';
import { addStoreOption, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface PurgeOptions extends StoreOptions {
  readonly days?: number;
  readonly maxMb?: number;
  readonly json?: boolean;
}

async function purge(options: PurgeOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const engine = context.engine();
  const store = await storeOf(engine, options, context);
  const { runs } = await engine.keepLimits(resolve(context.folder, options.in ?? '.'));
  const days = options.days ?? runs.maxDays;
  // Whoever names days means those; the size is then no reason unless it is named, too.
  const maxMb = options.maxMb ?? (options.days === undefined ? runs.maxMb : Infinity);
  const deleted = await store.purge(days, maxMb);
  if (options.json === true) terminal.out(JSON.stringify({ deleted }, null, 2));
  else
    terminal.out(
      `Deleted ${counted(deleted, 'run')} older than ${counted(days, 'day')}${Number.isFinite(maxMb) ? ` or beyond ${count(maxMb)} MB` : ''} and gave the space back.`,
    );
}

export const purgeRuns: CliCommand = (runs, context) => {
  const command = runs
    .command('purge')
    .description('Deletes old runs and replies, except pinned runs, and gives the space back.')
    .option('--days <n>', 'keep what is younger (default: `retention` of promptopt.config.yaml, 90)', wholeNumber)
    .option('--max-mb <n>', 'then delete the oldest until the rest takes no more', wholeNumber)
    .option('--json', 'print JSON');
  addStoreOption(command).action(async (options: PurgeOptions) => {
    await purge(options, context);
  });
};
