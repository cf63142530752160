/** How many tokens a call will likely take, counted on the task's own rows. */
import type { Example } from '../data/example.ts';
import type { ModelConnections } from '../models/connections.ts';
import type { ModelInfo } from '../models/provider.ts';
import { renderMessages } from '../spec/template.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import type { CallTokens } from './forecast.ts';
import { expectedTexts, reasoningLimitOf } from './reply-limit.ts';

/** Rows whose rendered prompt is counted. */
const COUNTED_ROWS = 5;

/** The shortest answer a forecast counts with, in tokens. */
const SHORTEST_ANSWER = 8;

/** A model that reasons thinks for a part of what it may, until earlier runs say how long. */
export const thoughtOf = (info: ModelInfo): number => reasoningLimitOf(info) / 8;

/** Tokens of the texts as `model` counts them, the mean rounded up. */
export async function meanTokens(
  connections: ModelConnections,
  model: string,
  texts: readonly string[],
): Promise<number> {
  const counts = await Promise.all(texts.map((text) => connections.countTokens(model, text)));
  return Math.ceil(counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length));
}

export interface TargetCalls {
  readonly spec: TaskSpec;
  readonly rows: readonly Example[];
  readonly model: string;
  readonly info: ModelInfo;
  readonly replyLimit: number;
}

/** A call of the target with the prompt as it stands. */
export async function targetTokens(
  { spec, rows, model, info, replyLimit }: TargetCalls,
  connections: ModelConnections,
): Promise<CallTokens> {
  const counted = rows.slice(0, COUNTED_ROWS);
  const rendered = counted.map((row) =>
    renderMessages(spec.prompt, row.inputs)
      .map((message) => message.content)
      .join('\n'),
  );
  const expected = Math.max(SHORTEST_ANSWER, await meanTokens(connections, model, expectedTexts(spec, counted)));
  return {
    input: await meanTokens(connections, model, rendered),
    output: Math.min(replyLimit, expected + thoughtOf(info)),
    worstOutput: replyLimit,
  };
}
