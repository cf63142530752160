/** Reads a request to improve an instruction: the text it has now, and records of answers with feedback. */

export interface FieldLesson {
  readonly name: string;
  readonly expected: unknown;
}

export interface RecordLesson {
  readonly input: string;
  readonly output: string;
  /** The whole answer that was expected, when the feedback tells or the answer was right. */
  readonly expected: string | null;
  readonly right: boolean;
  readonly fields: readonly FieldLesson[];
  /** Descriptions of constraints that failed. */
  readonly failed: readonly string[];
}

export interface Reflection {
  readonly role: 'system' | 'user';
  readonly current: string;
  readonly records: readonly RecordLesson[];
  /** Texts to keep word for word, placeholders among them. */
  readonly frozen: readonly string[];
  readonly constraints: readonly string[];
  /** The labels the request says a reply is one of; empty when it says none. */
  readonly labels: readonly string[];
}

export function isReflection(text: string): boolean {
  return /^## Current instruction\s*$/m.test(text) && /^## Records\s*$/m.test(text);
}

function section(text: string, name: string): string {
  const start = text.indexOf(`## ${name}\n`);
  return start < 0 ? '' : text.slice(start + name.length + 4);
}

function fencedBlock(text: string): string {
  const [, fence = '', rest = ''] = /^\s*(`{3,}|~{3,})[^\n]*\n([\s\S]*)$/.exec(text) ?? [];
  if (fence === '') return text.split('\n\n')[0] ?? '';
  const end = rest.indexOf(`\n${fence}`);
  return end < 0 ? rest : rest.slice(0, end);
}

const bullets = (text: string): string[] =>
  (text.split(/\n\n(?=## |Answer with )/)[0] ?? '')
    .split('\n')
    .flatMap((line) => (/^- (.+)$/.exec(line)?.[1] ?? '') || []);

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function readRecord(text: string): RecordLesson {
  const inputAt = text.indexOf('Inputs:\n');
  const outputAt = text.indexOf('\nOutput:\n');
  const feedbackAt = text.lastIndexOf('\nFeedback:\n');
  const input = text.slice(inputAt + 8, outputAt < 0 ? text.length : outputAt);
  const output = outputAt < 0 ? '' : text.slice(outputAt + 9, feedbackAt < 0 ? text.length : feedbackAt).trim();
  const feedback = feedbackAt < 0 ? '' : text.slice(feedbackAt + 11).trim();
  const right = /^This answer is right\.?$/.test(feedback);
  const told = /(?:^|\n|\. )Expected "([\s\S]*?)",? (?:but )?got\b/.exec(feedback)?.[1] ?? null;
  const fields = [
    ...feedback.matchAll(
      /Field "([^"]+)": expected ([\s\S]*?),? (?:but )?got [\s\S]*?(?=\.?(?:\s+Field "|\s+Constraint "|\n|$))/g,
    ),
  ].map(([, name = '', expected = '']) => ({ name, expected: valueOf(expected) }));
  const failed = feedback
    .split('\n')
    .flatMap((line) =>
      [...line.matchAll(/Constraint "[^"]*" failed: ([\s\S]*?)(?=(?:\s+Constraint ")|$)/g)].map(
        ([, description = '']) => description.trim(),
      ),
    );
  return { input, output, expected: told ?? (right ? output : null), right, fields, failed };
}

/** `- team: one of billing, shipping. Who handles it` */
function declaredLabels(outputs: readonly string[]): string[] {
  const [only, ...others] = outputs;
  const list = others.length > 0 ? null : /^[^:]+: one of ([^.]+)/.exec(only ?? '');
  return list?.[1]?.split(/,\s*/).filter((label) => label !== '') ?? [];
}

export function readReflection(text: string): Reflection {
  const records =
    section(text, 'Records').split(/\n\n(?=## (?:Frozen|Constraints)\n|Answer with the new instruction)/)[0] ?? '';
  return {
    role: /improve the user message/i.test(text) ? 'user' : 'system',
    current: fencedBlock(section(text, 'Current instruction')),
    records: records
      .split(/^### Record \d+\s*$/m)
      .slice(1)
      .map(readRecord),
    frozen: bullets(section(text, 'Frozen').replace(/^[^\n]*:\n/, '')),
    constraints: bullets(section(text, 'Constraints')),
    labels: declaredLabels(bullets(section(text, 'Outputs'))),
  };
}
