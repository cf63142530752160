/** `promptopt runs`: what earlier runs found. */
import type { CliCommand } from '../command.ts';
import { compareRuns } from './runs/compare.ts';
import { deleteRun } from './runs/delete.ts';
import { listRuns } from './runs/list.ts';
import { pinRun, unpinRun } from './runs/pin.ts';
import { purgeRuns } from './runs/purge.ts';
import { resumeRun } from './runs/resume.ts';
import { showRun } from './runs/show.ts';

export const runsCommand: CliCommand = (program, context) => {
  const runs = program
    .command('runs')
    .summary('list, show, resume, compare, pin and delete runs')
    .description('Runs are kept in .promptopt/ beside the spec, in its workspace or repository.');
  for (const add of [listRuns, showRun, resumeRun, compareRuns, deleteRun, pinRun, unpinRun, purgeRuns])
    add(runs, context);
};
