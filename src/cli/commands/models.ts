/** `promptopt models`: what can be asked, whether it answers, what it costs. */
import type { CliCommand } from '../command.ts';
import { listModels } from './models/list.ts';
import { priceModel } from './models/price.ts';
import { testModel } from './models/test.ts';

export const modelsCommand: CliCommand = (program, context) => {
  const models = program
    .command('models')
    .summary('list, test and price models')
    .description('Shows which models can be asked from here, whether one answers, and what its calls cost.');
  for (const add of [listModels, testModel, priceModel]) add(models, context);
};
