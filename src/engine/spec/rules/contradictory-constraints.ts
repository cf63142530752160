import type { ConstraintSpec } from '../task-spec.ts';
import type { CheckedRule } from './rule.ts';

const SHORTEST_WORD_CHARACTERS = 2;

const numberOf = ({ config }: ConstraintSpec): number | null => (typeof config === 'number' ? config : null);

const textsOf = ({ config }: ConstraintSpec): readonly string[] =>
  typeof config === 'string'
    ? [config]
    : Array.isArray(config)
      ? (config as unknown[]).filter((item): item is string => typeof item === 'string')
      : [];

/** Whether both look at the same text: an output, or the whole reply, which holds every output. */
const sameText = (a: ConstraintSpec, b: ConstraintSpec): boolean => a.on === b.on;

const folded = ({ caseSensitive }: ConstraintSpec, text: string): string => (caseSensitive ? text : text.toLowerCase());

/** Why no text can keep both, as a clause; null when one can. Each pair is tried both ways round. */
function clash(a: ConstraintSpec, b: ConstraintSpec): string | null {
  const [one, two] = [numberOf(a), numberOf(b)];
  if (a.kind === 'minWords' && one !== null) {
    if (b.kind === 'maxWords' && two !== null && one > two) return `at least ${one} words, but at most ${two}`;
    // A word of one letter and the space after it.
    if (b.kind === 'maxChars' && two !== null && one * SHORTEST_WORD_CHARACTERS - 1 > two)
      return `at least ${one} words, but at most ${two} characters`;
  }
  const wanted = textsOf(a);
  const holdsWhole = a.kind === 'equals' || a.kind === 'startsWith' || a.kind === 'endsWith' || a.kind === 'contains';
  if (b.kind === 'notContains' && holdsWhole) {
    const banned = textsOf(b).find((text) => wanted.some((item) => folded(b, item).includes(folded(b, text))));
    if (banned !== undefined) return `"${wanted[0] ?? ''}" is asked for, but "${banned}" is not allowed`;
  }
  if (a.kind === b.kind && (a.kind === 'startsWith' || a.kind === 'endsWith' || a.kind === 'equals')) {
    const mine = folded(a, wanted[0] ?? '');
    const theirs = folded(b, textsOf(b)[0] ?? '');
    if (mine.includes('{{') || theirs.includes('{{')) return null;
    const agree =
      a.kind === 'startsWith'
        ? mine.startsWith(theirs) || theirs.startsWith(mine)
        : a.kind === 'endsWith'
          ? mine.endsWith(theirs) || theirs.endsWith(mine)
          : mine === theirs;
    const verb = { startsWith: 'begin with', endsWith: 'end with', equals: 'be' }[a.kind];
    if (!agree) return `it cannot ${verb} "${wanted[0] ?? ''}" and "${textsOf(b)[0] ?? ''}" at once`;
  }
  return null;
}

export const contradictoryConstraints: CheckedRule = {
  id: 'contradictory-constraints',
  group: 'constraints',
  severity: 'warning',
  title: 'Two constraints cannot both hold',
  meaning:
    'No reply can keep both: more words at least than at most, a text that must be there and must not, two different beginnings. A search then only chooses which of them to break. Change one, or say by `on` which output each is about.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: long, minWords: 80 }\n  - { name: short, maxWords: 50 }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: long, minWords: 25 }\n  - { name: short, maxWords: 50 }\n',
  hasFix: false,
  check({ spec, report }) {
    const { constraints } = spec;
    for (const [index, later] of constraints.entries()) {
      if (later.span === undefined) continue;
      for (const earlier of constraints.slice(0, index)) {
        if (!sameText(earlier, later)) continue;
        const why = clash(earlier, later) ?? clash(later, earlier);
        if (why === null) continue;
        const message = `This contradicts the constraint "${earlier.name}": ${why}. Change one of them.`;
        report.atSpan('contradictory-constraints', 'warning', later.span, message);
      }
    }
  },
};
