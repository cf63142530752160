/** Adding up calls, tokens and money. Money is summed in whole nano-dollars: ten cents a hundred times is ten dollars. */
import type { Spend } from './events.ts';

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
