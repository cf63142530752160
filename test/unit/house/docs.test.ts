/** What the documents say is so: commands, options, settings, titles, variables, examples and generated pages. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import type { Command } from 'commander';
import { generatedFiles } from '../../../scripts/docs/files.ts';
import { commandLine, leaves } from '../../../scripts/docs/surface-pages.ts';
import { constraints } from '../../../src/engine/evaluation/constraints/table.ts';
import { metrics } from '../../../src/engine/evaluation/metrics/table.ts';
import { optimizers } from '../../../src/engine/optimizers/table.ts';
import { rules } from '../../../src/engine/spec/rules/table.ts';
import { commands, contextKeys, settings } from '../../../src/extension/contributions.ts';
import { anchors, boldTexts, codeBlocks, codeSpans, documents, root, sourceText } from '../../support/documents.ts';
import { lint } from '../../support/spec-language.ts';

const program = commandLine();
const source = sourceText(['src', 'scripts', 'webview-ui']);
const titles = new Set(Object.values(commands).map(({ title }) => `Prompt Optimizer: ${title}`));

const optionsOf = (command: Command): string[] => [
  '--help',
  ...command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']),
];

const everyOption = new Set(['--version', ...leaves(program).flatMap(optionsOf)]);

/** What is wrong with a written command line that begins with `promptopt`; null when it would be understood. */
function problemOf(line: string): string | null {
  const words =
    line
      .split(/\s+#\s/)[0]
      ?.trim()
      .split(/\s+/)
      .slice(1) ?? [];
  let command = program;
  for (const word of words) {
    if (!/^[a-z]/.test(word)) break;
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) {
      if (command.commands.length === 0) break;
      return word === 'help' ? null : `there is no command "${word}"`;
    }
    command = next;
  }
  const known = command === program ? ['--version', '--help', '--json'] : optionsOf(command);
  const unknown = words.find((word) => word.startsWith('--') && !known.includes(word.replace(/=.*$/, '')));
  return unknown === undefined ? null : `"${command.name()}" has no option ${unknown}`;
}

/** Every command line a document shows, in spans and in blocks. */
const commandLines = (text: string): string[] => [
  ...codeSpans(text).filter((span) => span.startsWith('promptopt ')),
  ...codeBlocks(text)
    .filter(({ language }) => language === 'sh' || language === 'yaml' || language === '')
    .flatMap(({ text: block }) => block.split('\n'))
    .map((line) => line.replace(/^\s*(?:- run: |\$ )?/, ''))
    .filter((line) => line.startsWith('promptopt ')),
];

