/** The most tokens a reply of the target may use: the spec's limit, else four times the longest expected answer. */
import type { Example } from '../data/example.ts';
import type { ModelInfo } from '../models/provider.ts';
import { REASONING_LIMIT, targetReplyLimit } from '../models/worst-case.ts';
import { expectedReply } from '../spec/reply.ts';
import type { TaskSpec } from '../spec/task-spec.ts';

export const expectedTexts = (spec: TaskSpec, rows: readonly Example[]): string[] =>
  rows.flatMap((row) => (row.expected === null ? [] : [expectedReply(spec, row.expected)]));

export const reasoningLimitOf = ({ reasons }: ModelInfo): number => (reasons ? REASONING_LIMIT : 0);

export async function replyLimitOf(
  spec: TaskSpec,
  target: ModelInfo,
  rows: readonly Example[],
  countTokens: (text: string) => Promise<number>,
): Promise<number> {
  if (spec.modelParameters.maxTokens !== undefined) return spec.modelParameters.maxTokens;
  const longest = expectedTexts(spec, rows).reduce((most, text) => (text.length > most.length ? text : most), '');
  return targetReplyLimit(await countTokens(longest)) + reasoningLimitOf(target);
}
