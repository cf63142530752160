/** Every command, in the order the help shows them. A new one is a file and a line here. */
import type { CliCommand } from '../command.ts';
import { optimizeCommand } from './optimize.ts';

export const commands: readonly CliCommand[] = [optimizeCommand];
