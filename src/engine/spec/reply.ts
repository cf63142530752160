/** What a reply means, and what a demonstration shows for an expected answer. */
import type { ExpectedValue, TaskSpec } from './task-spec.ts';

type Shape = Pick<TaskSpec, 'outputs' | 'responseFormat'>;

/** Whether replies are JSON objects by output name. */
const isJson = (spec: Shape): boolean => spec.responseFormat.type !== 'text';

/** The first JSON object in a text: alone, in a fence, or with words around it. */
export function findJsonObject(text: string): Readonly<Record<string, unknown>> | null {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1];
  for (const candidate of [text, fenced, text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)]) {
    if (candidate === undefined || candidate.trim() === '') continue;
    try {
      const value: unknown = JSON.parse(candidate);
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return value as Readonly<Record<string, unknown>>;
    } catch {
      // The next form may be the one.
    }
  }
  return null;
}

/** `[[ ## name ## ]]` sections: a header counts at the beginning of a line; the first of a name wins. */
function readSections(text: string): Record<string, string> {
  const sections: Record<string, string> = {};
  let current: { name: string; lines: string[] } | null = null;
  const close = (): void => {
    if (current !== null) sections[current.name] ??= current.lines.join('\n').trim();
  };
  for (const line of text.split('\n')) {
    const trimmed = line.trimStart();
    const header = /^\[\[ *## *(\w+) *## *\]\]/.exec(trimmed);
    if (header?.[1] !== undefined) {
      close();
      current = { name: header[1], lines: [trimmed.slice(header[0].length).trim()] };
    } else current?.lines.push(line);
  }
  close();
  return sections;
}

/** The outputs of a reply by name; null when it cannot be read. */
export function readReply(spec: Shape, text: string): Readonly<Record<string, unknown>> | null {
  const [only] = spec.outputs;
  if (spec.outputs.length <= 1) {
    const trimmed = text.trim();
    return trimmed === '' ? null : { [only?.name ?? 'reply']: trimmed };
  }
  if (isJson(spec)) return findJsonObject(text);
  const sections = readSections(text);
  const complete = spec.outputs.every((output) => output.optional || Object.hasOwn(sections, output.name));
  return complete
    ? Object.fromEntries(
        spec.outputs.flatMap(({ name }) => (Object.hasOwn(sections, name) ? [[name, sections[name]]] : [])),
      )
    : null;
}

const print = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The reply that says exactly `expected`, in the form replies must have. */
export function expectedReply(spec: Shape, expected: ExpectedValue): string {
  if (typeof expected === 'string') return expected;
  if (spec.outputs.length <= 1) return print(expected[spec.outputs[0]?.name ?? 'reply'] ?? expected);
  const known = spec.outputs.filter((output) => expected[output.name] !== undefined);
  if (isJson(spec))
    return JSON.stringify(Object.fromEntries(known.map((output) => [output.name, expected[output.name]])));
  return known.map((output) => `[[ ## ${output.name} ## ]]\n${print(expected[output.name])}`).join('\n\n');
}
