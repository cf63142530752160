import { isTree } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

const isZero = (value: unknown): boolean => value === 0;

export const weightsSumZero: CheckedRule = {
  id: 'weights-sum-zero',
  group: 'constraints',
  severity: 'error',
  title: 'Nothing has a weight',
  meaning:
    'Every constraint that only costs its weight, or every metric, has the weight 0, so no reply can score better than another. Give at least one of them a weight above 0. A constraint with `severity: must` counts without one.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: short, maxWords: 50, weight: 0 }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: short, maxWords: 50, weight: 0.3 }\n  - { name: few sentences, maxSentences: 3, weight: 0 }\n',
  hasFix: false,
  check({ tree, report }) {
    const { constraints, metrics } = tree;
    const say = (what: string): string => `Every ${what} has the weight 0, so nothing is scored. Give one a weight.`;
    if (Array.isArray(constraints)) {
      const soft = (constraints as unknown[]).filter((entry) => isTree(entry) && entry['severity'] !== 'must');
      if (
        soft.length > 0 &&
        soft.length === constraints.length &&
        soft.every((entry) => isTree(entry) && isZero(entry['weight']))
      )
        report.atKey('weights-sum-zero', 'error', ['constraints'], say('constraint'));
    }
    if (isTree(metrics)) {
      const weights = Object.values(metrics);
      if (weights.length > 0 && weights.every(isZero))
        report.atKey('weights-sum-zero', 'error', ['metrics'], say('metric'));
    }
  },
};
