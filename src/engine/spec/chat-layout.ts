/** Messages for a spec that has only a signature, in the layout DSPy's ChatAdapter uses (markers alike, words our own). */
import type { ChatRole } from './prompt.ts';
import type { Signature } from './signature.ts';
import type { FieldSpec } from './task-spec.ts';

const TYPE_WORDS: Readonly<Record<FieldSpec['type'], string>> = {
  string: 'str',
  number: 'float',
  integer: 'int',
  boolean: 'bool',
  array: 'list',
  object: 'dict',
};

const line = (field: FieldSpec, index: number): string => {
  const labels = field.enum === undefined ? '' : ` One of: ${field.enum.join('; ')}.`;
  return `${index + 1}. \`${field.name}\` (${TYPE_WORDS[field.type]}):${field.description === undefined ? '' : ` ${field.description}`}${labels}`;
};

/** One output is answered as plain text, several as `[[ ## name ## ]]` sections. */
export function chatLayout(description: string, { inputs, outputs }: Signature): { role: ChatRole; content: string }[] {
  if (inputs.length === 0 || outputs.length === 0) return [];
  const fields = [
    `You are given:\n${inputs.map(line).join('\n')}`,
    `You answer with:\n${outputs.map(line).join('\n')}`,
  ];
  const several = outputs.length > 1;
  const form = several
    ? `Answer in exactly this form:\n${outputs.map(({ name }) => `[[ ## ${name} ## ]]\n(the ${name})`).join('\n\n')}`
    : `Answer with the ${outputs[0]?.name ?? 'reply'} only.`;
  const goal =
    description === ''
      ? `Given ${inputs.map(({ name }) => `\`${name}\``).join(', ')}, produce ${outputs.map(({ name }) => `\`${name}\``).join(', ')}.`
      : description;
  const user = inputs.map(({ name }) => `[[ ## ${name} ## ]]\n{{${name}}}`).join('\n\n');
  return [
    { role: 'system', content: [goal, ...fields, form].join('\n\n') },
    { role: 'user', content: user },
  ];
}
