import { counted } from '../../../protocol/wording.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { wholeNumber } from '../../options.ts';
import { addStoreOption, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface PurgeOptions extends StoreOptions {
  readonly days: number;
  readonly json?: boolean;
}

/** Results are kept this long unless they are pinned. */
const RETENTION_DAYS = 90;

async function purge(options: PurgeOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const deleted = await store.purge(options.days);
  if (options.json === true) terminal.out(JSON.stringify({ deleted }, null, 2));
  else
    terminal.out(
      `Deleted ${counted(deleted, 'run')} older than ${counted(options.days, 'day')} and gave the space back.`,
    );
}

export const purgeRuns: CliCommand = (runs, context) => {
  const command = runs
    .command('purge')
    .description('Deletes old runs and replies, except pinned runs, and gives the space back.')
    .option('--days <n>', 'keep what is younger', wholeNumber, RETENTION_DAYS)
    .option('--json', 'print JSON');
  addStoreOption(command).action(async (options: PurgeOptions) => {
    await purge(options, context);
  });
};
