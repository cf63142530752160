import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Run } from '../../src/engine/experiments/run-handle.ts';
import { optimizeInProcess } from '../support/optimize-process.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const OPTIONS = { seed: 7, limits: { calls: 300 } };

describe('a run under way', function () {
  this.timeout(60_000);
  let server: OpenAiServer;
  let workspace: Workspace;
  let engine: Engine;
  let onCall: (count: number) => void;
  /** What the server answers instead; null lets it answer well. */
  let failWith: ((index: number) => [number, string] | null) | null;

  beforeEach(async () => {
    onCall = () => undefined;
    failWith = null;
    server = await startOpenAiServer((call, response) => {
      onCall(call.index + 1);
      const failure = failWith?.(call.index) ?? null;
      if (failure === null) send(response, apprenticeCompletion(call));
      else sendError(response, ...failure);
    });
    workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) });
    engine = workspace.open({ useCache: false });
  });
  afterEach(async () => {
    await engine.close();
    await server.close();
    workspace.remove();
  });

  const start = async (): Promise<Run> =>
    await (await engine.plan(await engine.openTask(workspace.spec), OPTIONS)).start();
  /** Does `act` when the server gets its `count`-th call. */
  const at = (count: number, act: () => void): void => {
    onCall = (now) => {
      if (now === count) act();
    };
  };
  const resume = async (): Promise<Run> => (await engine.resume(await engine.store(dirname(workspace.spec)))).run;
  const partsOf = ({ verdict, chosen, candidates, spent, stopReason }: OptimizationResult): string =>
    JSON.stringify({ verdict, chosen, candidates, spent, stopReason });

  it('stopped with the best kept goes on to its verdict', async () => {
    const run = await start();
    at(70, () => {
      run.stop('keep-best');
    });
    const result = await run.result;
    assert.equal(result.stopReason, 'stopped-by-user');
    assert.notEqual(result.verdict, null);
    assert.ok(server.calls.length < 70 + 2 * 40 + 16);
  });

  it('stopped and discarded ends without another call and without a verdict', async () => {
    const run = await start();
    at(70, () => {
      run.stop('discard');
    });
    const result = await run.result;
    assert.equal(result.verdict, null);
    assert.equal(result.chosen.hash, result.original.hash);
    assert.ok(server.calls.length <= 70 + 8, `${server.calls.length} calls`);
    const store = await engine.store(dirname(workspace.spec));
    assert.equal((await store.load(run.id))?.status, 'discarded');
    const ended = (await store.events(run.id)).find(({ event }) => event.type === 'run-ended');
    assert.match(JSON.stringify(ended), /discarded/);
  });

  it('discarded while its verdict is made ends there', async () => {
    const run = await start();
    for await (const event of run) {
      if (event.path.startsWith('verdict/evaluate')) break;
    }
    const before = server.calls.length;
    run.stop('discard');
    assert.equal((await run.result).verdict, null);
    assert.ok(server.calls.length <= before + 8);
  });

  it('takes its stop again at the same place when it is resumed', async () => {
    const run = await start();
    at(60, () => {
      run.stop('keep-best');
    });
    // Left while the verdict is made, after the stop took effect.
    for await (const event of run) if (event.path.startsWith('verdict/evaluate')) break;
    run.abort();
    await assert.rejects(run.result, (error) => isPromptOptError(error) && error.code === 'stopped');
    const store = await engine.store(dirname(workspace.spec));
    assert.deepEqual(
      (await store.inputs(run.id)).map(({ kind }) => kind),
      ['stop'],
    );
    const [input] = await store.inputs(run.id);
    const resumed = await (await resume()).result;
    assert.equal(resumed.stopReason, 'stopped-by-user');
    assert.ok(resumed.spent.calls <= (input?.admission ?? 0) + 2 * 40);
  });

  it('paused sends nothing more, resumed goes on to the same end', async () => {
    const free = await (await start()).result;
    const calls = server.calls.length;
    const run = await start();
    const paused = Promise.withResolvers<undefined>();
    at(calls + 50, () => {
      run.pause();
      paused.resolve(undefined);
    });
    await paused.promise;
    while (server.inAir() > 0) await new Promise((resolve) => setImmediate(resolve));
    const store = await engine.store(dirname(workspace.spec));
    // The store answers in order: once it has, everything sent before is there.
    await store.flush();
    assert.equal((await store.load(run.id))?.status, 'paused');
    const before = server.calls.length;
    for (let turn = 0; turn < 50; turn++) await store.load(run.id);
    assert.equal(server.calls.length, before);
    run.resume();
    assert.equal(partsOf(await run.result), partsOf(free));
  });

  it('left while paused does not hang, and goes on later to the same end', async () => {
    const free = await (await start()).result;
    const paused = Promise.withResolvers<undefined>();
    const run = await start();
    at(server.calls.length + 40, () => {
      run.pause();
      paused.resolve(undefined);
    });
    await paused.promise;
    run.abort();
    await assert.rejects(run.result, (error) => isPromptOptError(error) && /resume/i.test(describeError(error)));
    assert.equal(partsOf(await (await resume()).result), partsOf(free));
  });

  it('ends at once on a refused key, and goes on when the key is mended', async () => {
    const free = await (await start()).result;
    const before = server.calls.length;
    failWith = (index) => (index >= before + 60 ? [401, 'invalid_api_key'] : null);
    const run = await start();
    await assert.rejects(
      run.result,
      (error) => isPromptOptError(error) && error.code === 'unavailable' && error.message.includes('key'),
    );
    assert.ok(server.calls.length <= before + 60 + 8, 'nothing is sent after the refusal but what was in the air');
    failWith = null;
    const result = await (await resume()).result;
    assert.equal(partsOf(result), partsOf(free));
    assert.equal(result.paid.calls, server.calls.length - before, 'refused calls are counted as calls');
  });

  it('loses a row, not itself, to a request the model refuses as too long', async () => {
    failWith = null;
    const long = workspace.spec.replace('sorting.prompt.yaml', 'validation.jsonl');
    appendFileSync(long, `${JSON.stringify({ message: `toolong ${'x'.repeat(400)}`, expected: 'billing' })}\n`);
    failWith = (index) =>
      JSON.stringify(server.calls[index]?.body.messages.at(-1)).includes('toolong')
        ? [400, 'context_length_exceeded']
        : null;
    const run = await start();
    const warnings: string[] = [];
    for await (const event of run) if (event.type === 'warning') warnings.push(event.data.message);
    const result = await run.result;
    assert.notEqual(result.verdict, null);
    assert.ok(
      warnings.some((message) => message.includes('1 request was refused')),
      warnings.join('\n'),
    );
  });

  it('does not ask again what was refused, when it is resumed', async () => {
    const rows = workspace.spec.replace('sorting.prompt.yaml', 'validation.jsonl');
    appendFileSync(rows, `${JSON.stringify({ message: `toolong ${'x'.repeat(400)}`, expected: 'billing' })}\n`);
    const isLong = (index: number): boolean => JSON.stringify(server.calls[index]?.body).includes('toolong');
    failWith = (index) => (isLong(index) ? [400, 'context_length_exceeded'] : null);
    const refusedBefore = (): string[] =>
      server.calls.flatMap(({ body }, index) => (isLong(index) ? [JSON.stringify(body)] : []));
    const run = await start();
    for await (const event of run) if (event.path.startsWith('verdict/evaluate')) break;
    run.abort();
    await assert.rejects(run.result);
    assert.ok(refusedBefore().length > 0);
    await (
      await resume()
    ).result;
    assert.equal(new Set(refusedBefore()).size, refusedBefore().length, 'a refused request was asked twice');
  });

  it('ends, resumable, when every request is refused: then the request is wrong and not a row', async () => {
    failWith = () => [400, 'unsupported_parameter'];
    await assert.rejects((await start()).result, (error) => isPromptOptError(error) && error.code === 'bad-request');
    const store = await engine.store(dirname(workspace.spec));
    assert.equal((await store.query())[0]?.status, 'interrupted');
  });

  it('cannot be resumed by another process while its owner lives', async () => {
    const child = optimizeInProcess({ spec: workspace.spec, options: OPTIONS, engine: { useCache: false } });
    const begun = Promise.withResolvers<undefined>();
    at(30, () => {
      begun.resolve(undefined);
    });
    await Promise.all([child.runId, begun.promise]);
    const store = await engine.store(dirname(workspace.spec));
    await assert.rejects(
      engine.resume(store, await child.runId),
      (error) => isPromptOptError(error) && error.code === 'store' && /being run by process \d+/.test(error.message),
    );
    assert.notEqual(await child.result, null);
    await assert.rejects(engine.resume(store, await child.runId), /finished/);
    await assert.rejects(engine.resume(store, 'no-such-run'), /no run/);
  });

  it('shares its store with another: two processes at once end as each would alone', async () => {
    const alone = await (await start()).result;
    const both = await Promise.all(
      [1, 2].map(
        () => optimizeInProcess({ spec: workspace.spec, options: OPTIONS, engine: { useCache: false } }).result,
      ),
    );
    for (const result of both) assert.equal(result === null ? null : partsOf(result), partsOf(alone));
    const database = new DatabaseSync(workspace.database);
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    database.close();
  });
});
