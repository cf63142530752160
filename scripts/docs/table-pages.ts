/** A page for each table of the engine: what it holds is what the product can do. */
import { parse } from 'yaml';
import { constraints } from '../../src/engine/evaluation/constraints/table.ts';
import { metrics } from '../../src/engine/evaluation/metrics/table.ts';
import { providers } from '../../src/engine/models/providers/table.ts';
import { workspaceConfigSchema } from '../../src/engine/models/workspace-config.ts';
import { optimizers } from '../../src/engine/optimizers/table.ts';
import type { LintRule } from '../../src/engine/spec/rules/lint-rule.ts';
import { rules } from '../../src/engine/spec/rules/table.ts';
import { commonConstraint, jsonSchemaOf } from '../../src/engine/spec/spec-schema.ts';
import { KEY_HEAD, code, keyRows, madeFrom, page, table, valueWords, yaml } from './markdown.ts';
import type { JsonSchema } from './markdown.ts';

const schemaOf = (schema: Parameters<typeof jsonSchemaOf>[0]): JsonSchema => jsonSchemaOf(schema);

const anchor = (heading: string): string => heading.toLowerCase().replace(/[^\w-]/g, '');

const linked = (key: string): string => `[${code(key)}](#${anchor(key)})`;

export function constraintsPage(): string {
  const sections = constraints.map((kind) => {
    const { key, summary, note, example, schema } = kind;
    const description = kind.describe(schema.parse(parse(example)));
    return [
      `## ${code(key)}`,
      summary,
      ...(note === undefined ? [] : [note]),
      `Value: ${valueWords(schemaOf(schema))}.`,
      yaml(`constraints:\n  - { ${key}: ${example} }`),
      `Description when you write none: “${description}”`,
    ].join('\n\n');
  });
  return page(
    'Constraints',
    madeFrom('src/engine/evaluation/constraints/table.ts'),
    'A constraint is one item of `constraints` in a prompt file. Its kind is the one key below that it holds. How constraints count is told in [the prompt file](../prompt-file.md#constraints).',
    'The description of a constraint is what a model that writes better prompts is shown, and what feedback on a broken constraint begins with. The target model sees it only when a prompt says it.',
    table(
      ['Kind', 'What a reply must be'],
      constraints.map(({ key, summary }) => [linked(key), summary]),
    ),
    '## Keys of every constraint',
    table(KEY_HEAD, keyRows(schemaOf(commonConstraint))),
    ...sections,
  );
}

export function metricsPage(): string {
  const sections = metrics.map(({ key, summary, computes, example, schema }) => {
    const options = keyRows(schemaOf(schema));
    return [
      `## ${code(key)}`,
      summary,
      computes,
      yaml(`metrics:\n  - ${example}`),
      ...(options.length === 0 ? [] : [table(KEY_HEAD, options)]),
    ].join('\n\n');
  });
  return page(
    'Metrics',
    madeFrom('src/engine/evaluation/metrics/table.ts'),
    'A metric scores one reply from 0 to 1. The score of a row is the weighted mean of the metrics that count for it; see [the prompt file](../prompt-file.md#score).',
    table(
      ['Metric', 'What it says'],
      metrics.map(({ key, summary }) => [linked(key), summary]),
    ),
    'In the list form each metric weighs 1; `weight` beside its options changes that. The map form gives names and weights only:',
    yaml('metrics: { accuracy: 0.8, constraints: 0.2 }'),
    ...sections,
  );
}

export function optimizersPage(): string {
  const sections = optimizers.map((optimizer) => {
    const { name, title, summary, whenToChoose, source, costFormula, configSchema } = optimizer;
    const options = keyRows(schemaOf(configSchema));
    return [
      `## ${code(name)}`,
      `**${title}.** ${summary}`,
      `Choose it when: ${whenToChoose}`,
      `Calls: ${costFormula}`,
      `Source: ${source}.`,
      options.length === 0
        ? 'It has no options.'
        : `Options, under \`optimize.config\`:\n\n${table(KEY_HEAD, options)}`,
    ].join('\n\n');
  });
  return page(
    'Optimizers',
    madeFrom('src/engine/optimizers/table.ts'),
    'The strategy of a run: `optimize.strategy` in the prompt file, `--strategy` on the command line, the first quick pick in VS Code. How to choose one is told in [optimizing](../optimizing.md).',
    table(
      ['Strategy', 'What it does'],
      optimizers.map(({ name, summary }) => [linked(name), summary]),
    ),
    'In the formulas n is the number of training rows and V the number of validation rows. The verdict comes on top: the test rows once for the original and once for the winner.',
    ...sections,
  );
}

