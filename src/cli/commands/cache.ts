/** `promptopt cache`: the replies that are kept for all runs. */
import { count, counted, money } from '../../protocol/wording.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { wholeNumber } from '../options.ts';
import { addStoreOption, storeOf } from '../stored-runs.ts';
import type { StoreOptions } from '../stored-runs.ts';
import { timeOf } from './runs/list.ts';

interface ShowOptions extends StoreOptions {
  readonly json?: boolean;
}

interface ClearOptions extends ShowOptions {
  readonly olderThan: number;
}

const size = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

async function show(options: ShowOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const summary = await store.cacheSummary();
  if (options.json === true) {
    terminal.out(JSON.stringify({ store: store.location.path, ...summary }, null, 2));
    return;
  }
  const { dim } = terminal.outColours;
  const lines = [
    ['Replies', count(summary.entries)],
    ['Size', size(summary.bytes)],
    ['Hits', `${counted(summary.hits, 'call')} that no provider was asked for, ${money(summary.savedUsd)} saved`],
    ['Oldest', summary.oldest === null ? '—' : `${timeOf(summary.oldest)} UTC`],
    ['Kept in', store.location.path],
  ] as const;
  terminal.out(lines.map(([name, text]) => `${dim(name.padEnd(8))} ${text}`).join('\n'));
}

async function clear(options: ClearOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const deleted = await store.clearCache(options.olderThan);
  if (options.json === true) {
    terminal.out(JSON.stringify({ deleted }, null, 2));
    return;
  }
  const replies = count(deleted) + (deleted === 1 ? ' reply' : ' replies');
  const which = options.olderThan === 0 ? '' : ` that nobody has used for ${counted(options.olderThan, 'day')}`;
  terminal.out(`Forgot ${replies}${which} and gave the space back. Runs keep their own.`);
}

export const cacheCommand: CliCommand = (program, context) => {
  const cache = program
    .command('cache')
    .summary('show and clear the replies kept for all runs')
    .description(
      'Replies are kept in .promptopt/ and answer the same request in any later run. Their limits are `cache` in promptopt.config.yaml.',
    );
  const showing = cache
    .command('show')
    .description('Shows how many replies are kept, how much room they take, and what they have saved.')
    .option('--json', 'print JSON');
  addStoreOption(showing).action(async (options: ShowOptions) => {
    await show(options, context);
  });
  const clearing = cache
    .command('clear')
    .description('Forgets replies, all or the unused, and gives the space back. Journals of runs stay.')
    .option('--older-than <days>', 'only replies that nobody has used for so long', wholeNumber, 0)
    .option('--json', 'print JSON');
  addStoreOption(clearing).action(async (options: ClearOptions) => {
    await clear(options, context);
  });
};
