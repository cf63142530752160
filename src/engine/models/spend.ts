/** What a call used, as accounts are kept. */
import type { Spend } from '../../protocol/events.ts';
import type { Usage } from './language-model.ts';

/** What one answered call used. `costUsd` null means no known price. */
export function spendOf(usage: Usage, costUsd: number | null): Spend {
  return {
    calls: 1,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    usd: costUsd ?? 0,
    unpricedCalls: costUsd === null ? 1 : 0,
  };
}
