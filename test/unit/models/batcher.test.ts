import assert from 'node:assert/strict';
import type { BatchPort, BatchReply, BatchResults, FoundBatch } from '../../../src/engine/models/batch-port.ts';
import { createBatcher } from '../../../src/engine/models/batcher.ts';
import type { Batcher, BatcherOptions } from '../../../src/engine/models/batcher.ts';
import { identityOf } from '../../../src/engine/models/identity.ts';
import { textOf } from '../../../src/engine/models/language-model.ts';
import type { Generation } from '../../../src/engine/models/language-model.ts';
import type { BatchLog, StoredBatch } from '../../../src/engine/models/ports.ts';
import { PromptOptError, isPromptOptError } from '../../../src/protocol/errors.ts';
import type { BatchProgress } from '../../../src/protocol/events.ts';
import { fakeClock, makeGeneration, makeRequest, settle } from '../../support/models.ts';

const withCode = (code: string) => (error: unknown) => isPromptOptError(error) && error.code === code;
const isPending = (error: unknown) => isPromptOptError(error) && error.details.pending === true && !error.retryable;

interface Handed {
  readonly ids: readonly string[];
  readonly kind: string;
  readonly token: string;
  ended: boolean;
}

/** A provider's batch endpoint in the test's own hands. */
function handPort(more: Partial<BatchPort> = {}) {
  const handed: Handed[] = [];
  const cancelled: string[] = [];
  let polls = 0;
  const port = {
    handed,
    cancelled,
    polls: () => polls,
    /** Whether batches end as soon as they are in. */
    atOnce: true,
    /** What becomes of a call; undefined when the batch ends without it. */
    reply: ((id) => () => Promise.resolve(makeGeneration(id.slice(0, 6)))) as (id: string) => BatchReply | undefined,
    failure: null as PromptOptError | null,
    largest: { calls: 100, bytes: 1_000_000 },
    toWire: (request) => ({ body: request.messages, kind: 'one' }),
    async submit(calls, kind, token) {
      handed.push({ ids: calls.map(({ id }) => id), kind, token, ended: port.atOnce });
      return `batch-${handed.length}`;
    },
    async poll(batchId) {
      polls++;
      const batch = handed[Number(batchId.slice(6)) - 1]!;
      // A turn of the event loop, or a clock that never waits would never let anything else happen.
      await new Promise((resolve) => setImmediate(resolve));
      return { ended: batch.ended, done: 0, of: batch.ids.length };
    },
    async results(batchId): Promise<BatchResults> {
      const { ids } = handed[Number(batchId.slice(6)) - 1]!;
      const replies = ids.flatMap((id): [string, BatchReply][] => {
        const reply = port.reply(id);
        return reply === undefined ? [] : [[id, reply]];
      });
      return { replies: new Map(replies), failure: port.failure };
    },
    async cancel(batchId) {
      cancelled.push(batchId);
      handed[Number(batchId.slice(6)) - 1]!.ended = true;
    },
    find: async (): Promise<readonly FoundBatch[]> => [],
    ...more,
  } satisfies BatchPort & Record<string, unknown>;
  return port;
}

/** A log in memory, which remembers what was done in which order. */
function listBatches(left: readonly StoredBatch[] = []): BatchLog & { readonly done: string[] } {
  const done: string[] = [];
  const note = (what: string): Promise<void> => {
    done.push(what);
    return Promise.resolve();
  };
  return {
    done,
    left: () => Promise.resolve(left),
    attemptsLeft: () => Promise.resolve(new Map()),
    submitting: ({ calls }) => note(`submitting ${calls.length}`),
    submitted: (_token, batchId) => note(`submitted ${batchId}`),
    dropped: (_token, calls) => note(`dropped ${calls.length}`),
    forget: (token) => note(`forgot ${token}`),
    release: () => note('released'),
  };
}

function batcherOn(port: BatchPort, more: Partial<BatcherOptions> = {}): Batcher {
  let tokens = 0;
  return createBatcher({
    portOf: () => Promise.resolve(port),
    endpointOf: () => undefined,
    log: null,
    clock: fakeClock(),
    newToken: () => `token-${++tokens}`,
    ...more,
  });
}

const requests = (count: number) => Array.from({ length: count }, (_, index) => makeRequest(`row ${index}`));
const askAll = (batcher: Batcher, count: number): Promise<Generation[]> =>
  Promise.all(requests(count).map((request) => batcher.generate(request)));

