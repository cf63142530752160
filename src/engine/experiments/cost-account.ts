/** The account of a store: what was paid, what each run was forecast to cost, and the month against its limit. */
import type { CostAccount, RunCost } from '../../protocol/costs.ts';
import type { OptimizationResult } from '../../protocol/result.ts';
import { totalPaid } from '../../protocol/folds/cost-groups.ts';
import type { RunConfig } from './run-config.ts';
import type { ResultsStore, RunRecord } from './store.ts';

/** @param monthlyUsd the limit of a month, null without one */
export async function costAccount(store: ResultsStore, monthlyUsd: number | null): Promise<CostAccount> {
  // What is still buffered is paid already.
  await store.flush();
  const rows = await store.costs();
  const runs: RunCost[] = [];
  for (const record of await store.query()) runs.push(await runCost(store, record));
  const { month, paidUsd } = await store.month();
  const ofMonth = totalPaid(rows.filter(({ day }) => day.startsWith(month)));
  // The month's own sum keeps what deleted runs have cost.
  return { rows, runs, month: { month, paid: { ...ofMonth, usd: paidUsd }, limitUsd: monthlyUsd } };
}

async function runCost(store: ResultsStore, { header, status, paid, result }: RunRecord): Promise<RunCost> {
  const config = header.config as RunConfig;
  const ended = result as OptimizationResult | null;
  return {
    runId: header.id,
    name: header.name,
    strategy: header.strategy,
    specPath: header.specPath,
    status,
    startedAt: header.createdAt,
    models: config.models,
    limits: config.limits,
    forecast: config.forecast,
    spent: ended?.spent ?? (await store.lastSpent(header.id))?.nominal ?? null,
    paid,
  };
}
