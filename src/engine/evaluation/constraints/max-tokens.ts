/** `maxTokens`: At most this many tokens of the target model. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';

export const maxTokens: ConstraintDescriptor<number> = {
  key: 'maxTokens',
  summary: 'At most this many tokens of the target model.',
  example: '120',
  schema: z.int().min(1),
  describe: (limit) => `Use at most ${limit} tokens.`,
  async check(limit, { text }, services) {
    const count = await services.countTokens(text);
    return count <= limit ? null : `It has ${count} tokens.`;
  },
};
