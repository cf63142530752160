/** An optimizer's run without a store: a scripted model behind a real budget, and what the search did. */
import { createEvaluator } from '../../src/engine/evaluation/evaluator.ts';
import { createEventWriter } from '../../src/engine/experiments/event-writer.ts';
import { createOptimizerRun } from '../../src/engine/experiments/optimizer-run.ts';
import { createSearchState } from '../../src/engine/experiments/search-state.ts';
import type { SearchState } from '../../src/engine/experiments/search-state.ts';
import { createBudget } from '../../src/engine/models/budget.ts';
import type { Budget } from '../../src/engine/models/budget.ts';
import type { GenerationRequest, LanguageModel } from '../../src/engine/models/language-model.ts';
import { withNominalBudget } from '../../src/engine/models/nominal-budget.ts';
import type { OptimizationTask, OptimizerDescriptor } from '../../src/engine/optimizers/optimizer.ts';
import type { Limits, RunEvent } from '../../src/protocol/events.ts';
import { makeGeneration, makeInfo, scriptedModel } from './models.ts';

export interface SearchOptions {
  readonly task: OptimizationTask;
  readonly answer: (request: GenerationRequest, call: number) => string | Promise<string>;
  readonly config?: unknown;
  readonly limits?: Limits;
  readonly seed?: number;
  readonly window?: number;
  /** Called with the budget before the search begins. */
  readonly prepare?: (budget: Budget) => void;
}

export interface SearchOutcome {
  readonly state: SearchState;
  readonly events: readonly RunEvent[];
  readonly asked: readonly GenerationRequest[];
  readonly budget: Budget;
  /** What ended the search; null when it ended by itself. */
  readonly error: unknown;
}

export const textOfRequest = ({ messages }: GenerationRequest): string =>
  messages.map(({ content }) => content.map((part) => (part.type === 'text' ? part.text : '')).join('')).join('\n');

export async function search(optimizer: OptimizerDescriptor, options: SearchOptions): Promise<SearchOutcome> {
  const { task, answer, limits = {}, seed = 7, window = 8 } = options;
  const events: RunEvent[] = [];
  const state = createSearchState();
  const budget = createBudget(limits);
  options.prepare?.(budget);
  const model = scriptedModel(async (request, call) => makeGeneration(await answer(request, call), { costUsd: 0.007 }));
  const under = (own: Budget): LanguageModel => withNominalBudget(model, own, () => makeInfo());
  const run = createOptimizerRun(
    {
      seed,
      state,
      under,
      evaluatorOn: (asked) =>
        createEvaluator({
          spec: task.spec,
          model: asked,
          modelName: 'test/target',
          maxOutputTokens: 50,
          window,
          services: {
            countTokens: (text) => Promise.resolve(text.length),
            sandbox: {
              matches: () => Promise.reject(new Error('unexpected')),
              evaluate: () => Promise.reject(new Error('unexpected')),
            },
          },
        }),
      modelOf: (role) => `test/${role}`,
      replyLimitOf: () => 50,
      keepPrompt: () => undefined,
      account: () => undefined,
      spent: () => budget.spent(),
      admitted: () => budget.admitted(),
      verdictLacks: () => ({ usd: 0, tokens: 0 }),
      signal: new AbortController().signal,
    },
    budget,
    createEventWriter((event) => events.push(event)).below('search'),
  );
  let error: unknown = null;
  try {
    await optimizer.optimize(task, optimizer.configSchema.parse(options.config ?? {}), run);
  } catch (reason) {
    error = reason;
  }
  return { state, events, asked: model.asked, budget, error };
}
