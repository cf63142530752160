/** `auto`: what to run when nothing is chosen. Today a row that runs two others and says so. */
import * as z from 'zod';
import { bootstrapFewShot } from './dspy/bootstrap-few-shot.ts';
import { gepa } from './gepa/gepa.ts';
import type { OptimizationTask, OptimizerDescriptor, OptimizerRun } from './optimizer.ts';

const configSchema = z.strictObject({});

export type AutoConfig = z.infer<typeof configSchema>;

const fewShotConfig = bootstrapFewShot.configSchema.parse({});
const gepaConfig = gepa.configSchema.parse({});

async function optimize(task: OptimizationTask, _config: AutoConfig, run: OptimizerRun): Promise<void> {
  await run.phase(
    'few-shot wave',
    () => bootstrapFewShot.optimize(task, fewShotConfig, run.child('few-shot', 1)),
    'BootstrapFewShot',
  );
  await run.phase(
    'reflective search',
    () => gepa.optimize(task, gepaConfig, run.child('gepa', 1)),
    'GEPA from the best so far',
  );
}

export const auto: OptimizerDescriptor<AutoConfig> = {
  name: 'auto',
  title: 'Auto (recommended)',
  summary: 'Runs BootstrapFewShot, then GEPA from its winner, within one budget.',
  whenToChoose: 'You do not want to choose.',
  source: 'BootstrapFewShot and GEPA, see there',
  costFormula: 'BootstrapFewShot + GEPA',
  version: '1',
  configSchema,
  forecast(figures) {
    const [first, second] = [bootstrapFewShot.forecast(figures, fewShotConfig), gepa.forecast(figures, gepaConfig)];
    const join = (level: 'low' | 'likely' | 'worst'): { target: number; proposer: number } => ({
      // The second finds the baseline already measured.
      target: (first[level].target ?? 0) + (second[level].target ?? 0) - figures.validationRows,
      proposer: second[level].proposer ?? 0,
    });
    const demonstrations = Math.max(first.demonstrations, second.demonstrations);
    return { low: join('low'), likely: join('likely'), worst: join('worst'), demonstrations };
  },
  optimize,
};
