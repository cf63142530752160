/** A small scorer for the ladder: the three examples' metrics, without the product's evaluator. */

export type Row = Readonly<Record<string, unknown>>;

const plain = (text: string): string => text.trim().toLowerCase();
const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const countWords = (text: string): number => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

/** One check of a reply: its description as a constraint states it, and why it failed. */
export interface Check {
  readonly name: string;
  readonly description: string;
  readonly passed: boolean;
}

export interface Scored {
  /** 0…1. */
  readonly score: number;
  /** In the words the product's evaluator uses; empty for a perfect reply. */
  readonly feedback: string;
}

export function tokenF1(reply: string, expected: string): number {
  const left = words(reply);
  const right = words(expected);
  const counts = new Map<string, number>();
  for (const word of right) counts.set(word, (counts.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of left) {
    const count = counts.get(word) ?? 0;
    if (count === 0) continue;
    counts.set(word, count - 1);
    shared++;
  }
  return shared === 0 ? 0 : (2 * shared) / (left.length + right.length);
}

const failures = (checks: readonly Check[]): string[] =>
  checks
    .filter((check) => !check.passed)
    .map((check) => `Constraint "${check.name}" failed: ${check.description} The reply breaks it.`);

const passRate = (checks: readonly Check[]): number => checks.filter((check) => check.passed).length / checks.length;

export function scoreTriage(reply: string, row: Row): Scored {
  const expected = String(row['expected']);
  const right = plain(reply) === plain(expected);
  const checks = [
    { name: 'one word', description: 'Answer with only one word, nothing else.', passed: countWords(reply) <= 1 },
  ];
  const shown = reply.length > 200 ? `${reply.slice(0, 200)}…` : reply;
  return {
    score: 0.8 * Number(right) + 0.2 * passRate(checks),
    feedback: [...(right ? [] : [`Expected "${expected}", got "${shown}".`]), ...failures(checks)].join('\n'),
  };
}

export function scoreOrder(reply: string, row: Row): Scored {
  const expected = row['expected'] as Readonly<Record<string, unknown>>;
  let values: Readonly<Record<string, unknown>> = {};
  try {
    values = JSON.parse(reply) as Readonly<Record<string, unknown>>;
  } catch {
    return { score: 0, feedback: 'The reply could not be read as JSON.' };
  }
  const names = Object.keys(expected);
  const wrong = names.filter((name) => {
    const [want, got] = [expected[name], values[name]];
    return typeof want === 'string' && typeof got === 'string' ? plain(want) !== plain(got) : want !== got;
  });
  const feedback = wrong.map(
    (name) =>
      `Field "${name}": expected ${JSON.stringify(expected[name])}, got ${name in values ? JSON.stringify(values[name]) : 'nothing'}.`,
  );
  return { score: 1 - wrong.length / names.length, feedback: feedback.join('\n') };
}

export function replyChecks(reply: string, row: Row): Check[] {
  const count = countWords(reply);
  const lower = reply.toLowerCase();
  return [
    {
      name: 'greeting',
      description: 'Begin with "Hello", the first name of the customer and a comma.',
      passed: reply.startsWith('Hello '),
    },
    { name: 'order id', description: 'Mention the order id.', passed: reply.includes(String(row['order_id'])) },
    { name: 'at most 60 words', description: 'At most 60 words.', passed: count <= 60 },
    { name: 'at least 25 words', description: 'At least 25 words.', passed: count >= 25 },
    {
      name: 'no promises',
      description: 'Do not use "guarantee", "100%", "definitely" or "promise".',
      passed: !/guarantee|100%|definitely|promise/.test(lower),
    },
    { name: 'calm', description: 'Do not use exclamation marks.', passed: !reply.includes('!') },
    {
      name: 'closing',
      description: 'End with "Kind regards, the Northwind team".',
      passed: /Kind regards, the Northwind team$/i.test(reply.trim()),
    },
  ];
}

export function scoreReply(reply: string, row: Row): Scored {
  const checks = replyChecks(reply, row);
  const expected = String(row['expected']);
  const f1 = tokenF1(reply, expected);
  return {
    score: 0.7 * passRate(checks) + 0.3 * f1,
    feedback: [...(f1 > 0.999 ? [] : [`Expected "${expected}", got "${reply}".`]), ...failures(checks)].join('\n'),
  };
}
