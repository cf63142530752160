import { isTree } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

export const duplicateName: CheckedRule = {
  id: 'duplicate-name',
  group: 'structure',
  severity: 'error',
  title: 'Two things have one name',
  meaning:
    'A key stands twice in one map, two constraints or two evaluators have the same name, or an input is also an output. Of two equal keys only the last counts, and results are shown by name, so one would hide the other.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: short, maxWords: 50 }\n  - { name: short, maxSentences: 3 }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: short, maxWords: 50 }\n  - { name: few sentences, maxSentences: 3 }\n',
  hasFix: false,
  // Equal keys are found by the YAML reader, constraints by the reader of constraints.
  check({ tree, report }) {
    const names = new Set<string>();
    const evaluators: readonly unknown[] = Array.isArray(tree['evaluators']) ? tree['evaluators'] : [];
    for (const [index, evaluator] of evaluators.entries()) {
      const name = isTree(evaluator) ? evaluator['name'] : undefined;
      if (typeof name !== 'string') continue;
      if (names.has(name))
        report.at(
          'duplicate-name',
          'warning',
          ['evaluators', index, 'name'],
          `Two evaluators are named "${name}". Rename one.`,
        );
      names.add(name);
    }
    const { inputs, outputs } = tree;
    if (!isTree(inputs) || !isTree(outputs)) return;
    for (const name of Object.keys(outputs)) {
      if (Object.hasOwn(inputs, name))
        report.atKey(
          'duplicate-name',
          'warning',
          ['outputs', name],
          `"${name}" is an input and an output. Rename one, so that a row can give both.`,
        );
    }
  },
};
