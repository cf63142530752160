/** The command line as a whole: its commands, its help, and what a wrong one is answered. */
import { Command, CommanderError } from 'commander';
import { ENGINE_VERSION, PromptOptError } from '../engine/index.ts';
import type { CommandContext } from './command.ts';
import { commands } from './commands/table.ts';

/** "error: unknown option '--x'\n(Did you mean --y?)" as sentences. */
function sentenceOf(message: string): string {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1);
  const hint = rest.map((line) => line.replace(/^\((.*)\)$/, '$1').trim()).join(' ');
  return `${sentence}${/[.?]$/.test(sentence) ? '' : '.'}${hint === '' ? '' : ` ${hint}`}`;
}

/**
 * Runs one command line (without node and script).
 * @throws PromptOptError `usage` for what cannot be understood, and whatever the command throws.
 */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<void> {
  const { terminal } = context;
  let wrong = '';
  const program = new Command('promptopt')
    .description(
      'Lint, evaluate and optimize prompt files, with the gain proven on held-out rows within a hard budget.',
    )
    .version(ENGINE_VERSION, '--version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text);
      },
      writeErr: (text) => {
        terminal.err(text);
      },
      outputError: (text) => {
        wrong += text;
      },
    })
    .helpCommand('help [command]', 'help for a command')
    .showSuggestionAfterError();
  for (const add of commands) add(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return;
    // Without a command commander shows the help itself.
    if (error.code === 'commander.help')
      throw new PromptOptError('usage', 'No command was given.', { remedy: 'Choose one of the commands above.' });
    throw new PromptOptError('usage', sentenceOf(wrong.trim() === '' ? error.message : wrong.trim()), {
      remedy: 'See `promptopt help`.',
    });
  }
}
