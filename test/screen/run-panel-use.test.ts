import assert from 'node:assert/strict';
import { stateChanges } from '../../src/extension/panels/run-panel-state.ts';
import { readPanelMessage } from '../../src/protocol/messages.ts';
import type { RunPanelState } from '../../src/protocol/messages.ts';
import { plusMinus } from '../../src/protocol/wording.ts';
import { servePanel } from './support/panel-page.ts';
import type { OpenPage, PageServer, PanelPage } from './support/panel-page.ts';
import { createRecorder } from './support/recorded-runs.ts';
import type { RecordedRun, Recorder } from './support/recorded-runs.ts';
import { many, midway } from './support/run-states.ts';

describe('the run panel in use', () => {
  let recorder: Recorder;
  let run: RecordedRun;
  let server: PageServer;

  before(async function () {
    this.timeout(120_000);
    recorder = await createRecorder('order-email');
    run = await recorder.record();
    server = await servePanel('run-panel');
  });
  after(async () => {
    await server.close();
    await recorder.close();
  });

  /** A page that shows a state and has posted nothing since. */
  async function show(state: RunPanelState, options: OpenPage = {}): Promise<PanelPage> {
    const panel = await server.open(options);
    await panel.send({ type: 'snapshot', state });
    await panel.posted();
    return panel;
  }

  const press = async (panel: PanelPage, ...names: readonly string[]): Promise<unknown[]> => {
    for (const name of names) await panel.page.getByRole('button', { name, exact: true }).click();
    const posted = await panel.posted();
    for (const message of posted) assert.deepEqual(readPanelMessage(message), message, 'the host would refuse it');
    return posted;
  };

  it('says that it is ready before it has been told anything', async () => {
    const panel = await server.open();
    assert.deepEqual(await panel.posted(), [{ type: 'ready' }]);
    await panel.close();
  });

  it('posts what its buttons say', async () => {
    const running = midway(run);
    const panel = await show(running);
    assert.deepEqual(await press(panel, 'Pause'), [{ type: 'pause' }]);
    assert.deepEqual(await press(panel, 'Stop and keep best'), [{ type: 'stop' }]);
    assert.deepEqual(await press(panel, running.spec), [{ type: 'open-spec' }]);
    await panel.send({ type: 'patch', state: { status: 'paused' }, view: {} });
    assert.deepEqual(await press(panel, 'Continue'), [{ type: 'continue' }]);
    await panel.send({ type: 'patch', state: { status: 'interrupted' }, view: {} });
    assert.deepEqual(await press(panel, 'Resume'), [{ type: 'resume' }]);
    assert.deepEqual(await press(panel, 'Show log'), [{ type: 'show-log' }]);
    await panel.send({ type: 'patch', state: { status: 'done', canReview: true }, view: {} });
    assert.deepEqual(await press(panel, 'Review diff'), [{ type: 'review' }]);
    await panel.send({ type: 'patch', state: { canContinue: true }, view: {} });
    assert.deepEqual(await press(panel, 'New limit…'), [{ type: 'new-limit' }]);
    await panel.close();
  });

  it('asks before it discards a run', async () => {
    const panel = await show(midway(run));
    assert.deepEqual(await press(panel, 'Discard…', 'Keep it'), []);
    assert.deepEqual(await press(panel, 'Discard…', 'Discard'), [{ type: 'discard' }]);
    await panel.close();
  });

  it('shows after all patches what a snapshot of the end would show', async () => {
    const states = run.states.filter((_, at) => at % 40 === 0).concat(run.end);
    const patched = await show(states[0]!);
    for (const [at, state] of states.entries()) {
      if (at > 0) await patched.send(stateChanges(states[at - 1]!, state));
    }
    const whole = await show(run.end);
    const textOf = (panel: PanelPage) => panel.page.locator('main').innerText();
    assert.equal(await textOf(patched), await textOf(whole));
    await patched.close();
    await whole.close();
  });

  it('leaves out a patch that comes before the snapshot', async () => {
    const panel = await server.open();
    await panel.send({ type: 'patch', state: { name: 'too early' }, view: {} });
    assert.equal(await panel.page.locator('main').getAttribute('aria-busy'), 'true');
    assert.deepEqual(await panel.problems(), []);
    await panel.close();
  });

  it('asks once for the text of the best, follows it, and stays with what the user chose', async () => {
    const late = run.end;
    const early = run.states.find(({ view }) => view.incumbent !== null && view.incumbent !== late.view.incumbent);
    assert.ok(early !== undefined, 'the recorded run found a better one than its first');
    const panel = await server.open();
    await panel.send({ type: 'snapshot', state: early });
    const asked = async () => (await panel.posted()).filter((message) => JSON.stringify(message).includes('"hash"'));
    assert.deepEqual(await asked(), [{ type: 'candidate', hash: early.view.incumbent }]);
    await panel.send(stateChanges(early, late));
    assert.deepEqual(await asked(), [{ type: 'candidate', hash: late.view.incumbent }]);
    const other = late.view.candidates.find(({ hash }) => hash !== late.view.incumbent)!;
    await panel.page.locator('.candidate', { hasText: other.note }).first().click();
    const chosen = (await panel.kept()) as { readonly selected: string };
    await panel.send(stateChanges(late, early));
    assert.equal(((await panel.kept()) as { readonly selected: string }).selected, chosen.selected);
    await panel.close();
  });

  it('shows what changed from the parent with signs, and the demonstrations as content of rows', async () => {
    const texts = await Promise.all(run.end.view.candidates.map(({ hash }) => run.text(hash)));
    const changed = texts.find((text) =>
      text?.messages.some(({ lines }) => lines.some(({ kind }) => kind === 'added')),
    );
    const shown = texts.find((text) => text !== null && text.demonstrations.length > 0);
    assert.ok(changed && shown, 'the recorded run changed a message and chose demonstrations');
    const panel = await show(run.end, { kept: { selected: changed.hash } });
    await panel.send({ type: 'candidate', hash: changed.hash, text: changed });
    const line = changed.messages.flatMap(({ lines }) => lines).find(({ kind }) => kind === 'added')!;
    const row = panel.page.locator('.line-added', { hasText: line.text }).first();
    assert.equal(await row.locator('.sign').innerText(), '+');
    await panel.page.getByRole('heading', { name: `Changes from candidate ${changed.against}` }).waitFor();
    await panel.close();

    const second = await show(run.end, { kept: { selected: shown.hash } });
    await second.send({ type: 'candidate', hash: shown.hash, text: shown });
    await second.page.getByText('content of your rows').click();
    await second.page.locator('.demonstrations').getByText(shown.demonstrations[0]!.assistant).first().waitFor();
    await second.send({ type: 'candidate', hash: shown.hash, text: null });
    await second.page.getByText('The text of this candidate is not stored any more.').waitFor();
    await second.close();
  });

  it('keeps where the user was, and is there again after a reload', async () => {
    const panel = await show(run.end);
    await panel.page.getByLabel('Score against').selectOption('time');
    await panel.page.getByRole('columnheader', { name: 'Candidate' }).getByRole('button').click();
    await panel.page.getByRole('textbox', { name: 'Filter candidates' }).fill('prompt as written');
    await panel.page.locator('.candidate').first().click();
    const kept = await panel.kept();
    assert.deepEqual(kept, {
      runId: run.end.id,
      specPath: run.end.specPath,
      selected: run.end.view.candidates[0]!.hash,
      sort: { key: 'note', descending: false },
      filter: 'prompt as written',
      axis: 'time',
      asTable: false,
    });
    await panel.close();

    const again = await show(run.end, { kept });
    assert.equal(await again.page.locator('.candidate').count(), 1);
    assert.equal(await again.page.getByLabel('Score against').inputValue(), 'time');
    await again.page.getByRole('heading', { name: 'Candidate 0' }).waitFor();
    await again.close();
  });

  it('starts afresh on what an older version kept', async () => {
    const kept = { runId: 4, sort: { key: 'colour' }, axis: 'moons', filter: null, selected: {} };
    const panel = await show(run.end, { kept });
    assert.equal(await panel.page.locator('.candidate').count(), run.end.view.candidates.length);
    assert.deepEqual(await panel.problems(), []);
    await panel.close();
  });

  it('sorts by every column, both ways, with what has no value last', async () => {
    const panel = await show(run.end);
    const scores = () => panel.page.locator('.candidate .col-score').allInnerTexts();
    const best = plusMinus(run.end.view.candidates.find(({ hash }) => hash === run.end.view.incumbent)!.estimate!);
    assert.equal((await scores())[0]?.trim(), best);
    for (const column of await panel.page.locator('.candidates thead th').all()) {
      await column.getByRole('button').click();
      const first = await column.getAttribute('aria-sort');
      await column.getByRole('button').click();
      assert.deepEqual([first, await column.getAttribute('aria-sort')].sort(), ['ascending', 'descending']);
      const texts = (await scores()).map((text) => text.trim());
      const without = texts.indexOf('—');
      if ((await column.innerText()).startsWith('Score') && without >= 0)
        assert.ok(texts.slice(without).every((text) => text === '—'));
    }
    await panel.close();
  });

  it('can be walked by keyboard alone: to every control once, along rows and points', async () => {
    const panel = await show(run.end);
    const { keyboard } = panel.page;
    const focused = () =>
      panel.page.evaluate(() => {
        const element = document.activeElement;
        return element === null || element === document.body
          ? ''
          : (element.getAttribute('aria-label') ?? element.textContent).trim();
      });
    const stops: string[] = [];
    for (let presses = 0; presses < 60; presses++) {
      await keyboard.press('Tab');
      const name = await focused();
      if (name === '' || (name === stops[0] && stops.length > 1)) break;
      stops.push(name);
    }
    const inOrder = ['Review diff', run.end.spec, 'Score against', 'Show as table', 'Filter candidates', 'Outcome'];
    const places = inOrder.map((name) => stops.findIndex((stop) => stop.startsWith(name)));
    assert.ok(!places.includes(-1), `Not reached: ${inOrder.filter((_, at) => places[at] === -1).join(', ')}`);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    const rowStops = await panel.page.locator('.candidate[tabindex="0"]').count();
    assert.equal(rowStops, 1, 'all rows are one stop');

    await panel.page.locator('.candidate[tabindex="0"]').focus();
    await keyboard.press('End');
    await keyboard.press('Enter');
    const last = panel.page.locator('.candidate').last();
    assert.equal(await last.getAttribute('aria-selected'), 'true');
    assert.ok(await last.evaluate((row) => row === document.activeElement));
    await keyboard.press('ArrowUp');
    assert.ok(await last.evaluate((row) => row.previousElementSibling === document.activeElement));
    await keyboard.press('Home');
    await keyboard.press(' ');
    assert.equal(await panel.page.locator('.candidate').first().getAttribute('aria-selected'), 'true');

    const points = panel.page.getByRole('slider');
    await points.focus();
    await keyboard.press('Home');
    assert.match((await points.getAttribute('aria-valuetext')) ?? '', /^Candidate 0: 0\.\d\d ± 0\.\d\d after/);
    await keyboard.press('ArrowRight');
    assert.equal(await points.getAttribute('aria-valuenow'), '2');
    await keyboard.press('Enter');
    const second = run.end.view.curve[1]!.number;
    await panel.page.getByRole('heading', { name: `Candidate ${second} ` }).waitFor();
    await panel.close();
  });

  it('walks by keyboard from one page of rows to the next', async () => {
    const panel = await show(many(run.end, 250), { kept: { sort: { key: 'number', descending: false } } });
    await panel.page.locator('.candidate').nth(99).click();
    await panel.page.locator('.candidate').nth(99).focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.getByText('101–200 of 250').waitFor();
    assert.equal(
      await panel.page.evaluate(() => document.activeElement?.querySelector('.col-number')?.textContent),
      '100',
    );
    await panel.close();
  });

  it('leads from a candidate to its parent', async () => {
    const child = run.end.view.candidates.find(({ parentNumbers }) => parentNumbers.length > 0)!;
    const panel = await show(run.end, { kept: { selected: child.hash } });
    await panel.page
      .locator('.detail')
      .getByRole('button', { name: /^Parent, candidate/ })
      .first()
      .click();
    await panel.page.getByRole('heading', { name: `Candidate ${child.parentNumbers[0]} ` }).waitFor();
    await panel.close();
  });

  it('says in a table what the chart draws', async () => {
    const panel = await show(run.end);
    await panel.page.getByRole('button', { name: 'Show as table' }).click();
    const rows = await panel.page.locator('.chart tbody tr').allInnerTexts();
    assert.equal(rows.length, run.end.view.curve.length);
    for (const [at, point] of run.end.view.curve.entries()) {
      assert.ok(rows[at]?.includes(plusMinus(point.estimate)), rows[at]);
    }
    await panel.close();
  });

  it('draws the chart in the colours of the theme, and again when it changes', async () => {
    const panel = await show(run.end, { theme: 'light' });
    const accent = () =>
      panel.page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--vscode-charts-blue'));
    /** Pixels of the canvas that have exactly the accent. */
    const painted = () =>
      panel.page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const context = canvas?.getContext('2d');
        if (!canvas || !context) throw new Error('There is no chart.');
        const hex = getComputedStyle(document.documentElement).getPropertyValue('--vscode-charts-blue').trim();
        const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        let pixels = 0;
        for (let at = 0; at < data.length; at += 4) {
          if (wanted.every((value, part) => data[at + part] === value) && data[at + 3] === 255) pixels++;
        }
        return pixels;
      });
    const light = await accent();
    assert.ok((await painted()) > 100, 'the chart has the accent of the light theme');
    await panel.setTheme('dark');
    assert.notEqual(await accent(), light);
    assert.ok((await painted()) > 100, 'the chart has the accent of the dark theme');
    await panel.close();
  });
});
