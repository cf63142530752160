import type { CliCommand, CommandContext } from '../../command.ts';
import { addStoreOption, findRun, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface PinOptions extends StoreOptions {
  readonly json?: boolean;
}

async function pin(typed: string, pinned: boolean, options: PinOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const { header } = await findRun(store, typed);
  await store.setPinned(header.id, pinned);
  if (options.json === true) terminal.out(JSON.stringify({ id: header.id, pinned }, null, 2));
  else terminal.out(pinned ? `${header.id} stays when older runs go.` : `${header.id} goes with the older runs.`);
}

const command =
  (name: 'pin' | 'unpin', description: string): CliCommand =>
  (runs, context) => {
    const added = runs
      .command(name)
      .description(description)
      .argument('<run>', 'its id, or the end of it')
      .option('--json', 'print JSON');
    addStoreOption(added).action(async (typed: string, options: PinOptions) => {
      await pin(typed, name === 'pin', options, context);
    });
  };

export const pinRun = command('pin', 'Keeps a run when older ones go.');
export const unpinRun = command('unpin', 'Lets a pinned run go with the older ones.');
