/** The generated files: reference pages, the schema of prompt files for other editors, and the README's excerpts. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { constraints } from '../../src/engine/evaluation/constraints/table.ts';
import { metrics } from '../../src/engine/evaluation/metrics/table.ts';
import { optimizers } from '../../src/engine/optimizers/table.ts';
import { specJsonSchema } from '../../src/engine/spec/spec-schema.ts';
import { readmeWithOutput } from './start-output.ts';
import { commandLinePage, settingsPage } from './surface-pages.ts';
import { constraintsPage, lintRulesPage, metricsPage, optimizersPage, providersPage } from './table-pages.ts';

export interface GeneratedFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** All of them as they should be; pages are formatted as the rest of the project is. */
export async function generatedFiles(root: string): Promise<GeneratedFile[]> {
  const pages: Readonly<Record<string, string>> = {
    'command-line': commandLinePage(),
    constraints: constraintsPage(),
    'lint-rules': lintRulesPage(),
    metrics: metricsPage(),
    optimizers: optimizersPage(),
    providers: providersPage(),
    settings: settingsPage(root),
  };
  const schema = specJsonSchema({ constraints, metrics, strategies: optimizers });
  const style = await resolveConfig(join(root, 'docs', 'reference', 'any.md'));
  const formatted = await Promise.all(
    Object.entries(pages).map(async ([name, text]) => ({
      path: `docs/reference/${name}.md`,
      text: await format(text, { ...style, parser: 'markdown' }),
    })),
  );
  return [
    ...formatted,
    { path: 'schemas/prompt-yaml.schema.json', text: `${JSON.stringify(schema, null, 2)}\n` },
    { path: 'README.md', text: readmeWithOutput(root) },
  ];
}
