/**
 * GEPA: reflective evolution of a prompt's text with Pareto selection.
 *
 * Source: Agrawal et al. 2025, "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning", and the
 * project's 0.1.4 defaults. `gate: paper` accepts a child when its sum on the reflection minibatch is strictly higher;
 * `gate: staged` (default) then also asks it to hold up on fresh paired rows and on nested validation blocks with an
 * exact futility stop, because a minibatch of three is close to a coin flip.
 */
import * as z from 'zod';
import type { Example } from '../../data/example.ts';
import type { Evaluation } from '../../evaluation/evaluation.ts';
import { textOf } from '../../models/language-model.ts';
import { withComponents } from '../../spec/prompt.ts';
import { evaluateOriginal, originalCandidate } from '../original.ts';
import type { Candidate, OptimizationTask, OptimizerDescriptor, OptimizerRun } from '../optimizer.ts';
import { nextMinibatch } from './minibatch.ts';
import { pickParent } from './pareto.ts';
import { readProposal, reflectionMessages, rejectionOf } from './reflection.ts';

const configSchema = z.strictObject({
  gate: z.enum(['staged', 'paper']).default('staged').describe('How a child earns its full evaluation.'),
  reflection_minibatch_size: z.int().min(1).max(32).default(3).describe('Training rows a reflection looks at.'),
  fresh_rows: z.int().min(1).max(64).default(12).describe('Fresh training rows of the staged gate.'),
  skip_perfect_score: z.boolean().default(true).describe('Do not reflect on a minibatch that is all right.'),
  max_iterations: z.int().min(1).max(1000).default(60).describe('Reflections at most.'),
  max_stale_iterations: z
    .int()
    .min(1)
    .max(1000)
    .default(25)
    .describe('Stop after this many reflections without an accepted child.'),
});

export type GepaConfig = z.infer<typeof configSchema>;

interface Member {
  readonly candidate: Candidate;
  readonly evaluation: Evaluation;
  readonly scores: readonly number[];
}

const member = (candidate: Candidate, evaluation: Evaluation): Member => ({
  candidate,
  evaluation,
  scores: evaluation.rows.map((row) => row.score),
});

const sum = (evaluation: Evaluation): number => evaluation.rows.reduce((total, row) => total + row.score, 0);

/** Below this, two sums of scores are equal: they differ only by floating point. */
const EPSILON = 1e-9;

async function optimize(task: OptimizationTask, config: GepaConfig, run: OptimizerRun): Promise<void> {
  const baseline = await evaluateOriginal(task, run);
  const population = [member(originalCandidate(task), baseline)];
  const best = run.incumbent();
  if (best !== null && best.candidate.prompt.hash !== task.spec.prompt.hash)
    population.push(member(best.candidate, best.evaluation));
  const rows = task.train.length > 0 ? task.train : task.validation;
  if (rows.length === 0) {
    run.warn('no-training-rows', 'There are no rows to reflect on.');
    return;
  }
  await run.phase('reflect', () => search(task, config, run, rows, population));
}

async function search(
  task: OptimizationTask,
  config: GepaConfig,
  run: OptimizerRun,
  rows: readonly Example[],
  population: Member[],
): Promise<void> {
  const size = Math.min(config.reflection_minibatch_size, rows.length);
  let stale = 0;
  for (let iteration = 0; iteration < config.max_iterations && stale < config.max_stale_iterations; iteration++) {
    const gateRows = size + (config.gate === 'staged' ? 2 * Math.min(config.fresh_rows, rows.length) : size);
    if (!run.canAfford({ target: gateRows + task.validation.length, proposer: 1 })) return;
    const parent = population[pickParent(population, run.random('parent', iteration))];
    if (parent === undefined) return;
    const child = await reflect(task, config, run, rows, parent, iteration, size);
    stale++;
    if (child === null || !run.propose(child)) continue;
    const evaluation = await gate(task, config, run, rows, parent, child, iteration, size);
    if (evaluation === null) continue;
    population.push(member(child, evaluation));
    run.offer(child, evaluation, 'validation');
    stale = 0;
    if (evaluation.rows.every((row) => row.score >= 1)) return;
  }
}

