/** Every optimizer, in the order pickers show them. A new one is a file and a line here. */
import { auto } from './auto.ts';
import { bootstrapFewShot } from './dspy/bootstrap-few-shot.ts';
import { gepa } from './gepa/gepa.ts';
import type { OptimizerDescriptor } from './optimizer.ts';

export const optimizers = [auto, bootstrapFewShot, gepa] as readonly OptimizerDescriptor[];
