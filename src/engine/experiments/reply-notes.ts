/** What is said of replies that did not come whole. */
import type { RowResult } from '../evaluation/evaluation.ts';

const requests = (count: number): string => (count === 1 ? '1 request was' : `${count} requests were`);
const replies = (count: number): string => (count === 1 ? '1 reply was' : `${count} replies were`);

/** One sentence for refused requests and one for cut replies; none when all is well. */
export function replyNotes(rows: readonly Pick<RowResult, 'refused' | 'truncated'>[]): string[] {
  const refused = rows.filter((row) => row.refused).length;
  const truncated = rows.filter((row) => row.truncated).length;
  return [
    ...(refused === 0 ? [] : [`${requests(refused)} refused by the model and scored 0.`]),
    ...(truncated === 0 ? [] : [`${replies(truncated)} cut by the reply limit. Raise \`maxTokens\` to let them end.`]),
  ];
}
