import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textOf } from '../../src/engine/models/language-model.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import { huggingface } from '../../src/engine/models/providers/huggingface.ts';
import { makeRequest } from '../support/models.ts';
import { send } from '../support/http-answers.ts';
import { completion, startOpenAiServer } from '../support/openai-server.ts';
import type { Answer, OpenAiServer } from '../support/openai-server.ts';

const KEY = 'hf_planted0123456789';
const SECRET = 'the planted row content';
const MODEL = 'meta-llama/Llama-3.1-8B-Instruct:groq';

describe('Hugging Face over the wire', () => {
  let server: OpenAiServer;
  let answer: Answer;
  beforeEach(async () => {
    server = await startOpenAiServer((call, response) => answer(call, response));
  });
  afterEach(() => server.close());

  const request = (more: Partial<GenerationRequest> = {}): GenerationRequest =>
    makeRequest(SECRET, { model: MODEL, ...more });
  const connect = (timeoutMs = 5000) => huggingface.connect({ apiKey: KEY, baseUrl: server.baseUrl, timeoutMs });
  const ask = async (options?: GenerateOptions, more: Partial<GenerationRequest> = {}): Promise<Generation> =>
    (await connect()).generate(request(more), options);

  async function failure(attempt: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
    const error = await attempt.then(
      () => assert.fail(`It did not fail; ${code} was expected.`),
      (reason: unknown) => reason,
    );
    assert.ok(isPromptOptError(error), String(error));
    assert.equal(error.code, code, error.message);
    const told = [describeError(error), error.stack, String(error.cause), JSON.stringify(error.details)].join('\n');
    for (const secret of [KEY, SECRET, 'Server text']) assert.ok(!told.includes(secret), told);
    return error;
  }

  it('sends the model with its provider, and reads text, usage and finish', async () => {
    answer = (_call, response) => {
      send(response, completion('hello', { usage: { prompt_tokens: 50, completion_tokens: 7 } }));
    };
    const reply = await ask(undefined, { topP: 0.5, extra: { seed: 3 } });
    assert.equal(textOf(reply), 'hello');
    assert.deepEqual(reply.usage, { inputTokens: 50, outputTokens: 7, cachedInputTokens: 0, reasoningTokens: 0 });
    assert.equal(reply.finishReason, 'stop');
    assert.equal(server.calls[0]?.headers.authorization, `Bearer ${KEY}`);
    assert.deepEqual(server.calls[0].body, {
      seed: 3,
      model: MODEL,
      messages: [{ role: 'user', content: SECRET }],
      max_tokens: 10,
      temperature: 0,
      top_p: 0.5,
    });
  });

  it('asks the router where no address is set, once a call, whatever the form of the key', async () => {
    const asked: string[] = [];
    for (const apiKey of [KEY, 'api_org_planted']) {
      const provider = await huggingface.connect({
        apiKey,
        fetch: async (input) => {
          asked.push(input instanceof Request ? input.url : String(input));
          return Response.json(completion('hello'));
        },
      });
      assert.equal(textOf(await provider.generate(request())), 'hello');
    }
    const url = 'https://router.huggingface.co/v1/chat/completions';
    assert.deepEqual(asked, [url, url]);
  });

  it('finds the chat of an endpoint of one’s own, with or without a key', async () => {
    answer = (_call, response) => {
      send(response, completion('hello'));
    };
    const { origin } = new URL(server.baseUrl);
    for (const baseUrl of [origin, `${origin}/`, `${origin}/v1`, `${origin}/v1/chat/completions`]) {
      const provider = await huggingface.connect({ baseUrl });
      assert.equal(textOf(await provider.generate(request({ model: 'tgi' }))), 'hello');
      const { price, endpoint } = await provider.describe('tgi');
      assert.equal(price, null);
      assert.equal(endpoint, baseUrl.replace(/\/$/, ''));
    }
    assert.ok(server.calls.every(({ headers }) => headers.authorization === undefined));
    for (const wrong of ['nonsense', `http://me:${KEY}@127.0.0.1/v1`, 'ftp://127.0.0.1/v1', 'http://127.0.0.1/v1?a=b'])
      await failure(huggingface.connect({ baseUrl: wrong }), 'usage');
  });

  it('knows the price only where the provider is named', async () => {
    const provider = await huggingface.connect({ apiKey: KEY });
    const priced = await provider.describe('meta-llama/Llama-3.3-70B-Instruct:groq');
    assert.ok((priced.price?.inputPerMillion ?? 0) > 0 && (priced.price?.outputPerMillion ?? 0) > 0);
    for (const open of ['', ':fastest', ':cheapest', ':nobody']) {
      const info = await provider.describe(`meta-llama/Llama-3.3-70B-Instruct${open}`);
      assert.equal(info.price, null, open);
    }
    assert.equal((await provider.describe('deepseek-ai/DeepSeek-R1:together')).reasons, true);
    assert.equal((await provider.describe('meta-llama/Llama-3.3-70B-Instruct')).reasons, false);
  });

  it('lists what the router has, with who answers', async () => {
    const { origin } = new URL(server.baseUrl);
    const provider = await huggingface.connect({
      apiKey: KEY,
      baseUrl: `${origin}/v1`,
      fetch: async (input, init) => {
        const url = input instanceof Request ? input.url : String(input);
        assert.equal(url, `${origin}/v1/models`);
        assert.equal(new Headers(init?.headers).get('authorization'), `Bearer ${KEY}`);
        return Response.json({
          data: [
            {
              id: 'a/b',
              providers: [
                { provider: 'groq', status: 'live', context_length: 8192 },
                { provider: 'together', status: 'live', context_length: 131_072 },
                { provider: 'gone', status: 'error', context_length: 9e9 },
              ],
            },
            { id: 'c/d' },
            { id: 3 },
          ],
        });
      },
    });
    assert.deepEqual(await provider.list(), [
      { id: 'a/b', note: '131072 tokens, by groq, together' },
      { id: 'c/d', note: null },
    ]);
  });

  it('tells what ends everything from what ends this request only, asking once', async () => {
    let sent: (response: ServerResponse) => void = () => undefined;
    answer = (_call, response) => {
      sent(response);
    };
    const text = `Server text ${SECRET} ${KEY}`;
    const kinds: readonly [number, unknown, ErrorCode, RegExp][] = [
      [401, { error: `Invalid username or password. ${text}` }, 'unavailable', /HF_TOKEN/],
      [402, { error: `You have exceeded your monthly included credits. ${text}` }, 'unavailable', /quota .* used up/],
      [403, { error: text }, 'unavailable', /403/],
      [404, { error: text }, 'unavailable', /no model/],
      [400, { error: { message: text, code: 'model_not_supported' } }, 'unavailable', /no model/],
      [400, { error: { message: text, code: 'model_not_found' } }, 'unavailable', /no model/],
      [
        422,
        {
          error: `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= 4096 ${text}`,
          error_type: 'validation',
        },
        'bad-request',
        /too long/,
      ],
      [422, { error: text, error_type: 'validation' }, 'bad-request', /422, validation/],
      [429, { error: `Model is overloaded ${text}`, error_type: 'overloaded' }, 'transient', /slow down/],
      [500, text, 'transient', /500/],
    ];
    for (const [status, body, expected, told] of kinds) {
      for (const options of [{}, { onDelta: () => undefined }]) {
        const before = server.calls.length;
        sent = (response) => {
          send(response, body, status);
        };
        assert.match(describeError(await failure(ask(options), expected)), told);
        assert.equal(server.calls.length - before, 1);
      }
    }
  });

  it('waits as long as a model takes to load, and no longer asks by itself', async () => {
    answer = (_call, response) => {
      send(response, { error: 'Model is currently loading', estimated_time: 20.5 }, 503);
    };
    for (const options of [{}, { onDelta: () => undefined }]) {
      const error = await failure(ask(options), 'transient');
      assert.equal(error.details.retryAfterMs, 20_500);
    }
    assert.equal(server.calls.length, 2);
  });

  it('reads a failure inside of a stream, and one that ends without its end', async () => {
    const piece = 'data: {"choices":[{"index":0,"delta":{"content":"hel"},"finish_reason":null}]}\n\n';
    let rest = '';
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(piece + rest);
    };
    const streamed = { onDelta: () => undefined };
    for (const [end, code] of [
      [`data: {"error":{"message":"${SECRET}","code":429}}\n\n`, 'transient'],
      [`data: {"error":"${SECRET}"}\n\n`, 'transient'],
      ['', 'transient'],
      ['data: [DONE]\n\n', 'transient'],
    ] as const) {
      rest = end;
      const error = await failure(ask(streamed), code);
      assert.equal(error.details.mayHaveCost, true, end);
    }
  });

  it('does not wait for ever, and is not sent what cannot be accounted for', async () => {
    answer = () => undefined;
    const error = await failure((await connect(60)).generate(request()), 'transient');
    assert.match(error.message, /in time/);
    for (const extra of [{ n: 2 }, { api: 'responses' }]) await failure(ask(undefined, { extra }), 'unavailable');
    assert.equal(server.calls.length, 1);
  });
});
