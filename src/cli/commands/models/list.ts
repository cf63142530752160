import { resolve } from 'node:path';
import { counted } from '../../../protocol/wording.ts';
import type { CatalogueModel, ProviderListing } from '../../../engine/index.ts';
import { columns } from '../../columns.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { addPlaceOption, priceInShort } from '../../model-words.ts';
import type { PlaceOptions } from '../../model-words.ts';
import type { Colours } from '../../terminal.ts';

interface ListOptions extends PlaceOptions {
  readonly json?: boolean;
}

const keyWords = ({ key }: ProviderListing): string =>
  key === null ? 'no key needed' : `${key.variable} ${key.isSet ? 'is set' : 'is not set'}`;

const tableOf = (models: readonly CatalogueModel[], { dim }: Colours): string =>
  columns(
    models,
    [
      { title: 'model', text: ({ name }) => name },
      { title: 'in / out per million', text: ({ price }) => priceInShort(price), align: 'right' },
      {
        title: 'window',
        text: ({ contextWindow }) => (contextWindow === null ? '' : contextWindow.toLocaleString('en-US')),
        align: 'right',
      },
      { title: '', text: ({ note }) => note ?? '', width: 48 },
    ],
    dim,
  )
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

function listingText(listing: ProviderListing, colours: Colours): string {
  const { title, name, models, problem } = listing;
  const count = models === null ? 'cannot be asked' : counted(models.length, 'model');
  const heading = `${colours.bold(title)} (${name}): ${keyWords(listing)}, ${count}`;
  if (models === null) {
    const why = [problem?.message, problem?.remedy].filter((text) => typeof text === 'string').join(' ');
    return `${heading}\n  ${colours.yellow(why)}`;
  }
  return models.length === 0 ? heading : `${heading}\n${tableOf(models, colours)}`;
}

async function list(provider: string | undefined, options: ListOptions, context: CommandContext): Promise<void> {
  const { terminal, folder } = context;
  const near = resolve(folder, options.in ?? '.');
  const engine = context.engine();
  const providers = await engine.catalogue(near, provider);
  if (options.json === true) {
    terminal.out(JSON.stringify({ providers, aliases: await engine.aliases(near) }, null, 2));
    return;
  }
  const colours = terminal.outColours;
  terminal.out(providers.map((listing) => listingText(listing, colours)).join('\n\n'));
  const aliases = Object.entries(await engine.aliases(near));
  if (aliases.length > 0) {
    terminal.out(`\n${colours.bold('Aliases')}`);
    for (const [alias, model] of aliases) terminal.out(`  ${alias} → ${model}`);
  }
}

export const listModels: CliCommand = (models, context) => {
  const command = models
    .command('list')
    .description('Lists providers with their models. A provider that cannot be asked says why.')
    .argument('[provider]', 'only this one, e.g. openai')
    .option('--json', 'print JSON');
  addPlaceOption(command).action(async (provider: string | undefined, options: ListOptions) => {
    await list(provider, options, context);
  });
};