describe('the batcher', () => {
  it('hands in what is asked together as one batch, and each asker gets their own reply', async () => {
    const port = handPort();
    const replies = await askAll(batcherOn(port), 5);
    assert.equal(port.handed.length, 1);
    assert.deepEqual(
      replies.map(textOf),
      requests(5).map((request) => identityOf(request).slice(0, 6)),
    );
  });

  it('asks the same call once, whoever asks it how often', async () => {
    const port = handPort();
    const batcher = batcherOn(port);
    const [one, two] = await Promise.all([batcher.generate(makeRequest('x')), batcher.generate(makeRequest('x'))]);
    assert.equal(port.handed[0]?.ids.length, 1);
    assert.equal(textOf(one), textOf(two));
  });

  it('parts calls by model, by kind and by what a batch takes', async () => {
    const many = handPort({ largest: { calls: 2, bytes: 1_000_000 } });
    await askAll(batcherOn(many), 5);
    assert.deepEqual(
      many.handed.map(({ ids }) => ids.length),
      [2, 2, 1],
    );
    const big = handPort({ largest: { calls: 100, bytes: 1300 } });
    await askAll(batcherOn(big), 4);
    assert.deepEqual(
      big.handed.map(({ ids }) => ids.length),
      [2, 2],
    );
    const kinds = handPort({ toWire: ({ sample }) => ({ body: '', kind: sample === 0 ? 'one' : 'other' }) });
    const batcher = batcherOn(kinds);
    await Promise.all([0, 1, 0, 1].map((sample, row) => batcher.generate(makeRequest(`${row}`, { sample }))));
    assert.deepEqual(
      kinds.handed.map(({ ids, kind }) => [ids.length, kind]),
      [
        [2, 'one'],
        [2, 'other'],
      ],
    );
    const models = handPort();
    const both = batcherOn(models);
    await Promise.all(['a/a', 'b/b'].map((model) => both.generate(makeRequest('x', { model }))));
    assert.equal(models.handed.length, 2);
  });

  it('refuses a call the provider cannot carry, and sends the others', async () => {
    const port = handPort({
      toWire(request) {
        if (request.sample === 1) throw new PromptOptError('bad-request', 'no images');
        return { body: '', kind: '' };
      },
    });
    const batcher = batcherOn(port);
    const [one, two] = await Promise.allSettled([0, 1].map((sample) => batcher.generate(makeRequest('x', { sample }))));
    assert.equal(one?.status, 'fulfilled');
    assert.ok(two?.status === 'rejected' && withCode('bad-request')(two.reason));
    assert.equal(port.handed[0]?.ids.length, 1);
  });

  it('writes a batch down before it leaves, and its name when it is known', async () => {
    const log = listBatches();
    const seen: string[][] = [];
    const port = handPort();
    const submit = port.submit;
    port.submit = async (...given) => {
      seen.push([...log.done]);
      return await submit(...given);
    };
    const batcher = batcherOn(port, { log });
    await askAll(batcher, 3);
    assert.deepEqual(seen, [['submitting 3']]);
    assert.deepEqual(log.done, ['submitting 3', 'submitted batch-1']);
    await batcher.forget();
    assert.deepEqual(log.done.at(-1), 'forgot token-1');
  });

  it('lets nothing leave that cannot be written down', async () => {
    const port = handPort();
    const log = { ...listBatches(), submitting: () => Promise.reject(new PromptOptError('store', 'full')) };
    await assert.rejects(askAll(batcherOn(port, { log }), 2), withCode('store'));
    assert.equal(port.handed.length, 0);
  });

  it('fails a call whose batch surely was not taken as any call fails: it may be asked again', async () => {
    const log = listBatches();
    const port = handPort({ submit: () => Promise.reject(new PromptOptError('transient', 'busy')) });
    const batcher = batcherOn(port, { log });
    await assert.rejects(askAll(batcher, 2), (error) => withCode('transient')(error) && !isPending(error));
    assert.deepEqual(log.done, ['submitting 2', 'forgot token-1']);
  });

  it('looks for a batch whose answer was lost before it is handed in again', async () => {
    const lost = new PromptOptError('transient', 'cut', { mayHaveCost: true });
    let attempts = 0;
    const port = handPort();
    const submit = port.submit;
    port.submit = async (...given) => {
      const batchId = await submit(...given);
      if (++attempts === 1) throw lost;
      return batchId;
    };
    port.find = () => Promise.resolve([{ batchId: 'batch-1', certain: true }]);
    assert.equal((await askAll(batcherOn(port), 2)).length, 2);
    assert.equal(port.handed.length, 1);
    // Not found: it was not taken, so nothing was paid, and it may be asked again.
    const gone = handPort({ submit: () => Promise.reject(lost) });
    await assert.rejects(
      batcherOn(gone).generate(makeRequest('x')),
      (error) => withCode('transient')(error) && isPromptOptError(error) && error.details.mayHaveCost !== true,
    );
  });

  it('knows a batch without a mark by the names of its calls', async () => {
    const [request] = requests(1);
    const id = identityOf(request!);
    const stored: StoredBatch = {
      token: 'old',
      model: 'test/model',
      endpoint: null,
      batchId: null,
      submittedAt: 1_000_000,
      calls: [id],
    };
    const port = handPort();
    await port.submit([{ id: 'of somebody else', body: '' }], '', '');
    await port.submit([{ id, body: '' }], '', '');
    port.find = () =>
      Promise.resolve([
        { batchId: 'batch-1', certain: false },
        { batchId: 'batch-2', certain: false },
      ]);
    const log = listBatches([stored]);
    const reply = await batcherOn(port, { log }).generate(request!);
    assert.equal(textOf(reply), id.slice(0, 6));
    assert.equal(port.handed.length, 2);
    assert.deepEqual(log.done, ['submitted batch-2']);
  });

  it('waits for the batch an earlier process left, and hands in only what is not in it', async () => {
    const [known, fresh] = requests(2);
    const port = handPort();
    await port.submit([{ id: identityOf(known!), body: '' }], '', '');
    const log = listBatches([
      {
        token: 'old',
        model: 'test/model',
        endpoint: null,
        batchId: 'batch-1',
        submittedAt: 1,
        calls: [identityOf(known!)],
      },
    ]);
    const batcher = batcherOn(port, { log });
    await Promise.all([batcher.generate(known!), batcher.generate(fresh!)]);
    assert.deepEqual(
      port.handed.map(({ ids }) => ids),
      [[identityOf(known!)], [identityOf(fresh!)]],
    );
    // At another endpoint the same name is another model.
    const elsewhere = batcherOn(port, { log, endpointOf: () => 'http://127.0.0.1:1' });
    await elsewhere.generate(known!);
    assert.equal(port.handed.length, 3);
  });

  it('asks anew what an earlier batch never had, or what the provider has no longer', async () => {
    const [request] = requests(1);
    const stored = { token: 'old', model: 'test/model', endpoint: null, submittedAt: 1, calls: [identityOf(request!)] };
    const never = listBatches([{ ...stored, batchId: null }]);
    const port = handPort();
    await batcherOn(port, { log: never }).generate(request!);
    assert.deepEqual(never.done, ['forgot old', 'submitting 1', 'submitted batch-1']);
    const old = listBatches([{ ...stored, batchId: 'batch-0' }]);
    const forgetful = handPort();
    const { poll } = forgetful;
    forgetful.poll = (batchId) =>
      batchId === 'batch-0' ? Promise.reject(new PromptOptError('bad-request', 'no longer')) : poll(batchId);
    await batcherOn(forgetful, { log: old }).generate(request!);
    assert.deepEqual(old.done, ['forgot old', 'submitting 1', 'submitted batch-1']);
  });

  it('takes a call that ended without a reply out of its batch, before it fails', async () => {
    const log = listBatches();
    const port = handPort();
    port.reply = (id) => (id === identityOf(requests(1)[0]!) ? undefined : () => Promise.resolve(makeGeneration('x')));
    const batcher = batcherOn(port, { log });
    const [one, two] = await Promise.allSettled(requests(2).map((request) => batcher.generate(request)));
    assert.ok(one?.status === 'rejected' && withCode('transient')(one.reason));
    assert.equal(two?.status, 'fulfilled');
    assert.equal(log.done.at(-1), 'dropped 1');
    // The next attempt goes in another batch.
    port.reply = () => () => Promise.resolve(makeGeneration('now'));
    assert.equal(textOf(await batcher.generate(requests(1)[0]!)), 'now');
    assert.equal(port.handed.length, 2);
    port.reply = () => undefined;
    port.failure = new PromptOptError('unavailable', 'cancelled at the provider');
    await assert.rejects(batcher.generate(makeRequest('y')), withCode('unavailable'));
  });

  it('outlives a network that fails for a while, and leaves the batch out when it fails for good', async () => {
    const port = handPort();
    const { poll } = port;
    let failures = 5;
    port.poll = (batchId) => (failures-- > 0 ? Promise.reject(new PromptOptError('transient', 'down')) : poll(batchId));
    await askAll(batcherOn(port), 2);
    failures = Infinity;
    await assert.rejects(askAll(batcherOn(port), 2), (error) => withCode('transient')(error) && isPending(error));
    port.poll = () => Promise.reject(new PromptOptError('unavailable', 'key revoked'));
    await assert.rejects(askAll(batcherOn(port), 2), (error) => withCode('unavailable')(error) && isPending(error));
  });

  it('lets go at once of a call that is cancelled, while it gathers and while it is out', async () => {
    const port = handPort();
    port.atOnce = false;
    const batcher = batcherOn(port);
    const early = new AbortController();
    const gathering = batcher.generate(makeRequest('x'), { signal: early.signal });
    early.abort();
    await assert.rejects(gathering, (error) => withCode('stopped')(error) && isPending(error));
    await settle();
    assert.equal(port.handed.length, 0, 'nothing is left to hand in');

    const controller = new AbortController();
    const left = batcher.generate(makeRequest('y'), { signal: controller.signal });
    await settle();
    assert.equal(port.handed.length, 1);
    controller.abort();
    await assert.rejects(left, (error) => withCode('stopped')(error) && isPending(error));
    await settle();
    const polls = port.polls();
    await settle();
    assert.ok(port.polls() <= polls + 1, 'nobody looks after it any more');
    // Asked again, it is waited for where it is.
    const again = batcher.generate(makeRequest('y'));
    await settle();
    port.handed[0]!.ended = true;
    assert.notEqual(textOf(await again), '');
    assert.equal(port.handed.length, 1);
  });

  it('leaves all of its calls at one word, still out', async () => {
    const port = handPort();
    port.atOnce = false;
    const left = new AbortController();
    const batcher = batcherOn(port, { left: left.signal });
    const asked = Promise.allSettled(requests(3).map((request) => batcher.generate(request)));
    await settle();
    left.abort();
    for (const end of await asked) assert.ok(end.status === 'rejected' && isPending(end.reason));
    assert.deepEqual(port.cancelled, []);
  });

  it('cancels at the provider what will not be kept, and takes what was answered', async () => {
    const port = handPort();
    port.atOnce = false;
    const cancelled = new AbortController();
    const batcher = batcherOn(port, { cancelled: cancelled.signal });
    const asked = Promise.allSettled(requests(2).map((request) => batcher.generate(request)));
    await settle();
    port.reply = (id) => (id === identityOf(requests(1)[0]!) ? () => Promise.resolve(makeGeneration('x')) : undefined);
    cancelled.abort();
    const [one, two] = await asked;
    assert.deepEqual(port.cancelled, ['batch-1']);
    assert.equal(one?.status, 'fulfilled');
    assert.ok(two?.status === 'rejected' && withCode('stopped')(two.reason));
    await assert.rejects(batcher.generate(makeRequest('z')), withCode('stopped'));
  });

  it('tells of a batch when it is handed in, less and less often, and when it is back', async () => {
    const port = handPort();
    port.atOnce = false;
    const told: BatchProgress[] = [];
    const batcher = batcherOn(port, { tell: (progress) => told.push(progress) });
    const asked = batcher.generate(makeRequest('x'));
    while (told.length < 8) await settle();
    port.handed[0]!.ended = true;
    await asked;
    const minutes = told.map((progress) => Math.floor(progress.minutes));
    assert.deepEqual(minutes.slice(0, 7), [0, 1, 5, 15, 30, 60, 120]);
    assert.equal(told.at(-1)?.state, 'ended');
    assert.deepEqual(told[0], { state: 'out', model: 'test/model', calls: 1, answered: 0, minutes: told[0]?.minutes });
  });
});
