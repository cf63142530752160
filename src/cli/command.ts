/** What every command is given, and what it is: one file each, one line each in `commands/table.ts`. */
import type { Command } from 'commander';
import type { Engine } from '../engine/index.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Interrupts } from './interrupts.ts';
import type { Terminal } from './terminal.ts';

/** What the command line's options say to the engine. */
export interface EngineSettings {
  readonly concurrency?: number;
  readonly retry?: boolean;
  readonly cache?: boolean;
  readonly useEmergencyBudget?: boolean;
}

export interface CommandContext {
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Made once, closed when the command ends. */
  engine(settings?: EngineSettings): Engine;
  /** What the shell is told; 0 when a command says nothing. */
  exit(code: ExitCode): void;
}

/** Adds itself to the program. */
export type CliCommand = (program: Command, context: CommandContext) => void;
