/** The command line's composition root: the one place that touches the process. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createEngine } from '../engine/index.ts';
import type { Engine } from '../engine/index.ts';
import type { CommandContext } from './command.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { createInterrupts } from './interrupts.ts';
import { checkoutNode, isNewEnough, runUnder } from './newer-node.ts';
import { runProgram } from './program.ts';
import { showError } from './show-error.ts';
import { createTerminal } from './terminal.ts';
import { userDataFolder } from './user-data.ts';
import { workerFiles } from './worker-files.ts';

const { env, argv } = process;
const own = isNewEnough(process.versions.node) ? null : checkoutNode(import.meta.url, process.platform, process.arch);
if (own !== null) process.exit(await runUnder(own, argv.slice(1)));

const terminal = createTerminal({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env });
let exitCode: ExitCode = EXIT.done;
let engine: Engine | null = null;

const context: CommandContext = {
  terminal,
  env,
  folder: process.cwd(),
  interrupts: createInterrupts(() => process.exit(EXIT.interrupted)),
  engine: ({ concurrency, retry = true, cache = true, useEmergencyBudget = false } = {}) =>
    (engine ??= createEngine({
      workers: workerFiles(import.meta.url),
      variable: (name) => env[name],
      userData: userDataFolder({ platform: process.platform, home: homedir(), env, join }),
      useCache: cache,
      useEmergencyBudget,
      ...(retry ? {} : { retries: 0 }),
      ...(concurrency === undefined ? {} : { concurrency }),
    })),
  exit(code) {
    exitCode = code;
  },
};

const args = argv.slice(2);
try {
  await runProgram(args, context);
} catch (error) {
  exitCode = exitCodeOf(error);
  showError(error, terminal, {
    json: args.includes('--json'),
    debug: env['PROMPTOPT_DEBUG'] === '1',
    exit: exitCode,
  });
}
// A store that cannot be closed has said so before; what is left is to leave.
await (engine as Engine | null)?.close().catch(() => undefined);
await terminal.drain();
process.exit(exitCode);
