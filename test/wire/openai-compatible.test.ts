/** Endpoints that speak OpenAI's protocol in their own accents: Azure, GitHub Models, OpenRouter and local servers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textOf } from '../../src/engine/models/language-model.ts';
import type { GenerationRequest } from '../../src/engine/models/language-model.ts';
import type { ProviderSettings } from '../../src/engine/models/provider.ts';
import { github } from '../../src/engine/models/providers/github.ts';
import { openai } from '../../src/engine/models/providers/openai.ts';
import { makeRequest } from '../support/models.ts';
import { send } from '../support/http-answers.ts';
import { completion, startOpenAiServer } from '../support/openai-server.ts';
import type { Answer, OpenAiServer } from '../support/openai-server.ts';

const KEY = 'planted-key-0123456789';
const SECRET = 'the planted row content';

/** A key and its certificate, made now; null where there is no openssl. */
function selfSigned(): string | null {
  const made = spawnSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout - -out -'.split(' '),
    { encoding: 'utf8' },
  );
  return made.status === 0 ? made.stdout : null;
}

describe('endpoints like OpenAI’s over the wire', () => {
  let server: OpenAiServer;
  let answer: Answer;
  beforeEach(async () => {
    server = await startOpenAiServer((call, response) => answer(call, response));
    answer = (_call, response) => {
      send(response, completion('hello'));
    };
  });
  afterEach(() => server.close());

  /** Leads requests for a host of the world to the local server, paths and headers as they are. */
  const led: NonNullable<ProviderSettings['fetch']> = (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(`${new URL(server.baseUrl).origin}${pathname}${search}`, init);
  };
  const ask = async (settings: ProviderSettings = {}, more: Partial<GenerationRequest> = {}) =>
    (await openai.connect({ apiKey: KEY, baseUrl: server.baseUrl, ...settings })).generate(
      makeRequest(SECRET, { model: 'm', ...more }),
    );
  async function failure(asked: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
    const error = await asked.then(
      () => assert.fail('It did not fail.'),
      (reason: unknown) => reason,
    );
    assert.ok(isPromptOptError(error), String(error));
    assert.equal(error.code, code, error.message);
    for (const secret of [KEY, SECRET, 'Server text']) assert.ok(!describeError(error).includes(secret), error.message);
    assert.notEqual(error.details.remedy ?? '', '', error.message);
    return error;
  }

  it('Azure’s newer address gets its key by Azure’s header, and no other', async () => {
    const reply = await ask({ baseUrl: 'https://shop.openai.azure.com/openai/v1', fetch: led }, { model: 'my-gpt' });
    assert.equal(textOf(reply), 'hello');
    const { path, headers } = server.calls[0]!;
    assert.deepEqual(
      [path, headers['api-key'], headers.authorization],
      ['/openai/v1/chat/completions', KEY, undefined],
    );
  });

  it('Azure’s bare resource address is asked at its newer path', async () => {
    await ask({ baseUrl: 'https://shop.openai.azure.com/', fetch: led });
    assert.equal(server.calls[0]?.path, '/openai/v1/chat/completions');
  });

  it('Azure’s older addresses name the deployment in the path and the version in the query', async () => {
    const version = 'api-version=2024-10-21';
    const expected = `/openai/deployments/my-gpt/chat/completions?${version}`;
    for (const baseUrl of [
      `https://shop.openai.azure.com?${version}`,
      `https://shop.openai.azure.com/openai?${version}`,
      `https://shop.openai.azure.com/openai/deployments/my-gpt?${version}`,
      `https://gateway.example/openai/?${version}`,
    ]) {
      await ask({ baseUrl, fetch: led }, { model: 'my-gpt' });
      const { path, headers } = server.calls.at(-1)!;
      assert.deepEqual([path, headers['api-key'], headers.authorization], [expected, KEY, undefined], baseUrl);
    }
  });

  it('Azure’s deployments of models that answer the Responses API only are asked by it', async () => {
    answer = (_call, response) => {
      send(response, { object: 'response', status: 'completed', output: [], usage: {} });
    };
    await ask({ baseUrl: 'https://shop.openai.azure.com/openai/v1', fetch: led }, { model: 'gpt-5-codex' });
    assert.equal(server.calls[0]?.path, '/openai/v1/responses');
  });

  it('a deployment of any name reasons when an effort is set', async () => {
    await ask({}, { model: 'my-deployment', temperature: 1, extra: { reasoningEffort: 'low' } });
    assert.deepEqual(JSON.parse(server.calls[0]!.text), {
      reasoning_effort: 'low',
      model: 'my-deployment',
      messages: [{ role: 'user', content: SECRET }],
      max_completion_tokens: 10,
      stream: false,
    });
  });

  it('a redirect does not carry Azure’s key to another host', async () => {
    const other = await startOpenAiServer((_call, response) => {
      send(response, completion('taken'));
    });
    answer = (_call, response) => {
      response.writeHead(307, { location: `${other.baseUrl}/chat/completions` });
      response.end();
    };
    await failure(ask({ baseUrl: 'https://shop.openai.azure.com/openai/v1', fetch: led }), 'unavailable');
    assert.equal(other.calls.length, 0);
    await other.close();
  });

  it('a query of the base URL goes along with every request', async () => {
    await ask({ baseUrl: `${server.baseUrl}?tenant=7` });
    assert.equal(server.calls[0]?.path, '/v1/chat/completions?tenant=7');
  });

  it('a prompt that is too long is known in the words of each server', async () => {
    const bodies: readonly (readonly [number, unknown])[] = [
      [
        400,
        {
          object: 'error',
          message: `This model's maximum context length is 16384 tokens. Server text ${SECRET}`,
          type: 'BadRequestError',
          code: 400,
        },
      ],
      [400, { error: { message: "This endpoint's maximum context length is 8192 tokens.", code: 400 } }],
      [
        400,
        {
          error: {
            code: 400,
            message: 'the request exceeds the available context size',
            type: 'exceed_context_size_error',
          },
        },
      ],
      [
        422,
        {
          error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3474',
          error_type: 'validation',
        },
      ],
      [
        400,
        {
          error:
            'Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens.',
        },
      ],
      [413, { error: { code: 'tokens_limit_reached', message: 'Request body too large.' } }],
      [
        429,
        {
          error: {
            code: 'rate_limit_exceeded_tokens',
            message: 'Request too large for gpt-4o on tokens per min: Limit 30000, Requested 40000.',
          },
        },
      ],
    ];
    for (const [status, body] of bodies) {
      answer = (_call, response) => {
        send(response, body, status);
      };
      assert.match((await failure(ask(), 'bad-request')).message, /too long/, JSON.stringify(body));
    }
  });

  it('other refusals are told in the words of each server', async () => {
    const bodies: readonly (readonly [number, unknown, ErrorCode, RegExp])[] = [
      [400, { error: { code: 'unknown_model', message: `Unknown model: m ${KEY}` } }, 'unavailable', /no model "m"/],
      [400, { error: { code: 400, message: 'm is not a valid model ID' } }, 'unavailable', /no model "m"/],
      [404, { error: { code: 'DeploymentNotFound', message: 'Server text' } }, 'unavailable', /no model "m"/],
      [402, { error: { code: 402, message: 'Insufficient credits.' } }, 'unavailable', /quota/],
      [400, { error: { code: 'content_filter', message: 'Server text' } }, 'bad-request', /content filter .* refused/],
      [405, '<html>Not like this.</html>', 'unavailable', /base URL, and the proxy/],
      [400, { error: { code: 400, message: 'Server text' } }, 'bad-request', /refused a request \(400\)/],
      [529, '', 'transient', /529/],
    ];
    for (const [status, body, code, text] of bodies) {
      answer = (_call, response) => {
        send(response, body, status);
      };
      assert.match(describeError(await failure(ask(), code)), text);
    }
  });

  it('an error inside a reply of 200 is an error, by the status it names', async () => {
    const bodies: readonly (readonly [unknown, ErrorCode])[] = [
      [{ error: { code: 429, message: `Server text ${SECRET}` } }, 'transient'],
      [{ error: { code: 502, message: 'Server text' } }, 'transient'],
      [{ error: { code: 401, message: 'Server text' } }, 'unavailable'],
      [{ choices: [{ finish_reason: 'error', message: { content: '' }, error: { code: 502 } }] }, 'transient'],
    ];
    for (const [body, code] of bodies) {
      answer = (_call, response) => {
        send(response, body);
      };
      assert.equal((await failure(ask(), code)).details.mayHaveCost, true);
    }
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"hel"},"finish_reason":null}]}\n\n');
      response.end(
        `data: ${JSON.stringify({ error: { code: 502, message: `Server text ${SECRET}` }, choices: [] })}\n\n`,
      );
    };
    const connection = await openai.connect({ baseUrl: server.baseUrl });
    const streamed = connection.generate(makeRequest(SECRET, { model: 'm' }), { onDelta: () => undefined });
    assert.equal((await failure(streamed, 'transient')).details.mayHaveCost, true);
  });

  it('a stream that ends cleanly before its reply does is no whole reply', async () => {
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"index":0,"delta":{"content":"hel"},"finish_reason":null}]}\n\n');
    };
    const connection = await openai.connect({ baseUrl: server.baseUrl });
    const error = await failure(
      connection.generate(makeRequest(SECRET, { model: 'm' }), { onDelta: () => undefined }),
      'transient',
    );
    assert.equal(error.details.mayHaveCost, true);
  });

  it('a stream that stands still ends in time', async () => {
    answer = (_call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"hel"},"finish_reason":null}]}\n\n');
    };
    const connection = await openai.connect({ baseUrl: server.baseUrl, timeoutMs: 80 });
    const error = await failure(
      connection.generate(makeRequest(SECRET, { model: 'm' }), { onDelta: () => undefined }),
      'transient',
    );
    assert.match(error.message, /in time/);
  });

  it('a reply in parts is read as its text, without what the model thought', async () => {
    answer = (_call, response) => {
      const content = [
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'blue' },
      ];
      send(response, { choices: [{ index: 0, finish_reason: 'stop', message: { content } }] });
    };
    assert.equal(textOf(await ask()), 'blue');
  });

  it('keys that cannot be sent are told from keys that are wrong', async () => {
    for (const key of ['sk-1\nsk-2', 'schlüssel', 'sk 1']) {
      const error = await failure(openai.connect({ apiKey: key }), 'unavailable');
      assert.ok(!describeError(error).includes(key));
      assert.match(describeError(error), /OPENAI_API_KEY/);
    }
    await ask({ apiKey: ` ${KEY}\r\n` });
    assert.equal(server.calls.at(-1)?.headers.authorization, `Bearer ${KEY}`);
    assert.match(describeError(await failure(openai.connect({ apiKey: '  ' }), 'unavailable')), /not set/);
  });

  it('a certificate nobody vouches for is told from a network that is down', async function () {
    const pem = selfSigned();
    // Without openssl there is nothing to be shown.
    if (pem === null) this.skip();
    const tls = createTlsServer({ key: pem, cert: pem }, (_request, response) => response.end());
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const { port } = tls.address() as AddressInfo;
    const error = await failure(ask({ baseUrl: `https://127.0.0.1:${port}/v1` }), 'unavailable');
    assert.match(describeError(error), /certificate .* clock .* NODE_EXTRA_CA_CERTS/s);
    await new Promise((resolve) => tls.close(resolve));
  });

  it('GitHub’s token goes to its endpoint, the models come from its catalogue, and no price is made up', async () => {
    const connection = await github.connect({ apiKey: KEY, fetch: led });
    await connection.generate(makeRequest(SECRET, { model: 'openai/gpt-4o-mini' }));
    const { path, headers, body } = server.calls[0]!;
    assert.deepEqual([path, headers.authorization], ['/inference/chat/completions', `Bearer ${KEY}`]);
    assert.equal(body.model, 'openai/gpt-4o-mini');
    answer = (_call, response) => {
      send(response, [{ id: 'openai/gpt-4.1', name: 'OpenAI GPT-4.1', publisher: 'OpenAI' }]);
    };
    assert.deepEqual(await connection.list(), [{ id: 'openai/gpt-4.1', note: 'OpenAI GPT-4.1' }]);
    assert.equal(server.calls[1]?.path, '/catalog/models');
    assert.equal((await connection.describe('openai/gpt-4o-mini')).price, null);
    assert.equal((await connection.describe('openai/gpt-5')).reasons, true);
    answer = (_call, response) => {
      send(response, { error: { code: 'unauthorized', message: 'Server text' } }, 401);
    };
    const error = await failure(
      connection.generate(makeRequest(SECRET, { model: 'openai/gpt-4o-mini' })),
      'unavailable',
    );
    assert.match(describeError(error), /GITHUB_TOKEN .* "Models: read"/);
    await failure(connection.list(), 'unavailable');
  });
});
