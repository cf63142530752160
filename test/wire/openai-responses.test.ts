/** What OpenAI's Responses API has of its own, by the real SDK; what all protocols share is in the contract suite. */
import assert from 'node:assert/strict';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textOf } from '../../src/engine/models/language-model.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import { openai } from '../../src/engine/models/providers/openai.ts';
import { makeRequest } from '../support/models.ts';
import { send } from '../support/http-answers.ts';
import { completion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { Answer, OpenAiServer } from '../support/openai-server.ts';
import { eventOf, responseOf } from '../support/providers/openai-responses.ts';

const SECRET = 'the planted row content';

describe('OpenAI’s Responses API over the wire', () => {
  let server: OpenAiServer;
  let answer: Answer;
  beforeEach(async () => {
    server = await startOpenAiServer((call, response) => answer(call, response));
    answer = (_call, response) => {
      send(response, responseOf('hello'));
    };
  });
  afterEach(() => server.close());

  const request = (more: Partial<GenerationRequest> = {}): GenerationRequest =>
    makeRequest(SECRET, { model: 'gpt-4o', ...more, extra: { api: 'responses', ...more.extra } });
  const ask = async (more: Partial<GenerationRequest> = {}, options: GenerateOptions = {}): Promise<Generation> =>
    (await openai.connect({ apiKey: 'k', baseUrl: server.baseUrl })).generate(request(more), options);
  const lastBody = (): unknown => JSON.parse(server.calls.at(-1)?.text ?? '');
  async function failure(asked: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
    const error = await asked.then(
      () => assert.fail('It did not fail.'),
      (reason: unknown) => reason,
    );
    assert.ok(isPromptOptError(error), String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(!describeError(error).includes('Server text'), error.message);
    return error;
  }
  /** The same client, at OpenAI’s own address: its requests are led to the local server. */
  const atOpenAi = () =>
    openai.connect({
      apiKey: 'k',
      fetch: (input, init) =>
        fetch(
          String(input instanceof Request ? input.url : input).replace('https://api.openai.com/v1', server.baseUrl),
          init,
        ),
    });

  it('is asked in its words, keeps nothing there, and does not send its own switch', async () => {
    await ask({ topP: 0.5, extra: { user: 'u' } });
    assert.equal(server.calls[0]?.path, '/v1/responses');
    assert.deepEqual(lastBody(), {
      store: false,
      user: 'u',
      model: 'gpt-4o',
      input: [{ role: 'user', content: SECRET }],
      max_output_tokens: 10,
      temperature: 0,
      top_p: 0.5,
      stream: false,
    });
  });

  it('is used for models that answer nothing else, and only where that is known', async () => {
    const connection = await atOpenAi();
    for (const [model, path] of [
      ['o1-pro', '/v1/responses'],
      ['o3-pro-2025-06-10', '/v1/responses'],
      ['gpt-5-pro', '/v1/responses'],
      ['gpt-5.1-codex-max', '/v1/responses'],
      ['codex-mini-latest', '/v1/responses'],
      ['o4-mini-deep-research', '/v1/responses'],
      ['gpt-4o', '/v1/chat/completions'],
      ['o3', '/v1/chat/completions'],
      ['gpt-5-mini', '/v1/chat/completions'],
      ['ft:gpt-4o:pro-shop', '/v1/chat/completions'],
    ] as const) {
      answer = (call, response) => {
        send(response, call.path === '/v1/responses' ? responseOf('x') : completion('x'));
      };
      await connection.generate(makeRequest(SECRET, { model }));
      assert.equal(server.calls.at(-1)?.path, path, model);
    }
    await connection.generate(makeRequest(SECRET, { model: 'o3-pro', extra: { api: 'chat' } }));
    assert.equal(server.calls.at(-1)?.path, '/v1/chat/completions');
    const own = await openai.connect({ baseUrl: server.baseUrl });
    await own.generate(makeRequest(SECRET, { model: 'openai/gpt-5-codex' }));
    assert.equal(server.calls.at(-1)?.path, '/v1/chat/completions');
  });

  it('gives a reasoning model its effort and no sampling parameters', async () => {
    await ask({ model: 'gpt-5', temperature: 1, topP: 0.9, extra: { reasoningEffort: 'low', verbosity: 'low' } });
    assert.deepEqual(lastBody(), {
      store: false,
      model: 'gpt-5',
      input: [{ role: 'user', content: SECRET }],
      max_output_tokens: 10,
      reasoning: { effort: 'low' },
      text: { verbosity: 'low' },
      stream: false,
    });
  });

  it('asks for structured outputs, strictly where the schema keeps the rules', async () => {
    const strict = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
    await ask({ responseFormat: { type: 'json_schema', name: 'one', schema: strict } });
    assert.deepEqual((lastBody() as { text: unknown }).text, {
      format: { type: 'json_schema', name: 'one', schema: strict, strict: true },
    });
    const { additionalProperties: _closed, ...open } = strict;
    await ask({ responseFormat: { type: 'json_schema', name: 'one', schema: open } });
    assert.equal((lastBody() as { text: { format: { strict: boolean } } }).text.format.strict, false);
  });

  it('reads cached, written and reasoning tokens, and never more than there are', async () => {
    const usage = {
      input_tokens: 50,
      input_tokens_details: { cached_tokens: 30, cache_write_tokens: 15 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 4 },
    };
    answer = (_call, response) => {
      send(response, responseOf('x', { usage }));
    };
    assert.deepEqual((await ask()).usage, {
      inputTokens: 50,
      outputTokens: 7,
      cachedInputTokens: 30,
      reasoningTokens: 4,
      cacheWriteTokens: 15,
    });
    answer = (_call, response) => {
      const details = { cached_tokens: 500, cache_write_tokens: 500 };
      send(response, responseOf('x', { usage: { ...usage, input_tokens_details: details } }));
    };
    const { cachedInputTokens, cacheWriteTokens = 0 } = (await ask()).usage;
    assert.deepEqual([cachedInputTokens, cacheWriteTokens], [50, 0]);
  });

  it('reads a refusal and a tool call as answers', async () => {
    answer = (_call, response) => {
      send(response, responseOf('', { refusal: 'I cannot.' }));
    };
    const refused = await ask();
    assert.deepEqual([textOf(refused), refused.finishReason], ['I cannot.', 'content-filter']);
    answer = (_call, response) => {
      const call = { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"at":1}' };
      send(response, { ...responseOf(''), output: [call] });
    };
    const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } }];
    const called = await ask({ tools });
    assert.deepEqual(
      [called.toolCalls, called.finishReason],
      [[{ id: 'c1', name: 'look', arguments: '{"at":1}' }], 'tool-calls'],
    );
    assert.deepEqual((lastBody() as { tools: unknown }).tools, [{ type: 'function', ...tools[0], strict: false }]);
  });

  it('tells a reply that failed by its code, and says that it may have cost something', async () => {
    for (const [code, expected] of [
      ['server_error', 'transient'],
      ['rate_limit_exceeded', 'transient'],
      ['invalid_prompt', 'bad-request'],
      ['invalid_image', 'bad-request'],
    ] as const) {
      const failed = { ...responseOf(''), status: 'failed', error: { code, message: `Server text ${SECRET}` } };
      for (const options of [{}, { onDelta: () => undefined }]) {
        answer = (call, response) => {
          if (call.body.stream !== true) send(response, failed);
          else {
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            response.end(eventOf('response.failed', { response: failed }));
          }
        };
        const error = await failure(ask({}, options), expected);
        assert.equal(error.details.mayHaveCost, true, code);
      }
    }
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(eventOf('error', { code: 'server_error', message: `Server text ${SECRET}` }));
    };
    await failure(ask({}, { onDelta: () => undefined }), 'transient');
  });

  it('is not fooled by a stream that ends without its last event', async () => {
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(eventOf('response.output_text.delta', { delta: 'hel' }));
    };
    const error = await failure(ask({}, { onDelta: () => undefined }), 'transient');
    assert.equal(error.details.mayHaveCost, true);
  });

  it('is named as the way out for a model that chat completions do not know', async () => {
    answer = (_call, response) => {
      send(
        response,
        {
          error: {
            message: 'This model is only supported in v1/responses and not in v1/chat/completions.',
            code: null,
          },
        },
        404,
      );
    };
    const error = await failure(ask({ extra: { api: 'chat' } }), 'unavailable');
    assert.match(describeError(error), /`api: responses`/);
  });

  it('sends an image in a user message', async () => {
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
    await ask({ messages: [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }] });
    assert.match(server.calls[0]?.text ?? '', /"input_image".*data:image\/png;base64,AAAA/);
    await failure(ask({ messages: [{ role: 'assistant', content: [image] }] }), 'bad-request');
  });

  it('refuses parameters that would cost more than is reserved, before anything is sent', async () => {
    for (const extra of [
      { n: 3 },
      { max_output_tokens: 1e6 },
      { max_completion_tokens: 1e6 },
      { background: true },
      { tools: [{ type: 'web_search' }] },
      { service_tier: 'priority' },
      { serviceTier: 'priority' },
      { api: 'both' },
    ]) {
      const error = await failure(ask({ extra }), 'unavailable');
      assert.match(describeError(error), /^The model parameter .* (?:Remove|Write) .*\.$/, JSON.stringify(extra));
    }
    assert.equal(server.calls.length, 0);
  });

  it('answers a wrong key as everywhere', async () => {
    answer = (_call, response) => {
      sendError(response, 401, 'invalid_api_key');
    };
    await failure(ask(), 'unavailable');
  });
});
