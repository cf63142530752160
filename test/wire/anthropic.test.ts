import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import { costOf } from '../../src/engine/models/price.ts';
import { lookUpModel } from '../../src/engine/models/pricing.ts';
import { anthropic } from '../../src/engine/models/providers/anthropic.ts';
import type { ProviderSettings } from '../../src/engine/models/provider.ts';
import type { ServerLimits } from '../../src/engine/models/server-limits.ts';
import { worstCaseOf } from '../../src/engine/models/worst-case.ts';
import { send } from '../support/http-answers.ts';
import {
  errorBody,
  eventsOf,
  message,
  refusalOf,
  sendError,
  sendMessage,
  sseEvent,
  startAnthropicServer,
} from '../support/anthropic-server.ts';
import type { AnthropicServer, Answer, ReceivedBody, ReceivedCall, SentError } from '../support/anthropic-server.ts';
import { makeRequest } from '../support/models.ts';

const KEY = 'sk-ant-planted-0123456789';
const SECRET = 'the planted row content';
const SCHEMA = { type: 'object', properties: { team: { type: 'string', maxLength: 9 } }, required: ['team'] };

describe('Anthropic over the wire', () => {
  let server: AnthropicServer;
  let answer: Answer;
  beforeEach(async () => {
    answer = (call, response) => {
      sendMessage(call, response, message('hello'));
    };
    server = await startAnthropicServer((call, response) => {
      // It refuses what Anthropic refuses, so that a request it answers is one that would be taken.
      const wrong = call.method === 'POST' ? refusalOf(call) : null;
      if (wrong === null) return answer(call, response);
      sendError(response, 400, 'invalid_request_error', { message: wrong });
      return undefined;
    });
  });
  afterEach(() => server.close());

  const request = (more: Partial<GenerationRequest> = {}): GenerationRequest =>
    makeRequest(SECRET, { model: 'claude-haiku-4-5', ...more });
  const connect = (more: ProviderSettings = {}) =>
    anthropic.connect({ apiKey: KEY, baseUrl: server.baseUrl, timeoutMs: 5000, ...more });
  const ask = async (more: Partial<GenerationRequest> = {}, options?: GenerateOptions): Promise<Generation> =>
    (await connect()).generate(request(more), options);
  const last = (): ReceivedCall => server.calls.at(-1) ?? assert.fail('Nothing was sent.');
  const sent = async (more: Partial<GenerationRequest>): Promise<ReceivedBody> => {
    await ask(more);
    return last().body;
  };

  /** The error, after making sure that it tells neither key nor content nor the server's own text. */
  async function failure(attempt: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
    const error = await attempt.then(
      (value) => assert.fail(`It did not fail: ${inspect(value)}`),
      (reason: unknown) => reason,
    );
    assert.ok(isPromptOptError(error), inspect(error));
    assert.equal(error.code, code, error.message);
    const told = `${describeError(error)}\n${error.stack ?? ''}\n${inspect(error, { depth: 12, showHidden: true })}`;
    for (const secret of [KEY, SECRET, 'Server text']) assert.ok(!told.includes(secret), `"${secret}" is in: ${told}`);
    assert.ok((error.details.remedy ?? '') !== '' || code === 'stopped', error.message);
    return error;
  }
  const refused = async (more: Partial<GenerationRequest>, pattern: RegExp): Promise<void> => {
    const before = server.calls.length;
    assert.match(describeError(await failure(ask(more), 'bad-request')), pattern);
    assert.equal(server.calls.length, before, 'it is refused before it is sent');
  };

  it('sends what was asked with the key, and nothing else', async () => {
    const reply = await ask({ extra: { top_k: 5, metadata: { user_id: 'u' } } });
    assert.equal(textOf(reply), 'hello');
    const { headers, body, path } = last();
    assert.equal(path, '/v1/messages');
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal(headers['x-api-key'], KEY, 'a server of one’s own may read the older header');
    assert.deepEqual(body, {
      top_k: 5,
      metadata: { user_id: 'u' },
      model: 'claude-haiku-4-5',
      max_tokens: 10,
      messages: [{ role: 'user', content: SECRET }],
      temperature: 0,
    });
  });

  it('finds the endpoint behind an address with /v1 and a query', async () => {
    for (const [tail, path] of [
      ['/v1', '/v1/messages'],
      ['/v1/', '/v1/messages'],
      ['/proxy/anthropic/', '/proxy/anthropic/v1/messages'],
      ['/v1?team=a', '/v1/messages?team=a'],
    ] as const) {
      const connection = await connect({ baseUrl: `${server.baseUrl}${tail}` });
      await connection.generate(request());
      assert.equal(last().path, path);
    }
  });

  it('puts all system messages, in order, where Anthropic takes them, and leaves the others in theirs', async () => {
    const body = await sent({
      messages: [
        textMessage('system', 'One.'),
        textMessage('user', 'a'),
        textMessage('system', 'Two.'),
        textMessage('user', 'b'),
        textMessage('assistant', 'c'),
        textMessage('user', 'd'),
        textMessage('system', ''),
      ],
    });
    assert.equal(body.system, 'One.\n\nTwo.');
    assert.deepEqual(
      body.messages.map(({ role, content }) => [role, content]),
      [
        ['user', 'a'],
        ['user', 'b'],
        ['assistant', 'c'],
        ['user', 'd'],
      ],
    );
    await refused({ messages: [textMessage('system', 'Only this.')] }, /system messages alone.*user message/s);
    await refused(
      { messages: [textMessage('assistant', 'x'), textMessage('user', 'y')] },
      /starts with a user message/,
    );
    await refused({ messages: [textMessage('user', ' \n')] }, /no empty message/);
  });

  it('sends images of the kinds Anthropic knows, in user messages', async () => {
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
    const text = { type: 'text' as const, text: 'What is it?' };
    const body = await sent({ messages: [{ role: 'user', content: [image, { ...text, text: '' }, text] }] });
    assert.deepEqual(body.messages[0]?.content, [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      text,
    ]);
    await refused({ messages: [{ role: 'user', content: [{ ...image, mediaType: 'image/tiff' }] }] }, /image\/tiff/);
    await refused({ messages: [{ role: 'system', content: [image] }, textMessage('user', 'x')] }, /user messages only/);
  });

  it('carries a temperature to the models that have one, and only one of temperature and topP', async () => {
    assert.equal((await sent({ temperature: 0.4 })).temperature, 0.4);
    assert.equal(last().headers['anthropic-version'], '2023-06-01', 'the later version takes none from any model');
    await refused({ temperature: 1.2 }, /from 0 to 1, not 1\.2/);
    // At 0 a nucleus changes nothing, and 1 is what Claude does by itself.
    const pairs: readonly [number, ReceivedBody['temperature'], ReceivedBody['top_p']][] = [
      [0, 0, undefined],
      [1, undefined, 0.9],
    ];
    for (const [temperature, expected, topP] of pairs) {
      const body = await sent({ temperature, topP: 0.9 });
      assert.deepEqual([body.temperature, body.top_p], [expected, topP]);
    }
    await refused({ temperature: 0.5, topP: 0.9 }, /a temperature or a topP, not both/);
    const other = await sent({ model: 'another-model', temperature: 0.5, topP: 0.9 });
    assert.deepEqual([other.temperature, other.top_p], [0.5, 0.9]);
  });

  it('sends no sampling parameters to the models that have none, and refuses those that would get lost', async () => {
    for (const model of ['claude-opus-4-7', 'claude-opus-4-8', 'claude-sonnet-5', 'claude-opus-5-5', 'claude-next']) {
      for (const temperature of [0, 1]) {
        const body = await sent({ model, temperature });
        assert.deepEqual([body.temperature, body.top_p], [undefined, undefined], model);
        assert.notEqual(last().headers['anthropic-version'], '2023-06-01');
      }
      await refused({ model, temperature: 0.3 }, /takes no sampling parameters/);
      await refused({ model, topP: 0.3 }, /takes no sampling parameters/);
      await refused({ model, extra: { top_k: 3 } }, /takes no sampling parameters/);
    }
    for (const model of [
      'claude-opus-4-6',
      'claude-sonnet-4-5-20250929',
      'claude-opus-4-20250514',
      'claude-3-5-haiku-latest',
    ])
      assert.equal((await sent({ model })).temperature, 0, model);
  });

  it('asks for JSON by its schema, closed and with what cannot be enforced in words, or not at all', async () => {
    const body = await sent({
      responseFormat: { type: 'json_schema', name: 'reply', schema: SCHEMA },
      extra: { output_config: { effort: 'low' } },
    });
    assert.deepEqual(body.output_config, {
      effort: 'low',
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { team: { type: 'string', description: '{maxLength: 9}' } },
          additionalProperties: false,
          required: ['team'],
        },
      },
    });
    await refused({ responseFormat: { type: 'json_object' } }, /no JSON format without a schema.*json_schema/s);
    for (const schema of [
      { type: 'object' },
      { type: 'object', properties: { a: { type: 'object', additionalProperties: { type: 'number' } } } },
      { ...SCHEMA, additionalProperties: true },
      { ...SCHEMA, patternProperties: { '^x': { type: 'number' } } },
    ])
      await refused({ responseFormat: { type: 'json_schema', name: 'r', schema } }, /keys it does not name/);
    for (const schema of [null, 'text', { properties: { a: {} } }])
      await refused({ responseFormat: { type: 'json_schema', name: 'r', schema } }, /cannot take this JSON schema/);
  });

  it('offers tools and reads what the model asks to be called, streamed and not', async () => {
    const tools = [{ name: 'price', description: 'A price.', parameters: { type: 'object', properties: {} } }];
    const content = [
      { type: 'text', text: 'Let me see.' },
      { type: 'tool_use', id: 'toolu_1', name: 'price', input: { ticker: '^GSPC', n: 2 } },
      { type: 'tool_use', id: 'toolu_2', name: 'price', input: {} },
    ] as const;
    answer = (call, response) => {
      sendMessage(call, response, message(content, { stop: 'tool_use' }));
    };
    for (const options of [{}, { onDelta: () => undefined }]) {
      const reply = await ask({ tools }, options);
      assert.deepEqual(last().body.tools, [
        { name: 'price', description: 'A price.', input_schema: { type: 'object', properties: {} } },
      ]);
      assert.equal(textOf(reply), 'Let me see.');
      assert.equal(reply.finishReason, 'tool-calls');
      assert.deepEqual(reply.toolCalls, [
        { id: 'toolu_1', name: 'price', arguments: '{"ticker":"^GSPC","n":2}' },
        { id: 'toolu_2', name: 'price', arguments: '{}' },
      ]);
    }
  });

  it('counts what is read from and written to the cache as input, each at its own price', async () => {
    answer = (call, response) => {
      sendMessage(
        call,
        response,
        message('x', {
          usage: {
            input_tokens: 100,
            cache_read_input_tokens: 2000,
            cache_creation_input_tokens: 3000,
            output_tokens: 40,
          },
        }),
      );
    };
    const { price } = await lookUpModel('anthropic', 'claude-haiku-4-5');
    for (const options of [{}, { onDelta: () => undefined }]) {
      const messages = [textMessage('system', 'Rules.'), textMessage('user', SECRET)];
      const { usage } = await ask({ messages, extra: { cache: true } }, options);
      assert.deepEqual(usage, {
        inputTokens: 5100,
        cachedInputTokens: 2000,
        cacheWriteTokens: 3000,
        outputTokens: 40,
        reasoningTokens: 0,
      });
      // Claude Haiku 4.5: 1 in, 0.1 read, 1.25 written, 5 out, a million.
      assert.equal(costOf(usage, price), (100 * 1 + 2000 * 0.1 + 3000 * 1.25 + 40 * 5) / 1e6);
      const { body } = last();
      assert.deepEqual(body.system, [{ type: 'text', text: 'Rules.', cache_control: { type: 'ephemeral' } }]);
      assert.ok(!('cache' in body));
    }
    await refused({ extra: { cache: true } }, /no system message to cache/);
    await refused({ extra: { cache: 'yes' } }, /true or false/);
  });

  it('reserves for the case that all input is written to the cache', async () => {
    const asked = request({ maxOutputTokens: 100 });
    const connection = await anthropic.connect({ apiKey: KEY });
    const info = await connection.describe('claude-haiku-4-5');
    const { inputTokens, usd } = worstCaseOf(asked, info);
    const dearest = { inputTokens, outputTokens: 100, cachedInputTokens: 0, reasoningTokens: 0 };
    assert.equal(usd, costOf({ ...dearest, cacheWriteTokens: inputTokens }, info.price));
    assert.ok(usd > (costOf(dearest, info.price) ?? Infinity));
    for (const text of ['一二三四五六七八九十'.repeat(20), '3.14159,2.71828,'.repeat(20), '🙂'.repeat(50)]) {
      const bound = worstCaseOf(makeRequest(text), info).inputTokens;
      assert.ok(bound >= Buffer.byteLength(text), 'no byte-level tokenizer makes more tokens than bytes');
    }
  });

  it('refuses parameters that change the price by what is not known, and those that are not the file’s', async () => {
    await refused({ extra: { speed: 'fast' } }, /"speed" changes what a token costs/);
    await refused({ extra: { inference_geo: 'us' } }, /"inference_geo"/);
    await refused({ extra: { cache_control: { type: 'ephemeral', ttl: '1h' } } }, /"cache_control\.ttl"/);
    for (const name of ['system', 'max_tokens', 'tools', 'top_p'])
      await refused({ extra: { [name]: 1 } }, new RegExp(`"${name}" cannot be set`));
    assert.ok((await sent({ extra: { speed: 'standard', stop_sequences: ['END'] } })).messages.length > 0);
  });

  it('lets a model think where it is asked to: paid for, and no part of the text', async () => {
    answer = (call, response) => {
      sendMessage(
        call,
        response,
        message(
          [
            { type: 'thinking', thinking: 'Hmm, a long thought.', signature: 's' },
            { type: 'text', text: 'Red.' },
          ],
          {
            usage: { input_tokens: 20, output_tokens: 90, output_tokens_details: { thinking_tokens: 80 } },
          },
        ),
      );
    };
    const thinking = { type: 'enabled', budget_tokens: 1024 };
    for (const streamed of [false, true]) {
      const pieces: string[] = [];
      const reply = await ask(
        { extra: { thinking }, maxOutputTokens: 2000 },
        streamed ? { onDelta: (text) => pieces.push(text) } : {},
      );
      assert.equal(textOf(reply), 'Red.');
      if (streamed) assert.deepEqual(pieces.join(''), 'Red.');
      assert.deepEqual([reply.usage.outputTokens, reply.usage.reasoningTokens], [90, 80]);
      assert.equal(last().body.temperature, undefined, 'a model that thinks takes no temperature but its own');
      assert.deepEqual(last().body.thinking, thinking);
    }
    await refused({ extra: { thinking }, maxOutputTokens: 1024 }, /leaves nothing of a reply.*maxTokens/s);
    await refused({ extra: { thinking }, maxOutputTokens: 2000, temperature: 0.5 }, /while it thinks/);
    assert.equal((await sent({ extra: { thinking: { type: 'disabled' } } })).temperature, 0);
    const connection = await connect();
    for (const [model, thinks] of [
      ['claude-haiku-4-5', false],
      ['claude-opus-4-8', false],
      ['claude-opus-5', true],
      ['claude-mythos-preview', true],
      ['another-model', false],
    ] as const)
      assert.equal((await connection.describe(model)).reasons, thinks, model);
  });

  it('says why a reply ended', async () => {
    for (const [stop, expected] of [
      ['end_turn', 'stop'],
      ['stop_sequence', 'stop'],
      ['max_tokens', 'length'],
      ['model_context_window_exceeded', 'length'],
      ['tool_use', 'tool-calls'],
      ['refusal', 'content-filter'],
      ['pause_turn', 'other'],
      ['something_new', 'other'],
    ]) {
      answer = (call, response) => {
        sendMessage(call, response, message('x', { stop: stop ?? '' }));
      };
      for (const options of [{}, { onDelta: () => undefined }])
        assert.equal((await ask({}, options)).finishReason, expected);
    }
  });

  it('takes an error in the middle of a stream for what it is', async () => {
    const kinds: readonly [string, ErrorCode, number][] = [
      ['overloaded_error', 'transient', 529],
      ['rate_limit_error', 'transient', 429],
      ['api_error', 'transient', 500],
      ['timeout_error', 'transient', 504],
      ['billing_error', 'unavailable', 402],
      ['authentication_error', 'unavailable', 401],
      ['invalid_request_error', 'bad-request', 400],
    ];
    const begin = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventsOf(message('hello there')).slice(0, 4).map(sseEvent).join(''));
    };
    for (const [type, code, status] of kinds) {
      answer = (call, response) => {
        begin(response);
        const body = errorBody(type, { message: `Server text: ${call.text} ${KEY}` }) as { readonly type: string };
        response.end(sseEvent(body));
      };
      const error = await failure(ask({}, { onDelta: () => undefined }), code);
      assert.deepEqual([error.details.status, error.details.mayHaveCost], [status, true], type);
    }
    // A stream that just ends is no complete reply either.
    answer = (_call, response) => {
      begin(response);
      response.end();
    };
    assert.equal((await failure(ask({}, { onDelta: () => undefined }), 'transient')).details.mayHaveCost, true);
  });

  it('tells what ends everything from what ends this request only', async () => {
    const kinds: readonly [number, string, SentError, ErrorCode, RegExp][] = [
      [401, 'authentication_error', {}, 'unavailable', /key .* refused .*401.*ANTHROPIC_API_KEY/s],
      [403, 'permission_error', {}, 'unavailable', /403/],
      [402, 'billing_error', {}, 'unavailable', /quota/],
      [400, 'invalid_request_error', { message: 'Your credit balance is too low' }, 'unavailable', /quota/],
      [
        400,
        'invalid_request_error',
        { message: 'You have reached your specified workspace API usage limits.' },
        'unavailable',
        /quota/,
      ],
      [429, 'rate_limit_error', { code: 'enforced_spend_limit_reached' }, 'unavailable', /quota/],
      [400, 'invalid_request_error', { code: 'organization_on_hold' }, 'unavailable', /does not allow/],
      [404, 'not_found_error', {}, 'unavailable', /no model "claude-haiku-4-5" \(404\)/],
      [400, 'invalid_request_error', { message: 'prompt is too long: 9 > 8' }, 'bad-request', /too long/],
      [413, 'request_too_large', {}, 'bad-request', /too long/],
      [400, 'invalid_request_error', { message: 'odd' }, 'bad-request', /400, invalid_request_error/],
      [
        400,
        'invalid_request_error',
        { message: 'This model does not support assistant message prefill.' },
        'bad-request',
        /End the prompt with a user message/,
      ],
      [429, 'rate_limit_error', {}, 'transient', /slow down/],
      [500, 'api_error', {}, 'transient', /500/],
      [529, 'overloaded_error', {}, 'transient', /529/],
    ];
    for (const [status, type, error, code, text] of kinds) {
      answer = (_call, response) => {
        sendError(response, status, type, {
          ...error,
          message: `${error.message ?? ''} Server text: ${SECRET} ${KEY}`,
        });
      };
      const before = server.calls.length;
      const told = await failure(ask(), code);
      assert.match(describeError(told), text);
      assert.equal(told.details.status, status);
      assert.equal(told.details.mayHaveCost ?? false, false);
      assert.equal(server.calls.length, before + 1, 'the SDK never retries by itself');
    }
  });

  it('waits as long as the server says, also where only its limits say it, whatever either clock says', async () => {
    const limits = (reset: string, remaining = '0'): Record<string, string> => ({
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': remaining,
      'anthropic-ratelimit-requests-reset': reset,
    });
    const hints: readonly [Record<string, string>, number | undefined][] = [
      [{ 'retry-after': '7' }, 7000],
      [{ 'retry-after': '7', ...limits('2030-01-01T00:00:30Z') }, 7000],
      [{ date: 'Tue, 01 Jan 2030 00:00:00 GMT', ...limits('2030-01-01T00:00:30Z') }, 30_000],
      [{ date: 'Tue, 01 Jan 2030 00:00:00 GMT', ...limits('2029-12-31T23:00:00Z') }, 0],
      [{ date: 'Tue, 01 Jan 2030 00:00:00 GMT', ...limits('2030-01-01T00:00:30Z', '4') }, undefined],
      [{}, undefined],
    ];
    for (const [headers, expected] of hints) {
      answer = (_call, response) => {
        sendError(response, 429, 'rate_limit_error', { headers });
      };
      assert.equal((await failure(ask(), 'transient')).details.retryAfterMs, expected, JSON.stringify(headers));
    }
    const told: ServerLimits[] = [];
    const onLimits = (each: ServerLimits): unknown => told.push(each);
    const date = 'Tue, 01 Jan 2030 00:00:00 GMT';
    await failure(ask({}, { onLimits }), 'transient');
    answer = (_call, response) => {
      send(response, message('x'), 200, { date, ...limits('2030-01-01T00:00:06Z', '49') });
    };
    await ask({}, { onLimits });
    assert.deepEqual(told, [{ requests: { remaining: 49, limit: 50, resetMs: 6000 }, tokens: null }]);
  });

  it('does not wait for ever for a first byte, nor for the rest of a stream', async () => {
    const connection = await connect({ timeoutMs: 80 });
    answer = () => undefined;
    assert.match((await failure(connection.generate(request()), 'transient')).message, /in time/);
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventsOf(message('hello there')).slice(0, 4).map(sseEvent).join(''));
    };
    const error = await failure(connection.generate(request(), { onDelta: () => undefined }), 'transient');
    assert.match(error.message, /in time/);
    assert.equal(error.details.mayHaveCost, true);
  });

  it('says of an answer that is none what to check', async () => {
    const bodies = ['{"content": [', 'null', '{}', '{"type":"error"}', '[]', '{"content": 3}'];
    for (const body of bodies) {
      answer = (_call, response) => {
        send(response, body);
      };
      assert.match(describeError(await failure(ask(), 'unavailable')), /base URL/, body);
    }
    for (const stream of ['event: message_start\ndata: {"type":\n\n', 'event: x\ndata: null\n\n', '']) {
      answer = (_call, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(stream);
      };
      const error = await failure(ask({}, { onDelta: () => undefined }), 'unavailable');
      assert.match(describeError(error), /base URL/, stream);
    }
  });

  it('is silent: nothing of a broken stream or of an old model reaches the console', async () => {
    const written: string[] = [];
    const saved = { warn: console.warn, error: console.error };
    const write = (...parts: unknown[]): void => void written.push(parts.join(' '));
    Object.assign(console, { warn: write, error: write });
    try {
      await ask({ model: 'claude-sonnet-4-5' });
      answer = (_call, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`event: message_start\ndata: {"${SECRET}\n\n`);
      };
      await failure(ask({}, { onDelta: () => undefined }), 'unavailable');
    } finally {
      Object.assign(console, saved);
    }
    assert.deepEqual(written, []);
  });

  it('lists models with what people call them and how long they stay', async () => {
    answer = (_call, response) => {
      send(response, {
        data: [
          { id: 'claude-a', display_name: 'Claude A', retires_at: '2027-03-01T00:00:00Z' },
          { id: 'claude-b', display_name: null, retires_at: null },
        ],
        has_more: false,
      });
    };
    assert.deepEqual(await (await connect()).list(), [
      { id: 'claude-a', note: 'Claude A, until 2027-03-01' },
      { id: 'claude-b', note: null },
    ]);
  });

  it('needs a key for Anthropic itself and none for a server of one’s own; looks for no other on this machine', async () => {
    const missing = await failure(anthropic.connect({}), 'unavailable');
    assert.match(describeError(missing), /ANTHROPIC_API_KEY/);
    await failure(anthropic.connect({ baseUrl: 'https://api.anthropic.com/' }), 'unavailable');
    const saved = process.env['ANTHROPIC_AUTH_TOKEN'];
    process.env['ANTHROPIC_AUTH_TOKEN'] = 'another-key';
    try {
      await (await anthropic.connect({ baseUrl: server.baseUrl })).generate(request());
    } finally {
      if (saved === undefined) delete process.env['ANTHROPIC_AUTH_TOKEN'];
      else process.env['ANTHROPIC_AUTH_TOKEN'] = saved;
    }
    assert.ok(!JSON.stringify(last().headers).includes('another-key'));
    await failure(anthropic.connect({ baseUrl: 'not a url', apiKey: KEY }), 'usage');
    await failure(anthropic.connect({ baseUrl: `http://me:${KEY}@127.0.0.1:1`, apiKey: KEY }), 'usage');
  });

  it('knows prices and windows of Anthropic’s own models, and none behind another address', async () => {
    const real = await anthropic.connect({ apiKey: KEY, baseUrl: 'https://api.anthropic.com/v1' });
    const known = await real.describe('claude-haiku-4-5');
    assert.deepEqual(
      [known.price?.inputPerMillion, known.price?.cacheWritePerMillion, known.contextWindow, known.endpoint],
      [1, 1.25, 200_000, undefined],
    );
    const other = await (await connect()).describe('claude-haiku-4-5');
    assert.deepEqual([other.price, other.endpoint], [null, server.baseUrl]);
    assert.equal((await real.describe('claude-unheard-of')).price, null);
  });
});
