/** Accounts in the states the cost view can be in. */
import type { CostViewState } from '../../../src/protocol/cost-messages.ts';
import type { CostAccount, CostRow, RunCost } from '../../../src/protocol/costs.ts';
import type { Forecast, ForecastRange, Spend } from '../../../src/protocol/events.ts';

const DAY_MS = 86_400_000;
const LAST = Date.UTC(2026, 10, 24, 12);
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

const spend = (calls: number, usd: number, unpricedCalls = 0): Spend => ({
  calls,
  inputTokens: calls * 412,
  outputTokens: calls * 18,
  usd,
  unpricedCalls,
});

const range = (likely: number): ForecastRange => ({ low: likely * 0.7, likely, worst: likely * 1.9 });

const forecast = (calls: number, usd: number | null): Forecast => ({
  calls: range(calls),
  inputTokens: range(calls * 412),
  outputTokens: range(calls * 18),
  usd: usd === null ? null : range(usd),
  minutes: range(calls / 100),
  callsByRole: { target: calls - 12, proposer: 12 },
});

interface Made {
  readonly name: string;
  readonly daysAgo: number;
  readonly model: string;
  readonly calls: number;
  readonly usd: number;
  readonly priced?: boolean;
  readonly status?: RunCost['status'];
}

function make({ name, daysAgo, model, calls, usd, priced = true, status = 'done' }: Made): {
  rows: CostRow[];
  run: RunCost;
} {
  const startedAt = LAST - daysAgo * DAY_MS;
  const runId = `${dayOf(startedAt).replaceAll('-', '')}-1200-${name.length}${daysAgo}`;
  const row = (role: string, part: number, own = model): CostRow => ({
    runId,
    name,
    day: dayOf(startedAt),
    model: own,
    role,
    paid: spend(Math.round(calls * part), usd * part, priced ? 0 : Math.round(calls * part)),
    unsettled: 0,
  });
  const paid = spend(calls, usd, priced ? 0 : calls);
  return {
    rows: [row('target', 0.9), row('proposer', 0.1, priced ? 'openai/gpt-4o' : model)],
    run: {
      runId,
      name,
      strategy: 'auto',
      specPath: `/home/ada/prompts/${name}.prompt.yaml`,
      status,
      startedAt,
      models: { target: model, proposer: model },
      limits: { usd: 2, calls: 800 },
      forecast: forecast(Math.round(calls * 1.1), priced ? usd * 1.2 : null),
      spent: spend(Math.round(calls * 1.2), usd * 1.25, priced ? 0 : calls),
      paid,
    },
  };
}

const MINI = 'openai/gpt-4o-mini';
const USUAL: readonly Made[] = [
  { name: 'support-triage', daysAgo: 0, model: MINI, calls: 412, usd: 0.31, status: 'running' },
  { name: 'support-triage', daysAgo: 1, model: MINI, calls: 798, usd: 0.58 },
  { name: 'order-email', daysAgo: 2, model: 'anthropic/claude-sonnet-4-5', calls: 240, usd: 1.92 },
  { name: 'refund-policy', daysAgo: 5, model: 'openai/gpt-4o', calls: 180, usd: 1.14 },
  { name: 'order-email', daysAgo: 8, model: MINI, calls: 620, usd: 0.44, status: 'interrupted' },
  { name: 'support-triage', daysAgo: 13, model: MINI, calls: 800, usd: 0.61 },
  { name: 'contract-summary', daysAgo: 21, model: 'openai/gpt-4o', calls: 96, usd: 0.87 },
];

function accountOf(made: readonly Made[], limitUsd: number | null, more: readonly CostRow[] = []): CostAccount {
  const all = made.map(make);
  const rows = [...all.flatMap(({ rows: own }) => own), ...more];
  const ofMonth = rows.filter(({ day }) => day.startsWith('2026-11'));
  return {
    rows,
    runs: all.map(({ run }) => run),
    month: {
      month: '2026-11',
      paid: ofMonth.reduce(
        (sum, { paid }) => ({
          calls: sum.calls + paid.calls,
          inputTokens: sum.inputTokens + paid.inputTokens,
          outputTokens: sum.outputTokens + paid.outputTokens,
          usd: sum.usd + paid.usd,
          unpricedCalls: sum.unpricedCalls + paid.unpricedCalls,
        }),
        spend(0, 0),
      ),
      limitUsd,
    },
  };
}

const evaluations: CostRow = {
  runId: null,
  name: 'support-triage',
  day: '2026-11-23',
  model: MINI,
  role: 'target',
  paid: spend(240, 0.07),
  unsettled: 0,
};

const state = (account: CostAccount, where = 'prompts'): CostViewState => ({
  folder: '/home/ada/prompts',
  where,
  account,
});

const session: CostRow = { ...evaluations, runId: '20261124-0900-serve', name: 'serve', day: '2026-11-24' };

const old: CostRow = { ...evaluations, runId: '20251102-0900-old', day: '2025-11-02', model: null, role: null };

export const costStates: Readonly<Record<string, CostViewState>> = {
  usual: state(accountOf(USUAL, 20, [evaluations])),
  'no limit': state(accountOf(USUAL.slice(0, 2), null, [session])),
  'limit reached': state(accountOf(USUAL, 5)),
  'free and without a price': state(
    accountOf(
      [
        { name: 'support-triage', daysAgo: 0, model: 'embedded/apprentice', calls: 398, usd: 0 },
        { name: 'support-triage', daysAgo: 3, model: 'vscode/copilot/gpt-4o', calls: 210, usd: 0, priced: false },
      ],
      null,
    ),
  ),
  'lost calls and older versions': state(accountOf(USUAL.slice(1, 4), 20, [{ ...evaluations, unsettled: 3 }, old])),
  empty: state({ rows: [], runs: [], month: { month: '2026-11', paid: spend(0, 0), limitUsd: null } }),
  'long and right to left': state(
    accountOf(
      [
        {
          name: `${'very-long-name-of-a-prompt-'.repeat(6)}end`,
          daysAgo: 0,
          model: `openai/${'m'.repeat(80)}`,
          calls: 9,
          usd: 1234.5,
        },
        { name: 'סיווג פניות <img src=x onerror=alert(1)>', daysAgo: 1, model: MINI, calls: 12_345_678, usd: 0.00004 },
      ],
      0,
    ),
    `prompts/${'deep/'.repeat(30)}folder`,
  ),
  '1,000 runs': state(
    accountOf(
      Array.from({ length: 1000 }, (_, index) => ({
        name: `prompt-${index}`,
        daysAgo: index % 60,
        model: index % 3 === 0 ? 'openai/gpt-4o' : MINI,
        calls: 100 + index,
        usd: 0.01 * (index + 1),
      })),
      null,
    ),
  ),
};
