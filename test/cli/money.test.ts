import assert from 'node:assert/strict';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { PLANTED_KEY, configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';
import { documentOf, runCli } from './support/run-cli.ts';
import type { Ended } from './support/run-cli.ts';

interface Forecasted {
  readonly forecast: {
    readonly usd: { readonly likely: number; readonly worst: number };
    readonly byRole: Readonly<
      Record<string, { readonly calls: number; readonly inputTokens: number; readonly usd: number }>
    >;
    readonly learned: { readonly runs: number } | null;
  };
  readonly month: {
    readonly paidUsd: number;
    readonly limit: { readonly usd: number; readonly emergencyUsd: number };
  } | null;
}

describe('promptopt and money', function () {
  this.timeout(90_000);
  let server: OpenAiServer;
  let workspace: Workspace;

  const open = async (budget = ''): Promise<void> => {
    server = await startOpenAiServer((call, response) => {
      send(response, apprenticeCompletion(call));
    });
    workspace = makeWorkspace({
      model: 'openai/m',
      config: `${configFor(server.baseUrl, { inputPerMillion: 100, outputPerMillion: 200 })}${budget}\n`,
    });
  };
  afterEach(async () => {
    await server.close();
    workspace.remove();
  });
  const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    runCli(args, { cwd: workspace.folder, env: { OPENAI_API_KEY: PLANTED_KEY, ...env } });

  it('a dry run prints the forecast by role and sends nothing, of a run and of an evaluation', async () => {
    await open('budget: { monthlyUsd: 90, emergencyUsd: 10 }');
    const [optimize, evaluation, text] = await Promise.all([
      run(['optimize', workspace.spec, '--dry-run', '--json', '--budget-calls', '300', '--use-emergency-budget']),
      run(['eval', workspace.spec, '--dry-run', '--json']),
      run(['eval', workspace.spec, '--dry-run']),
    ]);
    assert.equal(optimize.code, 0, optimize.err);
    const plan = documentOf(optimize) as Forecasted;
    assert.deepEqual(Object.keys(plan.forecast.byRole).sort(), ['proposer', 'target']);
    const sum = Object.values(plan.forecast.byRole).reduce((whole, { usd }) => whole + usd, 0);
    assert.ok(Math.abs(sum - plan.forecast.usd.likely) < 1e-6, `${sum} by role, ${plan.forecast.usd.likely} in all`);
    assert.equal(plan.forecast.learned, null);
    assert.deepEqual(plan.month?.limit, { usd: 90, emergencyUsd: 10 });
    assert.equal(evaluation.code, 0, evaluation.err);
    const asked = documentOf(evaluation) as Forecasted & { readonly rows: number };
    assert.deepEqual(Object.keys(asked.forecast.byRole), ['target']);
    assert.equal(asked.forecast.byRole['target']?.calls, asked.rows);
    assert.match(text.out, /Cost +\$.* likely.*\n.*\n.*Limits/);
    assert.match(text.out, /Month +\$0\.00 paid, of \$90\.00/);
    assert.equal(server.calls.length, 0);
  });

  it('an evaluation asks above the threshold, which the config, the variable and --yes set', async () => {
    await open('budget: { askAboveUsd: 0.01 }');
    const refused = await run(['eval', workspace.spec]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /This may cost up to \$\d.*, more than the \$0\.01 that need no asking/);
    assert.equal(server.calls.length, 0);
    const [agreed, allowed] = [
      await run(['eval', workspace.spec, '--yes', '--json']),
      await run(['eval', workspace.spec, '--json'], { PROMPTOPT_ASK_ABOVE_USD: '100' }),
    ];
    assert.equal(agreed.code, 0, agreed.err);
    assert.equal(allowed.code, 0, allowed.err);
  });

  it('a run that the month cannot pay is refused with exit 4 before anything is sent', async () => {
    await open('budget: { monthlyUsd: 0.05 }');
    const end = await run(['optimize', workspace.spec, '--yes', '--json', '--budget-calls', '300']);
    assert.equal(end.code, 4);
    const { error } = documentOf(end) as { error: { code: string; limit: string; remedy: string } };
    assert.deepEqual([error.code, error.limit], ['budget', 'month']);
    assert.match(error.remedy, /--use-emergency-budget/);
    assert.equal(server.calls.length, 0);
  });

  it('tells at half and at four fifths of the limit, once each, and the forecast beside what was spent', async () => {
    await open();
    const end = await run(['optimize', workspace.spec, '--yes', '--budget-calls', '250']);
    assert.equal(end.code, 0, end.err);
    const told = end.err.match(/(?:Half|80 %) of the limit is used: \d+ of 250 calls\./g) ?? [];
    assert.ok(told.length > 0 && new Set(told).size === told.length, end.err);
    assert.ok(
      told.some((line) => line.startsWith('80 %')),
      end.err,
    );
    assert.match(end.out, /Forecast +likely .*; it took \d+ % of the calls and \d+ % of the cost\nSpent/);
  });
});
