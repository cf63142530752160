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
  // Columns the task does not name are never shown, and must not tell two equal prompts apart.
  const inputs = Object.fromEntries(
    spec.inputs.flatMap(({ name }) => (example.inputs[name] === undefined ? [] : [[name, example.inputs[name]]])),
  );
  if (Object.values(inputs).some((value) => holdsPlaceholder(value, variables))) return null;
  return { inputs, assistant, rowId: example.id };
}
