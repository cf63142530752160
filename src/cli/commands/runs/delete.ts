import { PromptOptError } from '../../../engine/index.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { addStoreOption, findRun, storeOf } from '../../stored-runs.ts';
import type { StoreOptions } from '../../stored-runs.ts';

interface DeleteOptions extends StoreOptions {
  readonly json?: boolean;
}

async function remove(typed: readonly string[], options: DeleteOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const store = await storeOf(context.engine(), options, context);
  const records = await Promise.all(typed.map((id) => findRun(store, id)));
  const running = records.find(({ status }) => status === 'running');
  if (running !== undefined) {
    throw new PromptOptError('usage', `Run ${running.header.id} is running; nothing was deleted.`, {
      remedy: 'Stop it first.',
    });
  }
  const ids = [...new Set(records.map(({ header }) => header.id))];
  for (const id of ids) await store.deleteRun(id);
  if (options.json === true) terminal.out(JSON.stringify({ deleted: ids }, null, 2));
  else terminal.out(ids.map((id) => `Deleted ${id}.`).join('\n'));
}

export const deleteRun: CliCommand = (runs, context) => {
  const command = runs
    .command('delete')
    .description('Deletes runs with everything that only they hold.')
    .argument('<runs...>', 'ids, or the ends of them')
    .option('--json', 'print JSON');
  addStoreOption(command).action(async (typed: string[], options: DeleteOptions) => {
    await remove(typed, options, context);
  });
};
