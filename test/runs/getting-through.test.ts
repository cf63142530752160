import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import type { Engine, EngineOptions, OptimizeOptions } from '../../src/engine/engine.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer, ReceivedCall } from '../support/openai-server.ts';
import type { ServerResponse } from 'node:http';
import { settle } from '../support/models.ts';
import { makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const OPTIONS: OptimizeOptions = { seed: 7, limits: { calls: 600 } };
const IN_AIR = 32;
const prices =
  'prices: { m: { inputPerMillion: 1, outputPerMillion: 2 }, p: { inputPerMillion: 1, outputPerMillion: 2 } }';

type Failure = readonly [status: number, code: string, headers?: Record<string, string>];

describe('a run whose server fails', function () {
  this.timeout(60_000);
  let server: OpenAiServer;
  let workspace: Workspace;
  let engine: Engine;
  /** What is answered instead; null for a good answer. */
  let failWith: (call: ReceivedCall) => Failure | null;
  /** How an answer is sent; at once when not set. */
  let later: ((answer: () => void, call: ReceivedCall) => void) | null;

  const open = async (options: Partial<EngineOptions> = {}, more = ''): Promise<void> => {
    failWith = () => null;
    later = null;
    const answer = (call: ReceivedCall, response: ServerResponse): void => {
      const failure = failWith(call);
      if (failure === null) send(response, apprenticeCompletion(call));
      else sendError(response, ...failure);
    };
    server = await startOpenAiServer((call, response) => {
      if (later === null) answer(call, response);
      else
        later(() => {
          answer(call, response);
        }, call);
    });
    workspace = makeWorkspace({
      model: 'openai/m',
      validation: 120,
      config: `providers: { openai: { baseUrl: "${server.baseUrl}", ${prices} } }\n${more}`,
    });
    engine = workspace.open({ useCache: false, concurrency: IN_AIR, ...options });
  };
  afterEach(async () => {
    await engine.close();
    await server.close();
    workspace.remove();
  });

  interface End {
    readonly error: unknown;
    readonly result: OptimizationResult | null;
    readonly events: readonly { readonly type: string; readonly data: unknown }[];
    readonly status: string | undefined;
  }

  async function follow(run: Awaited<ReturnType<Awaited<ReturnType<Engine['plan']>>['start']>>): Promise<End> {
    const events: End['events'][number][] = [];
    for await (const event of run) events.push(event);
    let error: unknown = null;
    const result = await run.result.catch((reason: unknown) => {
      error = reason;
      return null;
    });
    const store = await engine.store(dirname(workspace.spec));
    return { error, result, events, status: (await store.load(run.id))?.status };
  }
  const optimize = async (options: OptimizeOptions = OPTIONS): Promise<End> =>
    follow(await (await engine.plan(await engine.openTask(workspace.spec), options)).start());
  const resume = async (): Promise<End> =>
    follow((await engine.resume(await engine.store(dirname(workspace.spec)))).run);

  const reasonOf = ({ events }: End): unknown =>
    (events.find(({ type }) => type === 'paused')?.data as { reason?: unknown } | undefined)?.reason;

  it('by a refused key with 32 calls in the air and more waiting: what waits is never sent', async () => {
    await open();
    // The air is filled before the first answer, and the first answer is the refusal.
    const held: (() => void)[] = [];
    let refused = false;
    failWith = () => (refused ? null : ((refused = true), [401, 'invalid_api_key']));
    later = (answer) => {
      held.push(answer);
      if (held.length !== IN_AIR) return;
      held.shift()?.();
      // The others answer well, one after another, when the refusal has long been read: many turns of this very loop.
      void (async () => {
        for (let turn = 0; turn < 20; turn++) await settle();
        for (const next of held.splice(0)) {
          next();
          await settle();
        }
      })();
    };
    const end = await optimize();
    assert.ok(isPromptOptError(end.error) && end.error.code === 'unavailable', String(end.error));
    assert.equal(server.calls.length, IN_AIR, 'only what was in the air has reached the server');
    assert.equal(server.mostInAir(), IN_AIR);
    assert.deepEqual([end.status, reasonOf(end)], ['interrupted', 'unavailable']);
    failWith = () => null;
    later = null;
    const { result } = await resume();
    assert.equal(
      result?.paid.calls,
      server.calls.length,
      'what never left is not counted, what was answered is not lost',
    );
  });

  it('by failures that last: after so many attempts it pauses with the reason, and loses nothing', async () => {
    await open({ retries: 2, concurrency: 4 });
    const attempts = new Map<string, number>();
    failWith = ({ index, body }) => {
      if (index < 60) return null;
      const text = JSON.stringify(body.messages);
      attempts.set(text, (attempts.get(text) ?? 0) + 1);
      return [500, 'server_error', { 'retry-after-ms': '1' }];
    };
    const end = await optimize();
    assert.ok(isPromptOptError(end.error) && end.error.code === 'transient', String(end.error));
    assert.deepEqual([end.status, reasonOf(end)], ['interrupted', 'transient']);
    assert.equal(Math.max(...attempts.values()), 3, 'the first attempt and two more');
    assert.ok(server.calls.length <= 60 + 3 * 6, `${server.calls.length} calls`);
    failWith = () => null;
    const { result } = await resume();
    assert.equal(result?.paid.calls, server.calls.length);
    assert.notEqual(result.verdict, null);
  });

  it('fails at the first failed attempt when retries are off, by option or by config', async () => {
    for (const [options, more] of [
      [{ retries: 0 }, ''],
      [{ retries: undefined }, 'retries: 0\n'],
    ] as const) {
      await open({ concurrency: 1, ...options } as Partial<EngineOptions>, more);
      failWith = ({ index }) => (index < 5 ? null : [429, 'rate_limit_exceeded', { 'retry-after-ms': '1' }]);
      const end = await optimize();
      assert.equal(reasonOf(end), 'transient');
      assert.equal(server.calls.length, 6);
      if (more === '') {
        await engine.close();
        await server.close();
        workspace.remove();
      }
    }
  });

  it('for one of its models only ends as a whole, with that reason', async () => {
    await open();
    failWith = ({ body }) => (body.model === 'p' ? [403, 'not_allowed'] : null);
    const end = await optimize({ ...OPTIONS, strategy: 'gepa', proposer: 'openai/p' });
    assert.ok(isPromptOptError(end.error) && end.error.code === 'unavailable', String(end.error));
    assert.match(end.error.message, /403/);
    assert.deepEqual([end.status, reasonOf(end)], ['interrupted', 'unavailable']);
    const [first] = server.calls.filter(({ body }) => body.model === 'p');
    const after = server.calls.filter(({ index }) => index > (first?.index ?? Infinity));
    assert.ok(after.length <= IN_AIR, `${after.length} calls after the refusal`);
  });

  it('in a storm of refusals with and without hints loses no call and ends as in calm weather', async () => {
    await open({ concurrency: 16, retries: 4 });
    const random = createRandom(11, 'storm');
    let refused = 0;
    failWith = () => {
      if (random.next() >= 0.3) return null;
      refused++;
      return [429, 'rate_limit_exceeded', random.next() < 0.5 ? { 'retry-after-ms': '5' } : {}];
    };
    const options = { ...OPTIONS, limits: { calls: 1200 } };
    const stormy = await optimize(options);
    assert.equal(stormy.error, null);
    assert.ok(refused > 50, `${refused} were refused`);
    assert.equal(stormy.result?.paid.calls, server.calls.length);
    failWith = () => null;
    const calm = await optimize(options);
    const partsOf = ({ result }: End): string =>
      JSON.stringify([result?.verdict, result?.chosen, result?.candidates, result?.spent]);
    assert.equal(partsOf(stormy), partsOf(calm));
  });

  it('or not, is asked no more often a minute than the config allows', async () => {
    await open({ concurrency: 8 });
    await engine.close();
    writeFileSync(
      join(workspace.folder, 'promptopt.config.yaml'),
      `providers: { openai: { baseUrl: "${server.baseUrl}", ${prices}, modelLimits: { m: { requestsPerMinute: 20, concurrency: 2 } } } }\n`,
    );
    engine = workspace.open({ useCache: false, concurrency: 8 });
    const run = await (await engine.plan(await engine.openTask(workspace.spec), OPTIONS)).start();
    while (server.calls.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(server.calls.length, 20, 'call 21 waits for the minute to end');
    assert.ok(server.mostInAir() <= 2, `${server.mostInAir()} in the air`);
    run.abort();
    await assert.rejects(run.result, (error) => isPromptOptError(error) && error.code === 'stopped');
  });
});
