/** Turns a training row into a demonstration the file format can hold. */
import type { Example } from '../data/example.ts';
import type { Demonstration } from '../spec/prompt.ts';
import { expectedReply } from '../spec/reply.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { holdsPlaceholder } from '../spec/template.ts';

/**
 * A demonstration of `example` that answers `reply`, or the expected answer when no reply is given.
 * Null when there is no answer to show, or when the text would hold `{{name}}` of a known variable: the format has no escape.
 */
export function demonstrationOf(spec: TaskSpec, example: Example, reply?: string): Demonstration | null {
  const assistant = reply ?? (example.expected === null ? '' : expectedReply(spec, example.expected));
  if (assistant.trim() === '') return null;
  const variables = Object.keys(example.inputs);
  if (holdsPlaceholder(assistant, variables)) return null;
  if (Object.values(example.inputs).some((value) => holdsPlaceholder(value, variables))) return null;
  return { inputs: example.inputs, assistant, rowId: example.id };
}