/** Asks the proposer for a child of `parent`; null when there is nothing to learn or the proposal breaks the task. */
async function reflect(
  task: OptimizationTask,
  config: GepaConfig,
  run: OptimizerRun,
  rows: readonly Example[],
  parent: Member,
  iteration: number,
  size: number,
): Promise<Candidate | null> {
  const { prompt } = parent.candidate;
  const batch = nextMinibatch(rows, size, iteration, run);
  const answers = await run.evaluate(prompt, batch);
  const failures = answers.rows.filter((row) => row.score < 1).length;
  if (config.skip_perfect_score && failures === 0) return null;
  const editable = prompt.components.filter((component) => component.role !== 'assistant');
  const component = editable[iteration % Math.max(1, editable.length)];
  if (component === undefined) return null;
  const records = answers.rows.flatMap((result, index) => {
    const example = batch[index];
    return example === undefined ? [] : [{ example, result }];
  });
  const reply = await run.generate('proposer', reflectionMessages(task.spec, component, records), {
    temperature: 1,
    sample: run.random('reflection', iteration).integer(2 ** 31),
  });
  const text = readProposal(textOf(reply));
  const reason = text === null ? 'the proposer answered with no text' : rejectionOf(task.spec, component.content, text);
  if (text === null || reason !== null) {
    run.reject(reason ?? 'the proposer answered with no text', [prompt.hash]);
    return null;
  }
  return {
    prompt: withComponents(prompt, { [component.name]: text }),
    parents: [prompt.hash],
    origin: 'reflection',
    note: `reflected on ${failures} ${failures === 1 ? 'failure' : 'failures'}`,
  };
}

/** Lets a child through to its full evaluation on the validation rows, or says why not and returns null. */
async function gate(
  task: OptimizationTask,
  config: GepaConfig,
  run: OptimizerRun,
  rows: readonly Example[],
  parent: Member,
  child: Candidate,
  iteration: number,
  size: number,
): Promise<Evaluation | null> {
  const batch = nextMinibatch(rows, size, iteration, run);
  const own = parent.candidate.prompt;
  const beats = async (examples: readonly Example[], strictly: boolean): Promise<boolean> => {
    const [before, after] = [await run.evaluate(own, examples), await run.evaluate(child.prompt, examples)];
    return strictly ? sum(after) > sum(before) + EPSILON : sum(after) >= sum(before) - EPSILON;
  };
  if (!(await beats(batch, true))) {
    run.reject('no better on the rows it was written from', child.parents, child);
    return null;
  }
  if (config.gate === 'staged') {
    const inBatch = new Set(batch.map((example) => example.id));
    const others = rows.filter((example) => !inBatch.has(example.id));
    const fresh = run.random('fresh', iteration).sample(others, Math.min(config.fresh_rows, others.length));
    if (fresh.length > 0 && !(await beats(fresh, false))) {
      run.reject(`worse than its parent on ${fresh.length} fresh rows`, child.parents, child);
      return null;
    }
    if (await isFutile(task, run, parent, child)) return null;
  }
  return await run.evaluate(child.prompt, task.validation);
}

/**
 * Walks nested validation blocks and stops when even perfect remaining rows could not lift the child to its parent's
 * sum. Exact for "higher mean", and free: the rows are not asked again in the full evaluation.
 */
async function isFutile(task: OptimizationTask, run: OptimizerRun, parent: Member, child: Candidate): Promise<boolean> {
  const total = sum(parent.evaluation);
  for (const share of [0.25, 0.5, 0.75]) {
    const block = task.validation.slice(0, Math.ceil(task.validation.length * share));
    const reached = sum(await run.evaluate(child.prompt, block));
    const remaining = task.validation.length - block.length;
    if (reached + remaining < total - EPSILON) {
      run.reject(
        `cannot reach its parent any more after ${block.length} of ${task.validation.length} validation rows`,
        child.parents,
        child,
      );
      return true;
    }
  }
  return false;
}

export const gepa: OptimizerDescriptor<GepaConfig> = {
  name: 'gepa',
  title: 'GEPA',
  summary: 'Rewrites the instructions from failures and feedback, keeping every candidate that is best on some row.',
  whenToChoose: 'Instructions matter: formats, rules, edge cases. Needs a proposer model that writes well.',
  source: 'GEPA (Agrawal et al. 2025), gepa 0.1.4',
  costFormula: 'V + iterations · (2b + 2f) + accepted · V, b = 3, f = 12',
  version: '1',
  configSchema,
  forecast({ trainRows, validationRows }, config) {
    const batch = Math.min(config.reflection_minibatch_size, trainRows) * 2;
    const fresh = config.gate === 'staged' ? 2 * Math.min(config.fresh_rows, trainRows) : 0;
    const iterations = (count: number, accepted: number): { target: number; proposer: number } => ({
      target: Math.round(validationRows + count * (batch + accepted * (fresh + validationRows))),
      proposer: count,
    });
    return {
      low: iterations(Math.min(10, config.max_iterations), 0.2),
      likely: iterations(Math.min(config.max_stale_iterations, config.max_iterations), 0.3),
      worst: {
        target: validationRows + config.max_iterations * (batch + fresh + validationRows),
        proposer: config.max_iterations,
      },
      demonstrations: 0,
    };
  },
  optimize,
};
