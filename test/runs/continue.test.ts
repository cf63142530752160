import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { Limits } from '../../src/protocol/events.ts';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Run } from '../../src/engine/experiments/run-handle.ts';
import type { ResultsStore } from '../../src/engine/experiments/store.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

describe('a run that ended at its limit', function () {
  this.timeout(60_000);
  let server: OpenAiServer;
  let workspace: Workspace;
  let engine: Engine;
  let store: ResultsStore;

  beforeEach(async () => {
    server = await startOpenAiServer((call, response) => {
      send(response, apprenticeCompletion(call));
    });
    workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) });
    engine = workspace.open({ useCache: false });
    store = await engine.store(dirname(workspace.spec));
  });
  afterEach(async () => {
    await engine.close();
    await server.close();
    workspace.remove();
  });

  const start = async (limits: Limits): Promise<Run> =>
    await (await engine.plan(await engine.openTask(workspace.spec), { seed: 7, limits })).start();
  const goOn = async (id: string, limits: Limits): Promise<Run> => (await engine.resume(store, id, { limits })).run;
  const partsOf = ({ verdict, chosen, candidates, spent, stopReason }: OptimizationResult): string =>
    JSON.stringify({ verdict, chosen, candidates, spent, stopReason });
  const says =
    (pattern: RegExp) =>
    (error: unknown): boolean =>
      isPromptOptError(error) && error.code === 'usage' && pattern.test(describeError(error));

  it('goes on with a larger one, buying nothing twice', async () => {
    const run = await start({ calls: 200 });
    const first = await run.result;
    assert.match(first.stopReason, /^budget-calls$|^too-small-to-search$/);
    const bought = server.calls.length;
    assert.equal(first.paid.calls, bought);

    const result = await (await goOn(run.id, { calls: 500 })).result;
    assert.ok(result.spent.calls > first.spent.calls, `${first.spent.calls} calls, then ${result.spent.calls}`);
    assert.ok(result.spent.calls <= 500);
    assert.deepEqual(result.limits, { calls: 500 });
    assert.ok(result.candidates.length > first.candidates.length, 'it searched on');
    // The original prompt's rows were bought before; no request was made twice.
    const asked = server.calls.map(({ body }) => JSON.stringify(body));
    assert.equal(new Set(asked).size, asked.length);
    assert.equal(result.paid.calls, server.calls.length);
    assert.match(result.notes.join(' '), /continued once/);
    // The store tells the run as it is now, once.
    const ends = (await store.events(run.id)).filter(({ event }) => event.type === 'run-ended');
    assert.equal(ends.length, 1);
    assert.equal((await store.load(run.id))?.status, 'done');
  });

  it('left after it was continued is resumed to the same end', async () => {
    const one = await start({ calls: 200 });
    await one.result;
    const whole = await (await goOn(one.id, { calls: 500 })).result;

    const two = await start({ calls: 200 });
    await two.result;
    const before = server.calls.length;
    const continued = await goOn(two.id, { calls: 500 });
    while (server.calls.length < before + 40) await new Promise((resolve) => setTimeout(resolve, 5));
    continued.abort();
    await assert.rejects(continued.result);
    const { run, limits } = await engine.resume(store, two.id);
    assert.deepEqual(limits, { calls: 500 });
    assert.equal(partsOf(await run.result), partsOf(whole));
  });

  it('is continued again and again', async () => {
    const run = await start({ calls: 160 });
    const first = await run.result;
    const second = await (await goOn(run.id, { calls: 260 })).result;
    const third = await (await goOn(run.id, { calls: 500 })).result;
    assert.ok(first.spent.calls <= 160 && second.spent.calls <= 260 && third.spent.calls <= 500);
    assert.ok(third.spent.calls > second.spent.calls);
    assert.match(third.notes.join(' '), /continued 2 times/);
    const asked = server.calls.map(({ body }) => JSON.stringify(body));
    assert.equal(new Set(asked).size, asked.length);
  });

  it('takes no smaller limit, no equal one, and only when a limit ended it', async () => {
    const run = await start({ calls: 200 });
    await run.result;
    await assert.rejects(goOn(run.id, { calls: 100 }), says(/more, not less/));
    await assert.rejects(goOn(run.id, { calls: 200 }), says(/larger limit/));
    await assert.rejects(goOn(run.id, { usd: 3 }), says(/larger limit/));
    await assert.rejects(engine.resume(store, run.id), says(/finished/));
    const stopped = await start({ calls: 400 });
    stopped.stop('keep-best');
    await stopped.result;
    await assert.rejects(goOn(stopped.id, { calls: 500 }), says(/did not end at its limit/));
    const left = await start({ calls: 400 });
    left.abort();
    await assert.rejects(left.result);
    await assert.rejects(goOn(left.id, { calls: 500 }), says(/Resume it with the limit it has/));
  });

  it('by its minutes goes on with more of them', async () => {
    const run = await start({ calls: 400, minutes: 0.002 });
    const first = await run.result;
    assert.match(first.stopReason, /^budget-minutes$|^too-small-to-search$/);
    const result = await (await goOn(run.id, { minutes: 30 })).result;
    assert.ok(result.spent.calls > first.spent.calls);
    assert.notEqual(result.stopReason, 'budget-minutes');
  });
});