describe('documents', () => {
  for (const { path, text } of documents) {
    describe(path, () => {
      it('links to headings that exist', () => {
        for (const [, target = '', anchor = ''] of text.matchAll(/\]\(([^)\s#:]*)#([^)]+)\)/g)) {
          const file = target === '' ? path : posix.join(posix.dirname(path), target);
          const linked = documents.find((document) => document.path === file);
          assert.ok(linked !== undefined, `${file} is no document.`);
          assert.ok(anchors(linked.text).has(anchor), `${file} has no heading #${anchor}.`);
        }
      });

      it('shows command lines that are understood', () => {
        for (const line of commandLines(text)) assert.equal(problemOf(line), null, line);
      });

      it('names options, settings, commands and variables that exist', () => {
        const known = new Set<string>([
          ...Object.keys(settings),
          ...Object.keys(commands),
          ...contextKeys,
          'promptopt.config.yaml',
          'promptopt.db',
        ]);
        for (const span of codeSpans(text)) {
          if (/^--[a-z]/.test(span)) {
            const [option = ''] = span.split(/[ =]/);
            assert.ok(everyOption.has(option) || source.includes(`'${option}'`), `There is no option ${span}.`);
          }
          if (/^promptopt\.[\w.]+$/.test(span)) assert.ok(known.has(span), `There is no ${span}.`);
          const [, variable] = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=\S*)?$/.exec(span) ?? [];
          if (variable !== undefined) assert.ok(source.includes(variable), `Nothing reads ${variable}.`);
        }
      });

      it('names commands of the palette by their titles', () => {
        for (const bold of boldTexts(text)) {
          if (bold.startsWith('Prompt Optimizer: ')) assert.ok(titles.has(bold), `There is no command "${bold}".`);
        }
      });

      it('shows prompt files the linter has nothing to say of', () => {
        for (const { mark, text: spec } of codeBlocks(text).filter((block) => block.mark === 'prompt file')) {
          assert.deepEqual(lint(spec), [], `${mark}\n${spec}`);
        }
      });
    });
  }

  it('show TypeScript that compiles against the library', () => {
    const blocks = documents.flatMap(({ path, text }) =>
      codeBlocks(text)
        .filter(({ language }) => language === 'ts')
        .map((block, index) => ({ file: join(root, `${path.replaceAll('/', '-')}-${index}.ts`), text: block.text })),
    );
    assert.ok(blocks.length > 0);
    assert.deepEqual(compile(new Map(blocks.map(({ file, text }) => [file, text]))), []);
  }).timeout(60_000);

  it('tell every generated page as it is made now', async () => {
    for (const { path, text } of await generatedFiles(root)) {
      const written = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
      assert.equal(written.replaceAll('\r\n', '\n'), text, `${path} is not up to date: run \`npm run docs\`.`);
    }
  }).timeout(120_000);

  it('have a heading for every constraint, metric, strategy and rule', () => {
    const headings = (name: string): Set<string> =>
      anchors(documents.find(({ path }) => path === `docs/reference/${name}.md`)?.text ?? '');
    for (const { key } of constraints) assert.ok(headings('constraints').has(key.toLowerCase()), key);
    for (const { key } of metrics) assert.ok(headings('metrics').has(key), key);
    for (const { name } of optimizers) assert.ok(headings('optimizers').has(name), name);
    for (const { id } of rules) assert.ok(headings('lint-rules').has(id), id);
  });

  it('name every command and setting of the extension', () => {
    const page = documents.find(({ path }) => path === 'docs/reference/settings.md')?.text ?? '';
    for (const id of [...Object.keys(settings), ...Object.keys(commands)]) assert.ok(page.includes(`\`${id}\``), id);
  });

  it('quote errors in the words the product uses', () => {
    const page = documents.find(({ path }) => path === 'docs/troubleshooting.md')?.text ?? '';
    const quoted = boldTexts(page).flatMap((bold) => /^"(.+)"$/.exec(bold)?.[1] ?? []);
    assert.ok(quoted.length > 30);
    const strange = quoted.flatMap((sentence) => {
      const parts = sentence
        .split(/\$?\b(?:NAME|FILE|URL|FOLDER|RUN|OWNER|N|OpenAI|OPENAI_API_KEY)\b| …|\(\d{3}\)/)
        .map((part) => part.trim().replace(/^[.,]$/, ''))
        .filter((part) => part.length > 3);
      return parts.length > 0 && parts.every((part) => source.includes(part)) ? [] : [sentence];
    });
    assert.deepEqual(strange, []);
  });

  it('give each decision its number and its four parts', () => {
    const names = readdirSync(join(root, 'docs', 'decisions')).sort();
    for (const [index, name] of names.entries()) {
      assert.ok(name.startsWith(`${String(index + 1).padStart(4, '0')}-`), name);
      const text = readFileSync(join(root, 'docs', 'decisions', name), 'utf8');
      assert.ok(text.startsWith(`# ${index + 1}. `), name);
      const parts = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(parts, ['Context', 'Choice', 'Rejected', 'What would change it'], name);
    }
  });
});

/** What TypeScript says of files that exist in memory only, with the library under its published name. */
function compile(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const own: ts.CompilerOptions = {
    ...options,
    types: ['node'],
    paths: { promptopt: [join(root, 'src', 'engine', 'index.ts')] },
  };
  const host = ts.createCompilerHost(own);
  const onDisk = ts.createCompilerHost(own);
  host.readFile = (name) => files.get(name) ?? onDisk.readFile(name);
  host.fileExists = (name) => files.has(name) || onDisk.fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? onDisk.getSourceFile(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2024);
  };
  const compiled = ts.createProgram([...files.keys()], own, host);
  return [...files.keys()].flatMap((name) => {
    const file = compiled.getSourceFile(name);
    const found = [...compiled.getSyntacticDiagnostics(file), ...compiled.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => `${dirname(name)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  });
}
