/**
 * BootstrapFewShot: demonstrations from training rows the prompt already answers well.
 *
 * Source: DSPy 3.3 `teleprompt/bootstrap.py` and its documentation; defaults and names are DSPy's. Differences, each
 * on purpose: the raw pool is not overwritten between predictors, "the first k successes" is searched in fixed windows
 * so that parallel calls cannot change which rows are taken, the result is measured on validation rows before it is
 * offered, and `metric_threshold` is 1 where DSPy has none: there any score above 0 counts as a success, which lets
 * half-right answers of a graded metric through as demonstrations.
 */
import * as z from 'zod';
import type { Example } from '../../data/example.ts';
import { demonstrationOf } from '../demonstrations.ts';
import type { OptimizationTask, OptimizerDescriptor, OptimizerRun } from '../optimizer.ts';
import { withDemonstrations } from '../../spec/prompt.ts';
import type { Demonstration, Prompt } from '../../spec/prompt.ts';
import { evaluateOriginal } from '../original.ts';

const configSchema = z.strictObject({
  max_bootstrapped_demos: z
    .int()
    .min(0)
    .max(64)
    .default(4)
    .describe('How many demonstrations the model itself answered.'),
  max_labeled_demos: z
    .int()
    .min(0)
    .max(64)
    .default(16)
    .describe('How many demonstrations in all; the rest show the expected answer.'),
  max_rounds: z
    .int()
    .min(1)
    .max(8)
    .default(1)
    .describe('How often a row may be tried; later rounds sample at temperature 1.'),
  metric_threshold: z.number().gt(0).max(1).default(1).describe('The score from which an answer counts as a success.'),
});

export type BootstrapFewShotConfig = z.infer<typeof configSchema>;

/** Rows asked together. Successes are taken in row order within a window, never in the order replies arrive. */
const WINDOW = 8;

interface Bootstrapped {
  readonly demonstrations: readonly Demonstration[];
  readonly rowIds: ReadonlySet<string>;
}

/**
 * Walks the training rows in order, window by window, until enough answers reach the threshold. The teacher never
 * shows a row of the window it answers: a row must not be given its own answer. Asks at most n · max_rounds rows.
 */
async function bootstrap(
  teacher: Prompt,
  task: OptimizationTask,
  config: BootstrapFewShotConfig,
  run: OptimizerRun,
): Promise<Bootstrapped> {
  const demonstrations: Demonstration[] = [];
  const rowIds = new Set<string>();
  // What is found is worth nothing without its measurement on the validation rows.
  const kept = task.validation.length;
  for (
    let start = 0;
    start < task.train.length && demonstrations.length < config.max_bootstrapped_demos;
    start += WINDOW
  ) {
    const window = task.train.slice(start, start + WINDOW);
    if (!run.canAfford({ target: window.length + kept })) break;
    const ids = new Set(window.map((example) => example.id));
    const shown = teacher.demonstrations.filter(
      (demonstration) => demonstration.rowId === undefined || !ids.has(demonstration.rowId),
    );
    for (const [example, reply] of await successes(withDemonstrations(teacher, shown), window, config, run, kept)) {
      if (demonstrations.length === config.max_bootstrapped_demos) break;
      const demonstration = demonstrationOf(task.spec, example, reply);
      if (demonstration === null) continue;
      demonstrations.push(demonstration);
      rowIds.add(example.id);
    }
  }
  return { demonstrations, rowIds };
}

async function successes(
  teacher: Prompt,
  window: readonly Example[],
  config: BootstrapFewShotConfig,
  run: OptimizerRun,
  kept: number,
): Promise<[Example, string][]> {
  const replies = new Map<string, string>();
  let open = window;
  for (let round = 0; round < config.max_rounds && open.length > 0; round++) {
    if (round > 0 && !run.canAfford({ target: open.length + kept })) break;
    const evaluation = await run.evaluate(teacher, open, round === 0 ? {} : { sample: round, temperature: 1 });
    for (const row of evaluation.rows) {
      if (row.score >= config.metric_threshold) replies.set(row.exampleId, row.reply);
    }
    open = open.filter((example) => !replies.has(example.id));
  }
  return window.flatMap((example): [Example, string][] => {
    const reply = replies.get(example.id);
    return reply === undefined ? [] : [[example, reply]];
  });
}

async function optimize(task: OptimizationTask, config: BootstrapFewShotConfig, run: OptimizerRun): Promise<void> {
  const original = task.spec.prompt;
  await evaluateOriginal(task, run);
  if (task.train.length === 0) {
    run.warn('no-training-rows', 'There are no training rows to take demonstrations from.');
    return;
  }
  const labelled = (pool: readonly Example[], count: number, label: string): Demonstration[] =>
    run
      .random(label)
      .sample(pool, Math.min(count, pool.length))
      .flatMap((example) => demonstrationOf(task.spec, example) ?? []);

  const boot = await run.phase('bootstrap', async () => {
    const teacher = withDemonstrations(original, [
      ...original.demonstrations,
      ...labelled(task.train, config.max_labeled_demos, 'teacher'),
    ]);
    return await bootstrap(teacher, task, config, run);
  });
  const raw = task.train.filter((example) => !boot.rowIds.has(example.id));
  const room = Math.max(0, config.max_labeled_demos - boot.demonstrations.length);
  const filled = [...boot.demonstrations, ...labelled(raw, room, 'labelled')];
  if (filled.length === 0) {
    run.reject('no training row could be made a demonstration', [original.hash]);
    return;
  }
  await run.phase('few-shot', async () => {
    const candidate = {
      prompt: withDemonstrations(original, filled),
      parents: [original.hash],
      origin: 'demonstrations' as const,
      note: `${boot.demonstrations.length} bootstrapped and ${filled.length - boot.demonstrations.length} labelled demonstrations`,
    };
    if (!run.canAfford({ target: run.unasked(candidate.prompt, task.validation) })) return;
    if (!run.propose(candidate)) return;
    run.offer(candidate, await run.evaluate(candidate.prompt, task.validation), 'validation');
  });
}

export const bootstrapFewShot: OptimizerDescriptor<BootstrapFewShotConfig> = {
  name: 'bootstrap-few-shot',
  title: 'BootstrapFewShot',
  summary: 'Shows the model demonstrations: training rows it answers right, filled up with labelled ones.',
  whenToChoose: 'You have ten or more good rows and want the cheapest gain; no proposer model is needed.',
  source: 'DSPy (Khattab et al. 2023), dspy.BootstrapFewShot',
  costFormula: 'V + (8 … n · max_rounds) + V',
  version: '1',
  configSchema,
  forecast: ({ trainRows, validationRows }, config) => ({
    low: { target: 2 * validationRows + Math.min(WINDOW, trainRows) },
    likely: { target: 2 * validationRows + Math.min(2 * WINDOW, trainRows) },
    worst: { target: 2 * validationRows + trainRows * config.max_rounds },
    demonstrations: Math.min(trainRows, Math.max(config.max_bootstrapped_demos, config.max_labeled_demos)),
  }),
  optimize,
};
