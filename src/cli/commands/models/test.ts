import { resolve } from 'node:path';
import { count, money } from '../../../protocol/wording.ts';
import type { TrialResult } from '../../../engine/index.ts';
import { cut } from '../../columns.ts';
import type { CliCommand, CommandContext } from '../../command.ts';
import { addPlaceOption } from '../../model-words.ts';
import type { PlaceOptions } from '../../model-words.ts';
import type { Colours } from '../../terminal.ts';

interface TestOptions extends PlaceOptions {
  readonly json?: boolean;
  /** False with `--no-retry`. */
  readonly retry: boolean;
  readonly useEmergencyBudget?: boolean;
}

const LONGEST_REPLY = 60;

function resultText({ reply, finishReason, latencyMs, usage, costUsd }: TrialResult, colours: Colours): string {
  const lines = [
    ['Reply', reply === '' ? `empty (${finishReason})` : `"${cut(reply, LONGEST_REPLY)}"`],
    ['Time', `${count(latencyMs)} ms`],
    ['Tokens', `${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out`],
    ['Cost', costUsd === null ? 'not known: give its price in promptopt.config.yaml' : money(costUsd)],
  ] as const;
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${colours.dim(name.padEnd(width))}  ${text}`).join('\n');
}

async function test(model: string, options: TestOptions, context: CommandContext): Promise<void> {
  const { terminal, folder } = context;
  const { retry, useEmergencyBudget } = options;
  const engine = context.engine({ retry, ...(useEmergencyBudget === undefined ? {} : { useEmergencyBudget }) });
  const trial = await engine.tryModel(resolve(folder, options.in ?? '.'), model);
  const bound = trial.boundUsd === null ? 'at a price that is not known' : `for at most ${money(trial.boundUsd)}`;
  terminal.err(`One small call to ${trial.name}, ${bound}.`);
  const stopped = new AbortController();
  const result = await context.interrupts.during(
    [
      () => {
        stopped.abort();
      },
    ],
    () => trial.send(stopped.signal),
  );
  if (options.json === true) terminal.out(JSON.stringify({ ...result, boundUsd: trial.boundUsd }, null, 2));
  else
    terminal.out(`${terminal.outColours.green(`${trial.name} answers.`)}\n${resultText(result, terminal.outColours)}`);
}

export const testModel: CliCommand = (models, context) => {
  const command = models
    .command('test')
    .description('Sends one small call, saying first what it can cost at most. Shows time, usage and cost.')
    .argument('<model>', 'e.g. openai/gpt-4o-mini, or an alias')
    .option('--no-retry', 'fail at the first failed attempt')
    .option('--use-emergency-budget', "go beyond the workspace's limit of the month, up to its emergency budget")
    .option('--json', 'print JSON');
  addPlaceOption(command).action(async (model: string, options: TestOptions) => {
    await test(model, options, context);
  });
};
