import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textOf } from '../../src/engine/models/language-model.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import { openai } from '../../src/engine/models/providers/openai.ts';
import { withRetry } from '../../src/engine/models/retry.ts';
import { send } from '../support/http-answers.ts';
import { completion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { Answer, OpenAiServer } from '../support/openai-server.ts';
import { fakeClock, makeRequest } from '../support/models.ts';

const KEY = 'sk-planted-0123456789';
const SECRET = 'the planted row content';

describe('OpenAI over the wire', () => {
  let server: OpenAiServer;
  let answer: Answer;
  beforeEach(async () => {
    server = await startOpenAiServer((call, response) => answer(call, response));
  });
  afterEach(() => server.close());

  const request = (more: Partial<GenerationRequest> = {}): GenerationRequest =>
    makeRequest(SECRET, { model: 'm', ...more });
  const connect = (timeoutMs = 5000) => openai.connect({ apiKey: KEY, baseUrl: server.baseUrl, timeoutMs });
  const ask = async (options?: GenerateOptions, more: Partial<GenerationRequest> = {}): Promise<Generation> =>
    (await connect()).generate(request(more), options);

  /** The error, after making sure that it tells neither key nor content nor the server's own text. */
  async function failure(attempt: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
    try {
      await attempt;
    } catch (error) {
      assert.ok(isPromptOptError(error), String(error));
      assert.equal(error.code, code, error.message);
      const told = [describeError(error), error.stack ?? '', String(error.cause), JSON.stringify(error.details)].join(
        '\n',
      );
      for (const secret of [KEY, SECRET, 'Server text'])
        assert.ok(!told.includes(secret), `"${secret}" is in: ${told}`);
      assert.match(describeError(error), /^[A-Zh].*[.]$/s);
      return error;
    }
    throw new assert.AssertionError({ message: `It did not fail; ${code} was expected.` });
  }

  it('sends what was asked with the key, and reads text, usage and cached tokens', async () => {
    answer = (_call, response) => {
      send(
        response,
        completion('hello', {
          usage: {
            prompt_tokens: 50,
            completion_tokens: 7,
            total_tokens: 57,
            prompt_tokens_details: { cached_tokens: 40 },
            completion_tokens_details: { reasoning_tokens: 2 },
          },
        }),
      );
    };
    const reply = await ask(undefined, { topP: 0.5, extra: { seed: 3 }, responseFormat: { type: 'json_object' } });
    assert.equal(textOf(reply), 'hello');
    assert.deepEqual(reply.usage, { inputTokens: 50, outputTokens: 7, cachedInputTokens: 40, reasoningTokens: 2 });
    assert.equal(reply.finishReason, 'stop');
    assert.equal(server.calls[0]?.headers.authorization, `Bearer ${KEY}`);
    assert.deepEqual(server.calls[0].body, {
      seed: 3,
      model: 'm',
      messages: [{ role: 'user', content: SECRET }],
      max_tokens: 10,
      temperature: 0,
      top_p: 0.5,
      response_format: { type: 'json_object' },
      stream: false,
    });
  });

  it('gives a reasoning model its limit by its own name and no sampling parameters', async () => {
    answer = (_call, response) => {
      send(response, completion('x'));
    };
    await ask(undefined, { model: 'gpt-5-mini', temperature: 1 });
    const { body } = server.calls[0]!;
    assert.deepEqual(
      [body.max_tokens, body.temperature, (body as Record<string, unknown>)['max_completion_tokens']],
      [undefined, undefined, 10],
    );
  });

  it('streams pieces as they come, with the usage of the whole', async () => {
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = (delta: unknown, finish: string | null = null) =>
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
      response.write(chunk({ role: 'assistant', content: 'hel' }));
      response.write(chunk({ content: 'lo' }));
      response.write(chunk({}, 'stop'));
      response.write(
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } })}\n\n`,
      );
      response.end('data: [DONE]\n\n');
    };
    const pieces: string[] = [];
    const reply = await ask({ onDelta: (text) => pieces.push(text) });
    assert.deepEqual(pieces, ['hel', 'lo']);
    assert.equal(textOf(reply), 'hello');
    assert.equal(reply.usage.inputTokens, 9);
  });

  it('reads a reply cut by its limit, a refusal and a filtered reply as answers, not errors', async () => {
    answer = (_call, response) => {
      send(response, completion('half a', { finish: 'length' }));
    };
    assert.equal((await ask()).finishReason, 'length');
    answer = (_call, response) => {
      send(response, completion(null, { refusal: 'I cannot.' }));
    };
    const refused = await ask();
    assert.deepEqual([textOf(refused), refused.finishReason], ['I cannot.', 'content-filter']);
    answer = (_call, response) => {
      send(response, completion('', { finish: 'content_filter' }));
    };
    assert.equal((await ask()).finishReason, 'content-filter');
  });

  it('counts for a server that does not, or that counts nonsense: never nothing, never NaN', async () => {
    for (const usage of [
      null,
      {},
      { prompt_tokens: 'many', completion_tokens: null },
      { prompt_tokens: -5, completion_tokens: 1e999 },
    ]) {
      answer = (_call, response) => {
        send(response, completion('hello there', { usage }));
      };
      const { inputTokens, outputTokens, cachedInputTokens } = (await ask()).usage;
      assert.ok(
        inputTokens > 0 && outputTokens > 0 && Number.isFinite(inputTokens + outputTokens),
        JSON.stringify(usage),
      );
      assert.equal(cachedInputTokens, 0);
    }
    answer = (_call, response) => {
      send(
        response,
        completion('x', {
          usage: { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 500 } },
        }),
      );
    };
    assert.equal((await ask()).usage.cachedInputTokens, 5);
  });

  it('reads both hints of a 429 and waits for them, and no longer than its patience', async () => {
    const hints: readonly [Record<string, string>, number | undefined][] = [
      [{ 'retry-after': '7' }, 7000],
      [{ 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
      [{ 'retry-after': 'soon' }, undefined],
      [{}, undefined],
    ];
    for (const [headers, expected] of hints) {
      answer = (_call, response) => {
        sendError(response, 429, 'rate_limit_exceeded', headers, SECRET + KEY);
      };
      const error = await failure(ask(), 'transient');
      assert.equal(error.details.retryAfterMs, expected);
      assert.equal(error.details.status, 429);
    }
    const clock = fakeClock();
    const provider = await connect();
    const first = server.calls.length;
    answer = (call, response) => {
      if (call.index === first) sendError(response, 429, 'rate_limit_exceeded', { 'retry-after': '7' });
      else if (call.index === first + 1) sendError(response, 500, 'server_error');
      else send(response, completion('at last'));
    };
    const patient = withRetry(provider, { retries: 4, clock, random: () => 0 });
    assert.equal(textOf(await patient.generate(request())), 'at last');
    assert.deepEqual(clock.slept, [7000, 500]);
    answer = (_call, response) => {
      sendError(response, 429, 'rate_limit_exceeded', { 'retry-after': '86400' });
    };
    await failure(patient.generate(request()), 'transient');
    assert.equal(clock.slept.length, 2, 'a day is not waited for');
  });

  it('makes one call an attempt: the SDK never retries by itself', async () => {
    answer = (_call, response) => {
      sendError(response, 500, 'server_error');
    };
    await failure(ask(), 'transient');
    assert.equal(server.calls.length, 1);
    await failure(
      withRetry(await connect(), { retries: 0, clock: fakeClock(), random: () => 0 }).generate(request()),
      'transient',
    );
    assert.equal(server.calls.length, 2);
  });

  it('tells what ends everything from what ends this request only', async () => {
    const kinds: readonly [number, string, ErrorCode, RegExp][] = [
      [401, 'invalid_api_key', 'unavailable', /key .* refused .*401.* OPENAI_API_KEY/s],
      [403, 'forbidden', 'unavailable', /403/],
      [404, 'model_not_found', 'unavailable', /no model "m" \(404\)/],
      [429, 'insufficient_quota', 'unavailable', /quota/],
      [402, 'payment', 'unavailable', /quota/],
      [400, 'context_length_exceeded', 'bad-request', /too long/],
      [413, '', 'bad-request', /too long/],
      [400, 'content_policy_violation', 'bad-request', /refused a request/],
      [422, 'odd', 'bad-request', /422/],
      [503, 'overloaded', 'transient', /503/],
      [408, '', 'transient', /408/],
    ];
    for (const [status, code, expected, text] of kinds) {
      answer = (_call, response) => {
        sendError(response, status, code, {}, `${SECRET} ${KEY}`);
      };
      const error = await failure(ask(), expected);
      assert.match(describeError(error), text);
      assert.equal(error.details.status, status);
      assert.equal(error.details.mayHaveCost ?? false, false);
    }
  });

  it('tells a connection cut half way, which may have been billed, from one that never was', async () => {
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"choices": [');
      response.socket?.destroy();
    };
    const cut = await failure(ask(), 'transient');
    assert.equal(cut.details.mayHaveCost, true);
    answer = (_call, response) => {
      response.socket?.destroy();
    };
    assert.equal((await failure(ask(), 'transient')).details.mayHaveCost, true);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nobody = await openai.connect({ apiKey: KEY, baseUrl: `http://127.0.0.1:${port}/v1?key=${KEY}` });
    const none = await failure(nobody.generate(request()), 'transient');
    assert.equal(none.details.mayHaveCost ?? false, false);
    assert.match(none.message, /no connection/);
  });

  it('is not fooled by a stream that ends half way', async () => {
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"hel"},"finish_reason":null}]}\n\n', () =>
        response.socket?.destroy(),
      );
    };
    const error = await failure(ask({ onDelta: () => undefined }), 'transient');
    assert.equal(error.details.mayHaveCost, true);
  });

  it('does not wait for ever for a first byte', async () => {
    answer = () => undefined;
    const error = await failure((await connect(60)).generate(request()), 'transient');
    assert.match(error.message, /in time/);
    assert.equal(error.details.mayHaveCost, true);
  });

  it('says of an answer that is none what to check', async () => {
    const answers: Answer[] = [
      (_call, response) => {
        send(response, '{"choices": [{"index"');
      },
      (_call, response) => {
        send(response, '<html>It works.</html>', 200, { 'content-type': 'text/html' });
      },
      (_call, response) => {
        send(response, { ...(completion('x') as object), choices: [] });
      },
      (_call, response) => {
        send(response, { choices: [{}] });
      },
      (_call, response) => {
        send(response, { error: { message: SECRET } });
      },
      (_call, response) => {
        send(response, 'null');
      },
    ];
    for (const [index, bad] of answers.entries()) {
      answer = bad;
      const error = await failure(ask(), 'unavailable');
      assert.match(describeError(error), /base URL/, String(index));
    }
  });

  it('refuses an image where OpenAI takes none, and sends it where it does', async () => {
    answer = (_call, response) => {
      send(response, completion('a cat'));
    };
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
    await failure(ask(undefined, { messages: [{ role: 'system', content: [image] }] }), 'bad-request');
    assert.equal(server.calls.length, 0);
    await ask(undefined, { messages: [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }] });
    assert.match(JSON.stringify(server.calls[0]?.body.messages), /data:image\/png;base64,AAAA/);
  });

  it('ends at once when it is cancelled, and says that it may have cost something', async () => {
    answer = () => {
      controller.abort();
    };
    const controller = new AbortController();
    const error = await failure(ask({ signal: controller.signal }), 'stopped');
    assert.equal(error.details.mayHaveCost, true);
  });

  it('needs a key for OpenAI itself and none for a server of one’s own', async () => {
    const missing = await failure(openai.connect({}), 'unavailable');
    assert.match(describeError(missing), /OPENAI_API_KEY/);
    answer = (_call, response) => {
      send(response, completion('x'));
    };
    await (await openai.connect({ baseUrl: server.baseUrl })).generate(request());
    await failure(openai.connect({ baseUrl: 'not a url', apiKey: KEY }), 'usage');
    await failure(openai.connect({ baseUrl: `http://me:${KEY}@127.0.0.1:1/v1`, apiKey: KEY }), 'usage');
  });
});
