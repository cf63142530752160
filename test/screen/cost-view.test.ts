import assert from 'node:assert/strict';
import { join } from 'node:path';
import { root } from '../../scripts/setup/node.mjs';
import { readCostMessage } from '../../src/protocol/cost-messages.ts';
import { costStates } from './support/cost-states.ts';
import { servePanel, THEMES } from './support/panel-page.ts';
import type { OpenPage, PageServer, PanelPage } from './support/panel-page.ts';
import { accessibilityViolations } from './support/workbench.ts';

/** `PROMPTOPT_PICTURES=1` renews the pictures of the docs. */
const pictures =
  process.env['PROMPTOPT_PICTURES'] === '1' ? join(root, 'docs', 'images') : join(root, '.cache', 'screens');

describe('the cost view', function () {
  this.timeout(60_000);
  let server: PageServer;

  before(async () => {
    server = await servePanel('cost-view');
  });
  after(() => server.close());

  const stateOf = (name: string) => {
    const state = costStates[name];
    assert.ok(state !== undefined, `There is no state "${name}".`);
    return state;
  };
  async function show(name: string, options: OpenPage = {}): Promise<PanelPage> {
    const panel = await server.open(options);
    await panel.send({ type: 'costs', state: stateOf(name) });
    return panel;
  }
  /** What was posted, after making sure that the host takes each. */
  const posted = async (panel: PanelPage): Promise<unknown[]> => {
    const messages = await panel.posted();
    for (const message of messages) assert.deepEqual(readCostMessage(message), message, 'the host would refuse it');
    return messages;
  };
  const column = (panel: PanelPage, table: string, name: string): Promise<string[]> =>
    panel.page.locator(`.${table} tbody .col-${name}`).allInnerTexts();

  for (const name of Object.keys(costStates)) {
    it(`${name}: the policy is kept and axe finds nothing, in every theme`, async () => {
      const panel = await show(name);
      for (const theme of name === '1,000 runs' ? (['high-contrast'] as const) : THEMES) {
        await panel.setTheme(theme);
        assert.deepEqual(await accessibilityViolations(panel.page.mainFrame()), [], theme);
      }
      assert.deepEqual(await panel.problems(), []);
      await panel.close();
    });
  }

  it('has its picture taken in every theme', async () => {
    const panel = await show('usual', { width: 1000, height: 1080 });
    for (const theme of THEMES) {
      await panel.setTheme(theme);
      await panel.page.screenshot({ path: join(pictures, `costs-${theme}.png`) });
    }
    await panel.close();
  });

  it('does not scroll sideways on a page 280 px wide, nor at twice its size', async () => {
    const panel = await server.open({ width: 280 });
    for (const name of Object.keys(costStates)) {
      for (const width of [280, 420]) {
        await panel.page.setViewportSize({ width, height: 900 });
        await panel.send({ type: 'costs', state: stateOf(name) });
        const { client, scroll } = await panel.page.evaluate(() => ({
          client: document.documentElement.clientWidth,
          scroll: document.documentElement.scrollWidth,
        }));
        assert.ok(scroll <= client, `${name} at ${width} px: ${scroll}`);
      }
    }
    await panel.close();
  });

  it('shows the month against its limit, and says when it is reached', async () => {
    const panel = await show('usual');
    const month = panel.page.locator('.meter').first();
    assert.match(await month.innerText(), /November 2026\s+\$5\.94\s+\/ \$20\.00\s+\$14\.06 left/);
    assert.equal(await month.locator('progress').count(), 1);
    await panel.send({ type: 'costs', state: stateOf('limit reached') });
    assert.match(await month.innerText(), /the limit of the month is reached/);
    await panel.send({ type: 'costs', state: stateOf('no limit') });
    assert.match(await month.innerText(), /no limit of the month is set/);
    assert.equal(await month.locator('progress').count(), 0);
    await panel.close();
  });

  it('adds up by run, day, model and role, the dearest first and days from the newest', async () => {
    const panel = await show('usual');
    const by = panel.page.getByLabel('Add up');
    assert.deepEqual((await column(panel, 'paid', 'usd')).slice(0, 2), ['$1.92', '$1.14']);
    await by.selectOption('model');
    const models = await column(panel, 'paid', 'label');
    assert.equal(models.length, 3);
    await by.selectOption('role');
    assert.deepEqual(await column(panel, 'paid', 'label'), ['target', 'proposer']);
    await by.selectOption('day');
    const days = await column(panel, 'paid', 'label');
    assert.deepEqual(days, [...days].sort().reverse());
    assert.equal(days[0], '2026-11-24');
    await panel.close();
  });

  it('sorts by any column, by keyboard too, and says which', async () => {
    const panel = await show('usual');
    const head = panel.page.locator('.paid thead .col-calls');
    await head.getByRole('button').focus();
    await panel.page.keyboard.press('Enter');
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
    const calls = (await column(panel, 'paid', 'calls')).map((text) => Number(text.replace(',', '')));
    assert.deepEqual(
      calls,
      [...calls].sort((a, b) => b - a),
    );
    await panel.page.keyboard.press('Enter');
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    await panel.page.locator('.forecasts thead .col-ratio').getByRole('button').click();
    await panel.page.locator('.forecasts thead .col-name').getByRole('button').click();
    const names = await column(panel, 'forecasts', 'name');
    assert.match(names[0] ?? '', /^contract-summary/);
    await panel.close();
  });

  it('shows the forecast of each run beside what it spent, in money, calls or tokens', async () => {
    const panel = await show('usual');
    const first = panel.page.locator('.forecasts tbody tr').first();
    const { forecast, spent, paid } = stateOf('usual').account.runs[0]!;
    const figures = async (): Promise<string[]> => {
      const texts = await first.locator('td.number').allInnerTexts();
      return texts.map((text) => text.trim());
    };
    const usd = (value: number): string => `$${value.toFixed(2)}`;
    assert.deepEqual(await figures(), [
      usd(forecast.usd?.likely ?? 0),
      usd(forecast.usd?.worst ?? 0),
      usd(spent?.usd ?? 0),
      `${Math.round(((spent?.usd ?? 0) / (forecast.usd?.likely ?? 0)) * 100)} %`,
      usd(paid.usd),
    ]);
    await panel.page.getByLabel('Compare').selectOption('calls');
    assert.equal((await figures())[4], String(paid.calls));
    await panel.close();
  });

  it('never shows a call without a price as free', async () => {
    const panel = await show('free and without a price');
    await panel.page.getByText('210 calls went to models without a known price').waitFor();
    await panel.page.getByLabel('Add up').selectOption('model');
    const row = panel.page.locator('.paid tbody tr', { hasText: 'vscode/copilot/gpt-4o' });
    assert.equal(await row.locator('.col-usd').innerText(), 'no price');
    // Nothing has cost money: calls are compared.
    assert.equal(await panel.page.getByLabel('Compare').inputValue(), 'calls');
    await panel.close();
  });

  it('opens a run, and comes back as it was left after a reload of the window', async () => {
    const panel = await show('usual');
    assert.deepEqual(await posted(panel), [{ type: 'ready' }]);
    await panel.page.locator('.paid').getByRole('button', { name: 'refund-policy' }).click();
    const { runId } = stateOf('usual').account.runs[3]!;
    assert.deepEqual(await posted(panel), [{ type: 'open-run', runId }]);
    await panel.page.getByRole('button', { name: 'Refresh' }).click();
    assert.deepEqual(await posted(panel), [{ type: 'refresh' }]);
    await panel.page.getByLabel('Add up').selectOption('model');
    const kept = await panel.kept();
    await panel.close();
    const again = await show('usual', { kept });
    assert.equal(await again.page.getByLabel('Add up').inputValue(), 'model');
    await again.close();
    for (const broken of [{ by: 'planet', runSort: { key: 'no' }, groupSort: 7 }, 'text', null]) {
      const other = await show('usual', { kept: broken });
      assert.equal(await other.page.getByLabel('Add up').inputValue(), 'run');
      await other.close();
    }
  });

  it('opens no session of serve, which has no panel', async () => {
    const panel = await show('no limit');
    const row = panel.page.locator('.paid tbody tr', { hasText: 'session of serve, 2026-11-24' });
    assert.equal(await row.count(), 1);
    assert.equal(await row.getByRole('button').count(), 0);
    await panel.close();
  });

  it('says that nothing was spent, and what could not be read', async () => {
    const panel = await show('empty');
    await panel.posted();
    await panel.page.getByRole('button', { name: 'Optimize the open prompt' }).click();
    assert.deepEqual(await posted(panel), [{ type: 'optimize' }]);
    await panel.close();
    const failed = await server.open();
    assert.equal(await failed.page.locator('main').getAttribute('aria-busy'), 'true');
    await failed.posted();
    await failed.send({ type: 'failed', sentence: 'The store is busy. Try again.' });
    await failed.page.getByText('The store is busy. Try again.').waitFor();
    assert.deepEqual(await accessibilityViolations(failed.page.mainFrame()), []);
    await failed.page.getByRole('button', { name: 'Retry' }).click();
    await failed.page.getByRole('button', { name: 'Show log' }).click();
    assert.deepEqual(await posted(failed), [{ type: 'refresh' }, { type: 'show-log' }]);
    // What was shown before stays.
    await failed.send({ type: 'costs', state: stateOf('usual') });
    await failed.send({ type: 'failed', sentence: 'The store is busy. Try again.' });
    await failed.page.getByText('What is shown may be older').waitFor();
    assert.ok((await failed.page.locator('.paid tbody tr').count()) > 0);
    await failed.close();
  });

  it('shows names as text, never as markup, and a hundred rows at a time', async () => {
    const panel = await show('long and right to left');
    assert.equal(await panel.page.locator('img').count(), 0);
    await panel.send({ type: 'costs', state: stateOf('1,000 runs') });
    assert.equal(await panel.page.locator('.paid tbody tr').count(), 100);
    await panel.page.getByRole('navigation', { name: 'Pages of runs' }).getByText('Next').click();
    await panel.page.getByText('101–200 of 1,000').waitFor();
    await panel.close();
  });

  it('takes no message that is none', () => {
    for (const value of [
      null,
      7,
      'ready',
      {},
      { type: 'steal' },
      { type: 'open-run' },
      { type: 'open-run', runId: '../x y' },
    ])
      assert.equal(readCostMessage(value), null);
  });
});
