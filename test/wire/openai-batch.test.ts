import assert from 'node:assert/strict';
import { typedFailure } from '../support/typed-failure.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import type { BatchPort } from '../../src/engine/models/batch-port.ts';
import { textOf } from '../../src/engine/models/language-model.ts';
import { identityOf } from '../../src/engine/models/identity.ts';
import { openai } from '../../src/engine/models/providers/openai.ts';
import { completion } from '../support/openai-server.ts';
import { startOpenAiBatchServer } from '../support/openai-batch-server.ts';
import type { OpenAiBatchServer } from '../support/openai-batch-server.ts';
import { makeRequest } from '../support/models.ts';

const KEY = 'sk-planted-0123456789';
const SECRET = 'the planted row content';

describe('OpenAI’s batches over the wire', () => {
  let server: OpenAiBatchServer;
  let port: BatchPort;
  beforeEach(async () => {
    server = await startOpenAiBatchServer();
    const provider = await openai.connect({ apiKey: KEY, baseUrl: server.baseUrl, timeoutMs: 5000 });
    assert.ok(provider.batch !== undefined);
    port = provider.batch;
  });
  afterEach(() => server.close());

  const requests = [0, 1, 2].map((row) => makeRequest(`${SECRET} ${row}`, { model: 'm' }));
  const ids = requests.map(identityOf);
  const submit = (token = 'token'): Promise<string> => {
    const calls = requests.map((request) => ({ id: identityOf(request), body: port.toWire(request).body }));
    return port.submit(calls, 'chat', token);
  };

  const failure = (attempt: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> =>
    typedFailure(attempt, code, [KEY, SECRET, 'Server text']);

  it('hand in each call by its name, in the words of a call by itself, marked so that they can be found', async () => {
    await submit('a-mark');
    const [batch] = server.batches;
    assert.deepEqual(
      batch?.lines.map(({ custom_id }) => custom_id),
      ids,
    );
    assert.deepEqual(batch.metadata, { promptopt: 'a-mark' });
    assert.equal(batch.endpoint, '/v1/chat/completions');
    const [line] = batch.lines;
    assert.equal(line?.url, '/v1/chat/completions');
    assert.equal(line.method, 'POST');
    assert.equal(line.body.max_tokens, 10);
    assert.equal('stream' in line.body, false);
  });

  it('give replies with their usage whatever their order, and count on the way', async () => {
    server.atOnce = false;
    const batchId = await submit();
    assert.deepEqual(await port.poll(batchId), { ended: false, done: 0, of: 3 });
    server.answer = (_line, index) => ({ status: 200, body: completion(`reply ${index}`) });
    server.end(server.batches[0]!);
    assert.equal((await port.poll(batchId)).ended, true);
    const { replies, failure: none } = await port.results(batchId);
    assert.equal(none, null);
    for (const [index, id] of ids.entries()) {
      const reply = await replies.get(id)!(requests[index]!);
      assert.equal(textOf(reply), `reply ${index}`);
      assert.deepEqual(reply.usage, { inputTokens: 20, outputTokens: 3, cachedInputTokens: 0, reasoningTokens: 0 });
    }
  });

  it('tell a refused call from one that failed for now and one that was never answered', async () => {
    const codes = ['context_length_exceeded', 'server_error'];
    server.answer = (_line, index) =>
      index === 2
        ? null
        : {
            status: index === 0 ? 400 : 500,
            body: { error: { message: `Server text ${SECRET}`, code: codes[index] } },
          };
    const batchId = await submit();
    server.end(server.batches[0]!, 'expired');
    const { replies, failure: why } = await port.results(batchId);
    await failure(replies.get(ids[0]!)!(requests[0]!), 'bad-request');
    await failure(replies.get(ids[1]!)!(requests[1]!), 'transient');
    assert.equal(replies.has(ids[2]!), false);
    assert.equal(why?.code, 'transient');
  });

  it('say why a whole batch came to nothing', async () => {
    server.atOnce = false;
    for (const [status, code, told] of [
      ['failed', 'token_limit_exceeded', 'transient'],
      ['failed', 'model_not_found', 'unavailable'],
      ['cancelled', undefined, 'unavailable'],
      ['expired', undefined, 'transient'],
    ] as const) {
      server.answer = () => null;
      const batchId = await submit();
      server.end(server.batches.at(-1)!, status, code);
      assert.equal((await port.poll(batchId)).ended, true);
      const { replies, failure: why } = await port.results(batchId);
      assert.equal(replies.size, 0);
      assert.equal(why?.code, told, status);
    }
  });

  it('are found again by their mark, and only by that', async () => {
    const submittedAt = Date.now();
    server.loseNextAnswer = true;
    const lost = await failure(submit('lost'), 'transient');
    assert.equal(lost.details.mayHaveCost, true);
    await submit('other');
    assert.deepEqual(await port.find({ token: 'lost', calls: ids, submittedAt }), [
      { batchId: server.batches[0]!.id, certain: true },
    ]);
    assert.deepEqual(await port.find({ token: 'never', calls: ids, submittedAt }), []);
  });

  it('can be cancelled', async () => {
    server.atOnce = false;
    const batchId = await submit();
    await port.cancel(batchId);
    assert.equal((await port.poll(batchId)).ended, true);
  });

  it('fail as calls do: a wrong key, no quota, a server that has no batches', async () => {
    for (const [status, code, told] of [
      [401, 'invalid_api_key', 'unavailable'],
      [429, 'insufficient_quota', 'unavailable'],
      [429, 'rate_limit_exceeded', 'transient'],
      [404, 'not_found', 'unavailable'],
    ] as const) {
      server.refuse = { status, code };
      const error = await failure(submit(), told);
      if (status === 404) assert.match(error.message, /no batch endpoint/);
      assert.notEqual(error.details.mayHaveCost, true);
    }
    assert.equal(server.batches.length, 0);
  });

  it('are gone when the provider says so', async () => {
    await failure(port.poll('batch_unknown'), 'bad-request');
    await failure(port.results('batch_unknown'), 'bad-request');
  });
});
