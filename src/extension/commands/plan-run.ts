/** The steps before a run: strategy, then the forecast to confirm, with limit and model to change. Nothing is sent. */
import * as vscode from 'vscode';
import type { Engine, Limits, OptimizeOptions, PlannedRun, PromptOptError, Task } from '../../engine/index.ts';
import { describeError, isPromptOptError } from '../../protocol/errors.ts';
import { counted, EMBEDDED_NOTICE, forecastSentence, limits as limitsText } from '../../protocol/wording.ts';
import { keyProblem } from '../models/key-problem.ts';
import type { ProviderKeys } from '../models/provider-keys.ts';
import type { Product } from '../product.ts';
import { askLimits } from './limits-input.ts';
import { pickModel } from './pick-model.ts';
import { pick } from './quick-pick.ts';
import type { Choice } from './quick-pick.ts';

const STEPS = 2;

/** The plan the user confirmed; undefined when they left. */
export async function confirmPlan(
  { keys }: Pick<Product, 'keys'>,
  engine: Engine,
  task: Task,
  given: OptimizeOptions,
): Promise<PlannedRun | undefined> {
  let options = given;
  for (;;) {
    if (options.strategy === undefined) {
      const strategy = await pickStrategy(engine, task);
      if (strategy === undefined) return undefined;
      options = { ...options, strategy };
    }
    const answer = await confirmForecast(keys, engine, task, options);
    if (answer === undefined) return undefined;
    if ('plan' in answer) return answer.plan;
    options = answer.options;
  }
}

async function pickStrategy(engine: Engine, task: Task): Promise<string | undefined> {
  const preferred = task.spec?.optimize.strategy;
  const choices: Choice<string>[] = engine.strategies.map(({ name, title, summary, whenToChoose }) => ({
    label: title,
    description: whenToChoose,
    detail: summary,
    value: name,
  }));
  // The file's own choice stands first, so that Enter takes it.
  choices.sort((a, b) => Number(b.value === preferred) - Number(a.value === preferred));
  const strategy = await pick({
    title: `Optimize ${task.spec?.name ?? 'prompt'}`,
    placeholder: 'How to search for a better prompt',
    step: 1,
    of: STEPS,
    choices,
  });
  return strategy === 'back' ? undefined : strategy;
}

const withoutStrategy = ({ strategy: _strategy, ...rest }: OptimizeOptions): OptimizeOptions => rest;

type Next = { readonly plan: PlannedRun } | { readonly options: OptimizeOptions };

async function confirmForecast(
  keys: ProviderKeys,
  engine: Engine,
  task: Task,
  options: OptimizeOptions,
): Promise<Next | undefined> {
  const { plan, error } = await planOrProblem(engine, task, options);
  const keyless = keyProblem(error, engine.providers, keys);
  const problem = error === undefined ? undefined : (keyless?.sentence ?? describeError(error));
  const shownLimits = plan?.limits ?? options.limits ?? {};
  const start: Choice<'start'>[] =
    plan === undefined
      ? []
      : [
          {
            label: '$(play) Start',
            description: forecastSentence(plan.forecast),
            detail: [
              `${plan.models.target} on ${counted(plan.rows.train, 'training row')} and ${counted(plan.rows.validation, 'validation row')}; the verdict on ${counted(plan.verdictRows, 'held-out row')}.`,
              ...(plan.embedded ? [EMBEDDED_NOTICE] : []),
              ...plan.notes,
            ].join(' '),
            value: 'start',
          },
        ];
  const answer = await pick<'start' | 'key' | 'limit' | 'model'>({
    title: `${plan?.strategy.title ?? 'Optimize'}: nothing has been sent yet`,
    placeholder: problem ?? 'Check what the run may cost',
    step: 2,
    of: STEPS,
    choices: [
      ...start,
      ...(keyless === null
        ? []
        : [{ label: '$(key) Set API key', description: keyless.title, detail: problem ?? '', value: 'key' as const }]),
      {
        label: '$(dashboard) Change limit',
        description: limitsText(shownLimits),
        ...(problem === undefined || keyless !== null ? {} : { detail: problem }),
        value: 'limit',
      },
      { label: '$(hubot) Change model', description: plan?.models.target ?? options.model ?? '', value: 'model' },
    ],
  });
  switch (answer) {
    case undefined:
      return undefined;
    case 'back':
      return { options: withoutStrategy(options) };
    case 'start':
      return plan === undefined ? { options } : { plan };
    case 'key':
      await vscode.commands.executeCommand('promptopt.setApiKey', keyless?.provider);
      return { options };
    case 'limit':
      return { options: { ...options, ...(await askNewLimits(shownLimits)) } };
    case 'model':
      return { options: { ...options, ...(await askModel(engine, task, plan?.models.target ?? options.model)) } };
  }
}

/** A budget or model that does not do can be changed in the same pick; anything else is the caller's. */
async function planOrProblem(
  engine: Engine,
  task: Task,
  options: OptimizeOptions,
): Promise<{ readonly plan?: PlannedRun; readonly error?: PromptOptError }> {
  try {
    return { plan: await engine.plan(task, options) };
  } catch (error) {
    if (isPromptOptError(error) && (error.code === 'budget' || error.code === 'unavailable')) {
      return { error };
    }
    throw error;
  }
}

async function askNewLimits(current: Limits): Promise<{ limits: Limits } | undefined> {
  const limits = await askLimits(
    'Dollars, calls, tokens or minutes; whichever comes first ends the search. The verdict is paid from the same limit.',
    current,
  );
  return limits === undefined ? undefined : { limits };
}

async function askModel(
  engine: Engine,
  task: Task,
  current: string | undefined,
): Promise<{ readonly model: string } | undefined> {
  const model = await pickModel(engine, task, current, { step: 2, of: STEPS });
  return model === undefined ? undefined : { model };
}
