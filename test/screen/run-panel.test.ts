import assert from 'node:assert/strict';
import { EMBEDDED_NOTICE } from '../../src/protocol/wording.ts';
import { servePanel, THEMES } from './support/panel-page.ts';
import type { OpenPage, PageServer, PanelPage } from './support/panel-page.ts';
import { createRecorder } from './support/recorded-runs.ts';
import type { Recorder } from './support/recorded-runs.ts';
import { recordStates } from './support/run-states.ts';
import type { RunStates } from './support/run-states.ts';
import { accessibilityViolations } from './support/workbench.ts';

const STATES = [
  'starting',
  'waiting',
  'running',
  'paused',
  'stopping',
  'done',
  'stopped by the user',
  'too small a budget',
  'interrupted',
  'interrupted before',
  'failed',
  'discarded',
  'long and right to left',
  '5,000 candidates',
];

/** The buttons of the header, by state. */
const BUTTONS: Readonly<Record<string, readonly string[]>> = {
  running: ['Pause', 'Stop and keep best', 'Discard…'],
  paused: ['Continue', 'Stop and keep best', 'Discard…'],
  stopping: [],
  // A limit ended both: they can go on with a larger one.
  done: ['Review diff', 'New limit…'],
  'too small a budget': ['New limit…'],
  interrupted: ['Resume', 'Show log'],
  failed: ['Resume', 'Show log'],
  discarded: [],
};

