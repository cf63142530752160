import type { CheckedRule } from './rule.ts';

const ATOM = String.raw`(?:\[[^\]]*\]|\\[A-Za-z]|\.|[^()\[\]\\|+*?{}])`;
const ENDLESS = String.raw`(?:[+*]|\{\d*,\})`;
/**
 * A group of nothing but repeatable pieces, repeated: `(a+)+`, `(\w*\s*)*`. With a piece that must be there once a
 * round, as in `(, \w+)*`, there is one way to match, and no harm.
 */
const NESTED = new RegExp(
  String.raw`\((?:\?:|\?<[A-Za-z]\w*>)?(?:${ATOM}[?*])*${ATOM}${ENDLESS}(?:${ATOM}[?*])*\)${ENDLESS}`,
  'u',
);
/** Two equal choices that are repeated without end: `(a|a)*`. */
const SAME_CHOICES = /\((?:\?:)?((?:[^()|\\]|\\.)+)\|\1\)(?:[+*]|\{\d*,\})/u;

function problemOf(source: string): string | null {
  try {
    new RegExp(source, 'u');
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: \/.*\/u?: /u, '') : '';
    return `This pattern is broken (${why}), so the constraint fails for every reply.`;
  }
  return NESTED.test(source) || SAME_CHOICES.test(source)
    ? 'This pattern repeats a repetition, which can take for ever on a long reply. Repeat it once.'
    : null;
}

export const unsafeRegex: CheckedRule = {
  id: 'unsafe-regex',
  group: 'constraints',
  severity: 'warning',
  title: 'A pattern is broken or can take for ever',
  meaning:
    'The pattern of a `regex` or `notRegex` constraint cannot be read, or has a repetition inside a repetition such as `(a+)+`, for which the time grows with every character of some replies. Patterns run in a thread of their own and are ended after half a second; the constraint then fails.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: list, regex: "^(\\\\w+)+$" }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\nconstraints:\n  - { name: list, regex: "^\\\\w+(, \\\\w+)*$" }\n',
  hasFix: false,
  check({ spec, document, report }) {
    for (const { kind, config, span } of spec.constraints) {
      if ((kind !== 'regex' && kind !== 'notRegex') || typeof config !== 'string' || span === undefined) continue;
      const problem = problemOf(config);
      if (problem === null) continue;
      const index = spec.constraints.findIndex((constraint) => constraint.span === span);
      const at = document.spanOf(['constraints', index, kind]);
      report.atSpan('unsafe-regex', 'warning', at.start >= span.start && at.end <= span.end ? at : span, problem);
    }
  },
};
