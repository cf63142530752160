/** `promptopt serve`: the models for other programs, with the cache, the limits and the account of a run. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { limits as limitsText } from '../../protocol/wording.ts';
import type { ModelServer } from '../../engine/index.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { aboveZero, addCallOptions, limitsFrom, settingsFrom, wholeAboveZero, wholeNumber } from '../options.ts';
import type { CallOptions, LimitOptions } from '../options.ts';
import { sessionText } from '../show-session.ts';
import { addStoreOption } from '../stored-runs.ts';
import type { StoreOptions } from '../stored-runs.ts';

interface ServeCommandOptions extends StoreOptions, LimitOptions, CallOptions {
  readonly port?: number;
  readonly token?: string;
  readonly model: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Keeps the token off the command line, where every user of the machine can read it. */
const TOKEN_VARIABLE = 'PROMPTOPT_SERVE_TOKEN';

function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return value;
}

const firstLine = ({ baseUrl, token, models, limits }: ModelServer, isOwnToken: boolean): string =>
  [
    `Serving at ${baseUrl}`,
    isOwnToken ? 'token as given' : `token ${token}`,
    `models ${models.length === 0 ? 'any provider/model that can be asked' : models.join(', ')}`,
    `limit ${limitsText(limits)}.`,
  ].join(', ');

async function serve(options: ServeCommandOptions, context: CommandContext): Promise<void> {
  const { terminal, env, folder, interrupts } = context;
  const engine = context.engine(settingsFrom(options));
  const given = options.token ?? env[TOKEN_VARIABLE];
  const say = (text: string): void => {
    if (options.json === true) terminal.err(text);
    else terminal.out(text);
  };
  const near = resolve(folder, options.in ?? '.');
  const { location } = await engine.store(near);
  const server = await engine.serve(near, {
    limits: limitsFrom(options),
    onLimit(sentence) {
      terminal.err(
        terminal.errColours.yellow(`${sentence} Requests that do not fit are answered with 429 from now on.`),
      );
    },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(given === undefined || given === '' ? {} : { token: given }),
    ...(options.model.length === 0 ? {} : { models: options.model }),
  });
  say(firstLine(server, given !== undefined && given !== ''));
  if (location.note !== null) say(location.note);
  if (options.quiet !== true)
    say(`Session ${server.id}. Give clients the address as base URL and the token as API key. Ctrl-C ends it.`);
  // Once: what is under way is still answered. Twice: it is not.
  const stop = (): void => {
    server.stop();
  };
  const cut = (): void => {
    server.cut();
  };
  const session = await interrupts.during([stop, cut], () => server.result);
  if (options.json === true) terminal.out(JSON.stringify(session, null, 2));
  else terminal.out(`\n${sessionText(session, terminal.outColours)}`);
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export const serveCommand: CliCommand = (program, context) => {
  const command = program
    .command('serve')
    .summary('answer other programs in the words of OpenAI’s API, with cache, limits and account')
    .description(
      'Serves the models on 127.0.0.1 to any program that speaks OpenAI’s chat completions. What is asked twice comes from the cache; the limits and the account are those of a run.',
    )
    .option('--port <p>', 'where to listen, 0 for any free port (default: 8765)', port)
    .option('--token <t>', `what clients must send as API key (default: ${TOKEN_VARIABLE}, else a new one)`)
    .option('--model <model>', 'answer for this model only, by name or alias; may be given several times', collect, [])
    .option('--budget-usd <dollars>', 'hard limit in USD (default, without any limit: 2 and 800 calls)', aboveZero)
    .option('--budget-calls <n>', 'hard limit in calls', wholeAboveZero)
    .option('--budget-tokens <n>', 'hard limit in tokens, input and output together', wholeAboveZero)
    .option('--minutes <m>', 'answer for so many minutes', aboveZero);
  addCallOptions(command);
  command
    .option('--json', 'print the account as one JSON document on stdout at the end, all else on stderr')
    .option('--quiet', 'only the address and the account');
  addStoreOption(command).action(async (options: ServeCommandOptions) => {
    await serve(options, context);
  });
};