const GROUPS: Readonly<Record<LintRule['group'], string>> = {
  structure: 'Structure',
  template: 'Template',
  constraints: 'Constraints',
  prompt: 'Prompt',
  data: 'Data',
};

export function lintRulesPage(): string {
  const section = ({ id, severity, title, meaning, bad, good, hasFix }: LintRule): string =>
    [
      `### ${code(id)}`,
      `${title}. ${severity === 'error' ? 'An error' : severity === 'warning' ? 'A warning' : 'Information'}${hasFix ? ', with a fix' : ''}.`,
      meaning,
      'Reported:',
      yaml(bad),
      'Not reported:',
      yaml(good),
    ].join('\n\n');
  const groups = (Object.keys(GROUPS) as LintRule['group'][]).flatMap((group) => [
    `## ${GROUPS[group]}`,
    ...rules.filter((rule) => rule.group === group).map(section),
  ]);
  return page(
    'Lint rules',
    madeFrom('src/engine/spec/rules/table.ts'),
    'What `promptopt lint` prints and VS Code shows while you type. A file with an error does not run.',
    table(
      ['Rule', 'Severity', 'Fix', 'What it reports'],
      rules.map(({ id, severity, title, hasFix }) => [linked(id), severity, hasFix ? 'yes' : '', title]),
    ),
    'In VS Code the severity of a rule is set by `promptopt.lint.severities`. A comment excepts the next line, with a reason if you like:',
    yaml(
      '# promptopt-disable-next-line unused-input -- filled by the next version\ninputs: { order_id: { type: string } }',
    ),
    ...groups,
  );
}

export function providersPage(): string {
  const sections = providers.map((provider) => {
    const { name, title, summary, example, accounting, keyVariable, baseUrlVariable, folderVariable } = provider;
    return [
      `## ${code(name)}`,
      `**${title}.** ${summary}`,
      table(
        ['', ''],
        [
          ['A model', code(example)],
          ['Key', keyVariable === null ? 'none needed' : `environment variable ${code(keyVariable)}`],
          [
            'Base URL',
            baseUrlVariable === null
              ? 'none'
              : `environment variable ${code(baseUrlVariable)}, or \`providers.${name}.baseUrl\` in \`promptopt.config.yaml\``,
          ],
          ...(folderVariable === undefined
            ? []
            : [
                [
                  'Its library',
                  `in the \`node_modules\` of the folder in the environment variable ${code(folderVariable)} or in \`providers.${name}.folder\` of \`promptopt.config.yaml\`, of the workspace, or of the product’s own data folder`,
                ],
              ]),
        ],
      ),
      accounting,
    ].join('\n\n');
  });
  return page(
    'Providers',
    madeFrom('src/engine/models/providers/table.ts'),
    'The part of a model’s name before the first slash names its provider.',
    table(
      ['Provider', 'What it is'],
      providers.map(({ name, summary }) => [linked(name), summary]),
    ),
    ...sections,
  );
}

/** The keys of `promptopt.config.yaml`, maps within maps by their path. */
export function workspaceConfigTable(): string {
  const rows = (schema: JsonSchema, path: string): string[][] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`;
      const inner = typeof value.additionalProperties === 'object' ? value.additionalProperties : null;
      const own = [code(at), valueWords(value), value.description ?? ''];
      if (value.properties !== undefined) return [own, ...rows(value, at)];
      if (inner?.properties === undefined) return [own];
      return [own, ...rows(inner, `${at}.${key === 'prices' ? 'MODEL' : 'NAME'}`)];
    });
  return table(['Key', 'Value', 'Meaning'], rows(schemaOf(workspaceConfigSchema), ''));
}
