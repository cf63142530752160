/** Adding up calls, tokens and money. Money is summed in whole nano-dollars: ten cents a hundred times is ten dollars. */
import type { Spend } from '../../protocol/events.ts';
import type { Usage } from './language-model.ts';

const NANO = 1e9;

export function addSpend(a: Spend, b: Spend): Spend {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    usd: (Math.round(a.usd * NANO) + Math.round(b.usd * NANO)) / NANO,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
  };
}

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
