/** Asking before money is spent. */
import { createInterface } from 'node:readline/promises';
import { money } from '../protocol/wording.ts';
import { PromptOptError } from '../engine/index.ts';
import type { PlannedRun } from '../engine/index.ts';
import type { CommandContext } from './command.ts';
import { forecastRange } from './show-plan.ts';

const VARIABLE = 'PROMPTOPT_ASK_ABOVE_USD';
const DEFAULT_THRESHOLD_USD = 1;

/** What the variable says, else the workspace's config, else a dollar. */
function thresholdOf(env: CommandContext['env'], configured: number | null): number {
  const text = env[VARIABLE];
  if (text === undefined || text === '') return configured ?? DEFAULT_THRESHOLD_USD;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new PromptOptError('usage', `${VARIABLE} is "${text}", not an amount in USD.`, {
    remedy: 'Set it to a number, e.g. 5.',
  });
}

/** A run or an evaluation, as far as its cost goes. */
type Planned = Pick<PlannedRun, 'forecast' | 'askAboveUsd'>;

/**
 * Returns whether to go on.
 * @throws PromptOptError `usage` when the run may cost more than the threshold and nobody can be asked.
 */
export async function confirmCost(plan: Planned, context: CommandContext, yes: boolean): Promise<boolean> {
  if (yes) return true;
  const threshold = thresholdOf(context.env, plan.askAboveUsd);
  const { usd: cost } = plan.forecast;
  if (cost !== null && cost.worst <= threshold) return true;
  const { terminal } = context;
  if (!terminal.canAsk) {
    // Without a known price there is no figure to compare; calls and tokens are limited all the same.
    if (cost === null) return true;
    throw new PromptOptError(
      'usage',
      `This may cost up to ${money(cost.worst)}, more than the ${money(threshold)} that need no asking.`,
      {
        remedy: `Pass --yes to agree, a lower --budget-usd, set budget.askAboveUsd in promptopt.config.yaml, or ${VARIABLE}.`,
      },
    );
  }
  const asked = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const question =
      cost === null
        ? 'What this costs is not known: a model has no known price. Start?'
        : `This costs ${forecastRange(cost, money)}. Start?`;
    // Ctrl-C while asked is a no.
    const answer = await asked.question(`${question} [y/N] `).catch(() => '\n');
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asked.close();
  }
}
