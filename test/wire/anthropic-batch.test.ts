import assert from 'node:assert/strict';
import { typedFailure } from '../support/typed-failure.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { createBatcher } from '../../src/engine/models/batcher.ts';
import type { BatchPort } from '../../src/engine/models/batch-port.ts';
import { systemClock } from '../../src/engine/models/clock.ts';
import { identityOf } from '../../src/engine/models/identity.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import { anthropic } from '../../src/engine/models/providers/anthropic.ts';
import { errorBody, message } from '../support/anthropic-server.ts';
import { startAnthropicBatchServer } from '../support/anthropic-batch-server.ts';
import type { AnthropicBatchServer } from '../support/anthropic-batch-server.ts';
import { makeRequest } from '../support/models.ts';

const KEY = 'sk-ant-planted-0123456789';
const SECRET = 'the planted row content';
const MODEL = 'claude-haiku-4-5';

describe('Anthropic’s batches over the wire', () => {
  let server: AnthropicBatchServer;
  let port: BatchPort;
  beforeEach(async () => {
    server = await startAnthropicBatchServer();
    const provider = await anthropic.connect({ apiKey: KEY, baseUrl: server.baseUrl, timeoutMs: 5000 });
    assert.ok(provider.batch !== undefined);
    port = provider.batch;
  });
  afterEach(() => server.close());

  const requests = [0, 1, 2, 3].map((row) =>
    makeRequest('', {
      model: MODEL,
      messages: [textMessage('system', 'Answer.'), textMessage('user', `${SECRET} ${row}`)],
    }),
  );
  const ids = requests.map(identityOf);
  const calls = () => requests.map((request) => ({ id: identityOf(request), body: port.toWire(request).body }));
  const submit = (): Promise<string> => port.submit(calls(), port.toWire(requests[0]!).kind, 'token');

  const failure = (attempt: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> =>
    typedFailure(attempt, code, [KEY, SECRET, 'Server text']);

  it('hand in each call by its name, in the words and the version of a call by itself', async () => {
    await submit();
    const [batch] = server.batches;
    assert.deepEqual(
      batch?.requests.map(({ custom_id }) => custom_id),
      ids,
    );
    assert.equal(batch.headers['x-api-key'], KEY);
    assert.equal(batch.headers['anthropic-version'], '2023-06-01', 'a temperature is taken in this version only');
    const { params } = batch.requests[0]!;
    assert.deepEqual([params.model, params.system, params.temperature], [MODEL, 'Answer.', 0]);
    assert.equal('stream' in params, false);
  });

  it('give replies with their usage whatever their order, and count on the way', async () => {
    server.atOnce = false;
    const batchId = await submit();
    assert.deepEqual(await port.poll(batchId), { ended: false, done: 0, of: 4 });
    server.answer = (_request, index) => ({
      type: 'succeeded',
      message: message(`reply ${index}`, {
        usage: { input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 5, cache_creation_input_tokens: 2 },
      }),
    });
    server.end(server.batches[0]!);
    assert.deepEqual(await port.poll(batchId), { ended: true, done: 4, of: 4 });
    const { replies, failure: none } = await port.results(batchId);
    assert.equal(none, null);
    for (const [index, id] of ids.entries()) {
      const reply = await replies.get(id)!(requests[index]!);
      assert.equal(textOf(reply), `reply ${index}`);
      assert.equal(reply.usage.inputTokens, 14);
      assert.equal(reply.usage.cachedInputTokens, 5);
      assert.equal(reply.usage.cacheWriteTokens, 2);
    }
  });

  it('tell a refused call from one that failed for now and those that were never answered', async () => {
    server.answer = (_request, index) =>
      index === 0
        ? { type: 'errored', error: errorBody('invalid_request_error', { message: `Server text ${SECRET}` }) }
        : index === 1
          ? { type: 'errored', error: errorBody('overloaded_error') }
          : { type: index === 2 ? 'expired' : 'canceled' };
    const batchId = await submit();
    const { replies, failure: why } = await port.results(batchId);
    await failure(replies.get(ids[0]!)!(requests[0]!), 'bad-request');
    await failure(replies.get(ids[1]!)!(requests[1]!), 'transient');
    assert.deepEqual([...replies.keys()].sort(), [ids[0], ids[1]].sort());
    assert.ok(why !== null);
  });

  it('are found again by the names of their calls, whoever else hands in as many', async () => {
    server.atOnce = false;
    const foreign = ids.map((_id, index) => ({
      custom_id: `foreign-${index}`,
      params: { model: MODEL, messages: [] },
    }));
    server.loseNextAnswer = true;
    const submittedAt = Date.now();
    const lost = await failure(submit(), 'transient');
    assert.equal(lost.details.mayHaveCost, true);
    server.plant(foreign);
    server.plant(foreign.slice(1));
    const found = await port.find({ token: 'token', calls: ids, submittedAt });
    assert.deepEqual(
      found.map(({ batchId, certain }) => [batchId, certain]),
      [
        [server.batches[1]!.id, false],
        [server.batches[0]!.id, false],
      ],
    );
  });

  it('give a call whose submission was cut its reply without handing it in again', async () => {
    server.loseNextAnswer = true;
    const batcher = createBatcher({
      portOf: () => Promise.resolve(port),
      endpointOf: () => undefined,
      log: null,
      clock: systemClock,
      newToken: () => 'token',
    });
    const replies = await Promise.all(requests.map((request) => batcher.generate(request)));
    assert.equal(server.batches.length, 1);
    assert.ok(replies.every((reply) => textOf(reply) !== ''));
  });

  it('can be cancelled', async () => {
    server.atOnce = false;
    const batchId = await submit();
    await port.cancel(batchId);
    assert.equal((await port.poll(batchId)).ended, true);
    const { replies, failure: why } = await port.results(batchId);
    assert.equal(replies.size, 0);
    assert.equal(why?.code, 'unavailable');
  });

  it('fail as calls do: a wrong key, no money, a server that has no batches', async () => {
    for (const [status, type, told] of [
      [401, 'authentication_error', 'unavailable'],
      [402, 'billing_error', 'unavailable'],
      [529, 'overloaded_error', 'transient'],
      [404, 'not_found_error', 'unavailable'],
    ] as const) {
      server.refuse = { status, type };
      const error = await failure(submit(), told);
      if (status === 404) assert.match(error.message, /no batch endpoint/);
    }
    assert.equal(server.batches.length, 0);
  });

  it('are gone when the provider says so', async () => {
    await failure(port.poll('msgbatch_unknown'), 'bad-request');
    await failure(port.results('msgbatch_unknown'), 'bad-request');
  });
});
