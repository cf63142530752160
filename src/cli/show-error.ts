/** How an error reaches a person or a program: what happened and what to do, never a stack unless asked for. */
import { describeError, isPromptOptError } from '../engine/index.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface ShowErrorOptions {
  readonly json: boolean;
  readonly debug: boolean;
  readonly exit: ExitCode;
}

/** `file:line: ` before the sentence, unless the sentence names the file and the line is no news. */
function place(error: unknown): string {
  if (!isPromptOptError(error)) return '';
  const { file, line } = error.details;
  if (file === undefined || (error.message.includes(file) && (line ?? 1) === 1)) return '';
  return `${file}${line === undefined ? '' : `:${line}`}: `;
}

/** Keeps only what `ErrorDetails` promises may be shown. */
function documentOf(error: unknown, exit: ExitCode): unknown {
  if (!isPromptOptError(error)) return { error: { code: 'internal', message: describeError(error), exit } };
  const details = Object.fromEntries(Object.entries(error.details).filter(([name]) => name !== 'cause'));
  return { error: { code: error.code, message: error.message, ...details, exit } };
}

export function showError(error: unknown, terminal: Terminal, { json, debug, exit }: ShowErrorOptions): void {
  terminal.err(terminal.errColours.red(`${place(error)}${describeError(error)}`));
  if (!isPromptOptError(error) && !debug)
    terminal.err('This should not happen. Set PROMPTOPT_DEBUG=1 to see where it comes from.');
  if (debug && error instanceof Error) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) terminal.err(at.stack ?? at.message);
  }
  if (json) terminal.out(JSON.stringify(documentOf(error, exit), null, 2));
}
