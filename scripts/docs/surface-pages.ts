/** What a person types and sets: the command line from its own program, the extension's part from the manifest. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { CommandContext } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/table.ts';
import { EXIT, exitMeanings } from '../../src/cli/exit-codes.ts';
import { providers } from '../../src/engine/models/providers/table.ts';
import { code, madeFrom, page, table, valueWords } from './markdown.ts';
import type { JsonSchema } from './markdown.ts';
import { workspaceConfigTable } from './table-pages.ts';

/** The program as it parses a command line; nothing here runs a command, so nobody asks for a context. */
export function commandLine(): Command {
  const program = new Command('promptopt');
  for (const add of commands) add(program, {} as CommandContext);
  return program;
}

/** Every command that does something, in the order of the help. */
export const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

/** Numbers and texts are said; an option that is merely on or off says so by its name. */
const withDefault = (description: string, value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? `${description} (default: ${value})` : description;

function commandSection(command: Command): string {
  const help = command.createHelp();
  const usage = help.commandUsage(command);
  const args = help
    .visibleArguments(command)
    .map((argument) => [code(argument.name()), withDefault(argument.description, argument.defaultValue)]);
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .map(({ flags, description, defaultValue, argChoices }) => [
      code(flags),
      withDefault(
        `${description}${argChoices === undefined ? '' : `: ${argChoices.map(code).join(', ')}`}`,
        defaultValue,
      ),
    ]);
  return [
    `## ${code(usage.replace(/ \[options\].*$/, ''))}`,
    help.commandDescription(command),
    `\`\`\`\n${usage}\n\`\`\``,
    ...(args.length === 0 ? [] : [table(['Argument', 'Meaning'], args)]),
    ...(options.length === 0 ? [] : [table(['Option', 'Meaning'], options)]),
    ...(command.options.some(({ long }) => long === '--strategy')
      ? ['The strategies are in [optimizers](optimizers.md).']
      : []),
  ].join('\n\n');
}

/** What is read from the environment besides the keys of providers. */
const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  [
    'PROMPTOPT_ASK_ABOVE_USD',
    'A run or evaluation whose worst forecast costs more than this asks first; wins over `budget.askAboveUsd`. 1 when neither is set.',
  ],
  ['PROMPTOPT_SERVE_TOKEN', 'What clients of `promptopt serve` must send as API key.'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'Where telemetry goes, if the workspace asks for any.'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'What is sent to the collector along with it.'],
  ['PROMPTOPT_DEBUG', '`1` prints the stack of an error.'],
  ['NO_COLOR', 'Any value: no colours.'],
  ['FORCE_COLOR', 'Any value but `0`: colours, also where nobody watches.'],
];

export function commandLinePage(): string {
  const keys = providers.flatMap(({ title, keyVariable, baseUrlVariable, folderVariable }) => [
    ...(keyVariable === null ? [] : [[code(keyVariable), `The key of ${title}.`]]),
    ...(baseUrlVariable === null
      ? []
      : [[code(baseUrlVariable), `The base URL of ${title}, for a server of your own.`]]),
    ...(folderVariable === undefined
      ? []
      : [[code(folderVariable), `The folder the library of ${title} is installed in.`]]),
  ]);
  return page(
    'The command line',
    madeFrom('the commands in src/cli/commands'),
    'Each command has `--help`. With `--json` a command prints one JSON document on standard output and nothing else there; progress goes to standard error.',
    'In a search the first ctrl-C goes on to the verdict on the best so far, the second leaves at once; `promptopt runs resume` goes on from there. In an evaluation ctrl-C ends it; the same command goes on with the replies it has.',
    ...leaves(commandLine()).map(commandSection),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), exitMeanings[name]]),
    ),
    '## Environment variables',
    table(['Variable', 'Meaning'], [...keys, ...VARIABLES.map(([name, meaning]) => [code(name), meaning])]),
  );
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, JsonSchema & { readonly markdownDescription: string }>>;
    };
  };
}

export function settingsPage(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const { commands: contributed, configuration } = manifest.contributes;
  return page(
    'Settings and commands',
    madeFrom('package.json', 'src/engine/models/workspace-config.ts'),
    '## Settings of the extension',
    table(
      ['Setting', 'Value', 'Default', 'Meaning'],
      Object.entries(configuration.properties).map(([id, setting]) => [
        code(id),
        valueWords(setting),
        code(JSON.stringify(setting.default)),
        setting.markdownDescription,
      ]),
    ),
    '## Commands of the extension',
    table(
      ['In the command palette', 'Id'],
      contributed.map(({ category, title, command }) => [`${category}: ${title}`, code(command)]),
    ),
    '## `promptopt.config.yaml`',
    'Settings of a workspace that the extension and the command line share. The file is looked for from the prompt file’s folder upwards, no further than the workspace’s root where there is one. Keys never belong into it: a file that holds one is refused. In VS Code `promptopt.concurrency` wins over the file’s `concurrency`.',
    workspaceConfigTable(),
  );
}