describe('the run panel in every state', () => {
  let recorder: Recorder;
  let states: RunStates;
  let server: PageServer;

  before(async function () {
    this.timeout(120_000);
    recorder = await createRecorder('support-triage');
    states = await recordStates(recorder);
    server = await servePanel('run-panel');
  });
  after(async () => {
    await server.close();
    await recorder.close();
  });

  const stateOf = (name: string) => {
    const state = states.named[name];
    assert.ok(state !== undefined, `There is no state "${name}".`);
    return state;
  };

  /** Shows a state with the text of the candidate it then asks for. */
  async function show(name: string, options: OpenPage = {}): Promise<PanelPage> {
    const panel = await server.open(options);
    await panel.send({ type: 'snapshot', state: stateOf(name) });
    await answerTexts(panel, states);
    return panel;
  }

  it('has a test for every state', () => {
    assert.deepEqual(Object.keys(states.named).sort(), [...STATES].sort());
  });

  for (const name of STATES) {
    it(`${name}: the policy is kept and axe finds nothing, in every theme`, async () => {
      const panel = await show(name);
      // A hundred rows take axe ten seconds, and have the colours of a few.
      for (const theme of name === '5,000 candidates' ? (['high-contrast'] as const) : THEMES) {
        await panel.setTheme(theme);
        assert.deepEqual(await accessibilityViolations(panel.page.mainFrame()), [], theme);
      }
      assert.deepEqual(await panel.problems(), []);
      await panel.close();
    }).timeout(60_000);
  }

  it('does not scroll sideways on a page 280 px wide, nor at twice its size', async () => {
    const panel = await server.open({ width: 280 });
    for (const name of STATES) {
      await panel.page.setViewportSize({ width: 280, height: 900 });
      await panel.send({ type: 'snapshot', state: stateOf(name) });
      await answerTexts(panel, states);
      assert.deepEqual(await tooWide(panel), [], `${name} at 280 px`);
      // 200 % zoom halves the width the page is laid out in.
      await panel.page.setViewportSize({ width: 420, height: 450 });
      assert.deepEqual(await tooWide(panel), [], `${name} at 840 px and 200 %`);
    }
    await panel.close();
  }).timeout(60_000);

  it('says at every moment of an embedded run that a stand-in answers', async () => {
    const panel = await server.open();
    for (const name of STATES.filter((state) => state !== 'waiting')) {
      await panel.send({ type: 'snapshot', state: stateOf(name) });
      await panel.page.getByText(EMBEDDED_NOTICE).waitFor({ state: 'visible' });
    }
    await panel.close();
  });

  it('offers what can be done and nothing else', async () => {
    const panel = await server.open();
    for (const [name, buttons] of Object.entries(BUTTONS)) {
      await panel.send({ type: 'snapshot', state: stateOf(name) });
      const shown = await panel.page.locator('.run-header vscode-button').allInnerTexts();
      assert.deepEqual(
        shown.map((text) => text.trim()),
        buttons,
        name,
      );
    }
    await panel.close();
  });

  it('shows a skeleton until the first word, and then the run', async () => {
    const panel = await server.open();
    assert.equal(await panel.page.locator('main').getAttribute('aria-busy'), 'true');
    assert.ok((await panel.page.locator('.skeleton').count()) > 0);
    assert.deepEqual(await accessibilityViolations(panel.page.mainFrame()), []);
    await panel.send({ type: 'snapshot', state: stateOf('running') });
    assert.equal(await panel.page.locator('.skeleton-chart').count(), 0);
    await panel.close();
  });

  it('says that a run is gone and leads to the file', async () => {
    const panel = await server.open();
    await panel.posted();
    await panel.send({ type: 'gone' });
    await panel.page.getByRole('button', { name: 'Open the prompt file' }).click();
    assert.deepEqual(await panel.posted(), [{ type: 'open-spec' }]);
    assert.deepEqual(await accessibilityViolations(panel.page.mainFrame()), []);
    await panel.close();
  });

  it('shows what names and notes say as text, never as markup', async () => {
    const panel = await show('long and right to left');
    assert.equal(await panel.page.locator('img').count(), 0);
    assert.ok((await panel.page.getByText('<img src=x').count()) > 0);
    await panel.close();
  });

  it('shows the verdict with the figures of the run', async () => {
    const panel = await show('done');
    const { verdict, ended } = stateOf('done').view;
    assert.ok(verdict !== null);
    const text = await panel.page.locator('.verdict').innerText();
    for (const part of [verdict.sentence, verdict.test, verdict.effectSize.name, verdict.constraints[0]!.name])
      assert.ok(text.includes(part), part);
    const spent = await panel.page.getByRole('row', { name: /^Calls/ }).innerText();
    assert.ok(spent.includes(String(ended?.spent.calls)), spent);
    // Bars start at zero and are as long as the mean.
    const widths = await panel.page
      .locator('.verdict .score-bar .fill')
      .evaluateAll((bars) => bars.map((bar) => [bar.getAttribute('x'), Number(bar.getAttribute('width')) / 100]));
    assert.deepEqual(widths, [
      ['0', verdict.before.mean],
      ['0', verdict.after.mean],
    ]);
    await panel.close();
  });

  it('shows what could help when there was no gain', async () => {
    const panel = await show('too small a budget');
    assert.equal(stateOf('too small a budget').canReview, false);
    assert.equal(stateOf('too small a budget').canContinue, true);
    await panel.page.getByRole('heading', { name: 'What could help' }).waitFor();
    await panel.close();
  });

  it('draws a hundred of 5,000 candidates at a time', async () => {
    const panel = await show('5,000 candidates');
    const firstRow = () => panel.page.locator('.candidate .col-number').first().innerText();
    assert.equal(await panel.page.locator('.candidate').count(), 100);
    await panel.page.getByRole('columnheader', { name: 'No.' }).getByRole('button').click();
    assert.equal(await firstRow(), '0');
    await panel.page.getByRole('navigation', { name: 'Pages of candidates' }).getByText('Next').click();
    await panel.page.getByText('101–200 of 5,000').waitFor();
    assert.equal(await firstRow(), '100');
    assert.equal(await panel.page.locator('.candidate').count(), 100);
    await panel.close();
  });

  it('does not move where motion is not wanted', async () => {
    const still = await show('running', { reducedMotion: 'reduce' });
    const animation = (panel: PanelPage) =>
      panel.page.locator('.turning').evaluate((icon) => getComputedStyle(icon).animationName);
    assert.equal(await animation(still), 'none');
    await still.close();
    const moving = await show('running');
    assert.equal(await animation(moving), 'turn');
    await moving.page.evaluate(() => {
      document.body.classList.add('vscode-reduce-motion');
    });
    assert.equal(await animation(moving), 'none');
    await moving.close();
  });

  it('keeps bars and the selected row visible in forced colours', async () => {
    const panel = await show('done', { forcedColors: 'active' });
    const seen = await panel.page.evaluate(() => ({
      fill: getComputedStyle(document.querySelector('.verdict .score-bar-strong .fill')!).fill,
      ground: getComputedStyle(document.body).backgroundColor,
      outline: getComputedStyle(document.querySelector('tr[aria-selected="true"]')!).outlineStyle,
    }));
    assert.notEqual(seen.fill, seen.ground);
    assert.equal(seen.outline, 'solid');
    await panel.close();
  });
});

/** What makes the page scroll to the side: the elements that stand over its edge; none when it does not. */
const tooWide = (panel: PanelPage): Promise<string[]> =>
  panel.page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth)
      .map((element) => `${element.outerHTML.slice(0, 80)} at ${scrollWidth} px`);
  });

async function answerTexts(panel: PanelPage, { whole }: RunStates): Promise<void> {
  for (const message of (await panel.posted()) as { readonly type: string; readonly hash?: string }[]) {
    if (message.type !== 'candidate' || message.hash === undefined) continue;
    await panel.send({ type: 'candidate', hash: message.hash, text: await whole.text(message.hash) });
  }
}
