/** Every search begins by measuring the prompt as it is: the incumbent to beat. */
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { Candidate, OptimizationTask, OptimizerRun } from './optimizer.ts';

export function originalCandidate(task: OptimizationTask): Candidate {
  return { prompt: task.spec.prompt, parents: [], origin: 'original', note: 'the prompt as written' };
}

/** Scores the original on the validation rows and offers it. Asked twice in one run, it costs nothing the second time. */
export async function evaluateOriginal(task: OptimizationTask, run: OptimizerRun): Promise<Evaluation> {
  return await run.phase('baseline', async () => {
    const candidate = originalCandidate(task);
    run.propose(candidate);
    const evaluation = await run.evaluate(candidate.prompt, task.validation);
    run.offer(candidate, evaluation, 'validation');
    return evaluation;
  });
}
