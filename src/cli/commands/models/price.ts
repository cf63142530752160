import { resolve } from 'node:path';
import { count, counted, money, percent } from '../../../protocol/wording.ts';
import type { ModelFacts } from '../../../engine/index.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { addPlaceOption, rate } from '../../model-words.ts';
import type { PlaceOptions } from '../../model-words.ts';
import { wholeNumber } from '../../options.ts';
import type { Colours } from '../../terminal.ts';

interface PriceOptions extends PlaceOptions {
  readonly input: number;
  readonly output: number;
  readonly json?: boolean;
}

type Line = readonly [name: string, text: string];

function priceLines({ price }: ModelFacts): Line[] {
  if (price === null) return [['Price', 'not known']];
  const { cachedInputPerMillion: cached, cacheWritePerMillion: written, batchFactor, longContext } = price;
  return [
    ['Input', `${rate(price.inputPerMillion)} a million tokens`],
    ['Output', `${rate(price.outputPerMillion)}, reasoning included`],
    ['Cache', `${rate(cached ?? price.inputPerMillion)} read, ${rate(written ?? price.inputPerMillion)} written`],
    ['Batch', batchFactor === undefined ? 'no lower price known' : `${percent(batchFactor)} of these`],
    ...(longContext === undefined
      ? []
      : [
          [
            'Long',
            `above ${counted(longContext.aboveInputTokens, 'input token')}: ${rate(longContext.inputPerMillion)} in, ${rate(longContext.outputPerMillion)} out`,
          ] as const,
        ]),
    ['Source', price.source],
  ];
}

function exampleLines({ costs, size }: ModelFacts): Line[] {
  if (costs === null) return [];
  const call = `${count(size.input)} tokens in and ${count(size.output)} out`;
  const { plain, cached, batch } = costs;
  const ways = [
    `${money(plain)} a call`,
    ...(cached < plain ? [`${money(cached)} from the provider's cache`] : []),
    ...(batch === null ? [] : [`${money(batch)} by batch`]),
  ];
  return [
    ['Example', `${call}: ${ways.join(', ')}`],
    ['', `a thousand of them: ${money(1000 * plain)}${batch === null ? '' : `, ${money(1000 * batch)} by batch`}`],
  ];
}

function factsText(facts: ModelFacts, { dim, bold }: Colours): string {
  const { name, alias, contextWindow, reasons, price, near } = facts;
  const lines: Line[] = [
    ...priceLines(facts),
    ['Window', contextWindow === null ? 'not known' : counted(contextWindow, 'token')],
    ...(reasons === true ? [['Reasons', 'it thinks before it answers, and that is charged as output'] as const] : []),
    ...exampleLines(facts),
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  const rows = lines.map(([title, text]) => `${dim(title.padEnd(width))}  ${text}`);
  if (price === null) {
    rows.push(
      `${near === '' ? '' : `${near} `}Give its price under providers in promptopt.config.yaml; until then calls and tokens limit it, not USD.`,
    );
  }
  return [bold(alias === null ? name : `${alias} → ${name}`), ...rows].join('\n');
}

async function price(model: string, options: PriceOptions, context: CommandContext): Promise<void> {
  const { terminal, folder } = context;
  const size = { input: options.input, output: options.output };
  const facts = await context.engine().modelFacts(resolve(folder, options.in ?? '.'), model, size);
  terminal.out(options.json === true ? JSON.stringify(facts, null, 2) : factsText(facts, terminal.outColours));
}

export const priceModel: CliCommand = (models, context) => {
  const command = models
    .command('price')
    .description('Prints what a model costs: rates, where they come from, its window, and an example. Sends nothing.')
    .argument('<model>', 'e.g. openai/gpt-4o-mini, or an alias')
    .option('--input <n>', 'input tokens of the example call', wholeNumber, 1000)
    .option('--output <n>', 'output tokens of the example call', wholeNumber, 300)
    .option('--json', 'print JSON');
  addPlaceOption(command).action(async (model: string, options: PriceOptions) => {
    await price(model, options, context);
  });
};
