/** Every command, in the order the help shows them. A new one is a file and a line here. */
import type { CliCommand } from '../command.ts';
import { cacheCommand } from './cache.ts';
import { evalCommand } from './eval.ts';
import { initCommand } from './init.ts';
import { lintCommand } from './lint.ts';
import { modelsCommand } from './models.ts';
import { optimizeCommand } from './optimize.ts';
import { runsCommand } from './runs.ts';
import { serveCommand } from './serve.ts';

export const commands: readonly CliCommand[] = [
  initCommand,
  lintCommand,
  evalCommand,
  optimizeCommand,
  runsCommand,
  modelsCommand,
  cacheCommand,
  serveCommand,
];
