/** The reflection prompt and how its answer is read: from failures and feedback to a new text of one component. */
import type { Example } from '../../data/example.ts';
import type { RowResult } from '../../evaluation/evaluation.ts';
import { textMessage } from '../../models/language-model.ts';
import type { ChatMessage } from '../../models/language-model.ts';
import type { PromptComponent } from '../../spec/prompt.ts';
import { placeholdersOf } from '../../spec/template.ts';
import type { FieldSpec, TaskSpec } from '../../spec/task-spec.ts';

export interface ReflectionRecord {
  readonly example: Example;
  readonly result: RowResult;
}

/** Longer texts are cut in the middle: feedback must not overflow the proposer's window. */
const FIELD_LIMIT = 2000;

function shorten(text: string): string {
  return text.length <= FIELD_LIMIT ? text : `${text.slice(0, FIELD_LIMIT / 2)}\n[…]\n${text.slice(-FIELD_LIMIT / 2)}`;
}

/** A fence longer than any run of backticks in the text, so that the text cannot close it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** The messages that ask a proposer for a better text of `component`. */
export function reflectionMessages(
  spec: TaskSpec,
  component: PromptComponent,
  records: readonly ReflectionRecord[],
): ChatMessage[] {
  const kept = [
    ...new Set([
      ...placeholdersOf(component.content).map((name) => `{{${name}}}`),
      ...spec.optimize.frozen.filter((text) => component.content.includes(text)),
    ]),
  ];
  const outputs = spec.outputs.flatMap(outputText);
  const sections = [
    `You improve the ${component.role} message of a prompt that another model follows. Read how that model answered, learn from the feedback what the task and its format demand, and write a better message. Keep what works, carry over every domain fact and general rule the records teach, and do not copy single records into it.`,
    ...(spec.description === '' ? [] : [`## Task\n${spec.description}`]),
    ...(outputs.length === 0 ? [] : [`## Outputs\n${outputs.map((text) => `- ${text}`).join('\n')}`]),
    `## Current instruction\n${fenced(component.content)}`,
    `## Records\n${records.map(recordText).join('\n\n')}`,
    ...(kept.length === 0
      ? []
      : [`## Frozen\nKeep each of these word for word:\n${kept.map((text) => `- ${text}`).join('\n')}`]),
    ...(spec.constraints.length === 0
      ? []
      : [`## Constraints\n${spec.constraints.map((constraint) => `- ${constraint.description}`).join('\n')}`]),
    'Answer with the new instruction in one fenced block.',
  ];
  return [textMessage('user', sections.join('\n\n'))];
}

/** What the file declares of an output; nothing where it declares no more than a name. */
function outputText({ name, type, enum: values, description }: FieldSpec): string[] {
  const told = [
    ...(values === undefined ? (type === 'string' ? [] : [type]) : [`one of ${values.join(', ')}`]),
    ...(description === undefined ? [] : [description]),
  ];
  return told.length === 0 ? [] : [`${name}: ${told.join('. ')}`];
}

function recordText({ example, result }: ReflectionRecord, index: number): string {
  const inputs = Object.entries(example.inputs).map(([name, value]) => `${name}: ${shorten(value)}`);
  const feedback = result.feedback === '' ? 'This answer is right.' : result.feedback;
  return `### Record ${index + 1}\nInputs:\n${inputs.join('\n')}\nOutput:\n${shorten(result.reply)}\nFeedback:\n${shorten(feedback)}`;
}

/**
 * The new text in a reply: what stands between the first and the last fence, else the whole reply.
 * Null when nothing is left or the reply is one unclosed fence.
 */
export function readProposal(reply: string): string | null {
  const lines = reply.split('\n');
  const fences = lines.flatMap((line, index) => (/^\s*(`{3,}|~{3,})/.test(line) ? [index] : []));
  const first = fences[0];
  const last = fences[fences.length - 1];
  if (first !== undefined && first === last) return null;
  const text = first === undefined || last === undefined ? reply : lines.slice(first + 1, last).join('\n');
  return text.trim() === '' ? null : text.trim();
}

/** Why a proposal may not be evaluated, or null when it may: placeholders and frozen text of the old text must stay. */
export function rejectionOf(spec: TaskSpec, before: string, after: string): string | null {
  if (after === before) return 'the proposer returned the same text';
  const known = new Set(spec.inputs.map((input) => input.name));
  const had = new Set(placeholdersOf(before));
  const has = new Set(placeholdersOf(after));
  const lost = [...had].find((name) => !has.has(name));
  if (lost !== undefined) return `it dropped the placeholder {{${lost}}}`;
  const invented = [...has].find((name) => !had.has(name) && !known.has(name));
  if (invented !== undefined) return `it invented the placeholder {{${invented}}}`;
  if (spec.optimize.frozen.some((text) => before.includes(text) && !after.includes(text)))
    return 'it dropped frozen text';
  return null;
}
