/** `javascript`: an expression over `response`, `inputs` and `outputs`, run in a sandbox without I/O. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';

export const javascript: ConstraintDescriptor<string> = {
  key: 'javascript',
  summary:
    'A JavaScript expression over `response` and `inputs` is true; runs in a sandbox, in trusted workspaces only.',
  note: 'The expression runs in QuickJS in a thread of its own: no files, no network, 16 MB of memory and half a second. An error or an overrun fails the constraint.',
  example: '"response.includes(inputs.order_id)"',
  schema: z.string().min(1),
  describe: (expression) => `Make this true: ${expression}.`,
  async check(expression, { text, inputs }, { sandbox }) {
    return (await sandbox.evaluate(expression, { response: text, inputs })) === true
      ? null
      : `${expression} is not true.`;
  },
};
