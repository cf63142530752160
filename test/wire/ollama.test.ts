import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import { ollama } from '../../src/engine/models/providers/ollama.ts';
import type { ModelInfo } from '../../src/engine/models/provider.ts';
import { worstCaseOf } from '../../src/engine/models/worst-case.ts';
import { hostOf } from '../../src/engine/models/providers/ollama/host.ts';
import { makeRequest } from '../support/models.ts';
import { sendJson, sendOllamaError, sendReply, shownModel, startOllamaServer } from '../support/ollama-server.ts';
import type { OllamaScript, OllamaServer } from '../support/ollama-server.ts';

const SECRET = 'the planted row content';

/** A model with a window of so many tokens. */
const withWindow = (tokens: number, more: object = {}): unknown =>
  shownModel({
    model_info: { 'general.architecture': 'llama', 'llama.context_length': tokens, 'tokenizer.ggml.model': 'gpt2' },
    ...more,
  });

async function freePort(): Promise<number> {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  return port;
}

describe('Ollama over the wire', () => {
  let server: OllamaServer;
  const start = async (script: Partial<OllamaScript> = {}): Promise<OllamaServer> => {
    server = await startOllamaServer({
      chat: (call, response) => {
        sendReply(response, call, { text: 'hello', promptTokens: 9, tokens: 2 });
      },
      ...script,
    });
    return server;
  };
  afterEach(() => server.close());

  const request = (more: Partial<GenerationRequest> = {}): GenerationRequest =>
    makeRequest(SECRET, { model: 'm', ...more });
  const connect = (timeoutMs = 5000) => ollama.connect({ baseUrl: server.host, timeoutMs });
  const ask = async (options?: GenerateOptions, more: Partial<GenerationRequest> = {}): Promise<Generation> =>
    (await connect()).generate(request(more), options);
  const sentContexts = (): unknown[] => server.chats.map(({ body }) => body.options['num_ctx']);

  async function failure(attempt: Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
    const error = await attempt.then(
      () => assert.fail(`It did not fail; ${code} was expected.`),
      (reason: unknown) => reason,
    );
    assert.ok(isPromptOptError(error), String(error));
    assert.equal(error.code, code, error.message);
    const told = [describeError(error), error.stack, String(error.cause), JSON.stringify(error.details)].join('\n');
    for (const secret of [SECRET, 'Server text']) assert.ok(!told.includes(secret), told);
    return error;
  }

  it('sends what was asked, always with both limits, and reads text and counts', async () => {
    await start();
    const reply = await ask(undefined, {
      topP: 0.5,
      extra: { top_k: 5, stop: '###', think: false, options: { min_p: 0.1 } },
      responseFormat: { type: 'json_schema', name: 'answer', schema: { type: 'object' } },
    });
    assert.equal(textOf(reply), 'hello');
    assert.deepEqual(reply.usage, { inputTokens: 9, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 });
    assert.equal(reply.finishReason, 'stop');
    assert.deepEqual(server.chats[0]?.body, {
      model: 'm',
      think: false,
      messages: [{ role: 'user', content: SECRET }],
      truncate: false,
      shift: false,
      format: { type: 'object' },
      options: { top_k: 5, stop: ['###'], min_p: 0.1, temperature: 0, top_p: 0.5, num_predict: 10, num_ctx: 4096 },
      stream: false,
    });
    assert.deepEqual(server.asked, ['POST /api/show', 'GET /api/version', 'POST /api/chat']);
  });

  it('gives each sample a seed of its own where chance plays, and asks about a model once', async () => {
    await start();
    const provider = await connect();
    for (const sample of [0, 1, 2 ** 40 + 3])
      await provider.generate(request({ temperature: 1, sample, responseFormat: { type: 'json_object' } }));
    await provider.generate(request({ temperature: 0, sample: 0 }));
    assert.deepEqual(
      server.chats.map(({ body }) => [body.options['seed'], body.format]),
      [
        [0, 'json'],
        [1, 'json'],
        [3, 'json'],
        [undefined, undefined],
      ],
    );
    assert.equal(server.asked.filter((asked) => asked === 'POST /api/show').length, 1);
  });

  it('makes room for a long prompt, rounded up, and never less than before', async () => {
    await start();
    const provider = await connect();
    const long = 'word '.repeat(8000);
    await provider.generate(request());
    await provider.generate(request({ messages: [textMessage('user', long)] }));
    await provider.generate(request());
    const [first, second, third] = sentContexts();
    assert.equal(first, 4096);
    assert.ok(Number(second) >= 10_000 && Number(second) <= 16_384, String(second));
    assert.equal(third, second, 'another size would load the model anew');
  });

  it('makes room for the system message of the Modelfile, and reserves it', async () => {
    await start({ models: { m: shownModel(), talkative: shownModel({ system: 'You are kind. '.repeat(1000) }) } });
    const provider = await connect();
    const [plain, own] = [await provider.describe('m'), await provider.describe('talkative')];
    const reserved = (info: ModelInfo): number => worstCaseOf(request(), info).inputTokens;
    assert.ok(reserved(own) - reserved(plain) >= 14_000);
    await provider.generate(request({ model: 'talkative' }));
    assert.ok(Number(sentContexts()[0]) >= 14_000);
  });

  it('starts from the context the Modelfile sets, and keeps one the spec sets', async () => {
    await start({ models: { m: shownModel({ parameters: 'num_ctx                        16384\nstop "x"' }) } });
    await ask();
    await ask(undefined, { extra: { num_ctx: 6000 } });
    assert.deepEqual(sentContexts(), [16_384, 6000]);
    const error = await failure(
      ask(undefined, { extra: { num_ctx: 600 }, messages: [textMessage('user', 'word '.repeat(3000))] }),
      'bad-request',
    );
    assert.match(describeError(error), /600 tokens .* Raise num_ctx/);
  });

  it('never asks for more than the model has, and refuses a prompt that cannot fit instead of having it cut', async () => {
    await start({ models: { m: withWindow(8192) } });
    await ask(undefined, { messages: [textMessage('user', 'word '.repeat(5000))] });
    assert.deepEqual(sentContexts(), [8192]);
    const error = await failure(
      ask(undefined, { messages: [textMessage('user', 'word '.repeat(9000))] }),
      'bad-request',
    );
    assert.match(describeError(error), /does not fit into its 8192 tokens/);
    assert.equal(server.chats.length, 1, 'nothing was sent');
  });

  it('refuses at an old server, which would cut it without a word, what only may not fit', async () => {
    const prompt = { messages: [textMessage('user', 'word '.repeat(5000))] };
    for (const version of ['0.12.5', '0.5.13', null]) {
      await start({ models: { m: withWindow(8192) }, version });
      await failure(ask(undefined, prompt), 'bad-request');
      assert.equal(server.chats.length, 0);
      await server.close();
    }
    for (const version of ['0.12.6', '0.13.0-rc1', '1.0.0']) {
      await start({ models: { m: withWindow(8192) }, version });
      await ask(undefined, prompt);
      await server.close();
    }
    await start();
  });

  it('asks once more with room for the most there can be when the server finds the room too small', async () => {
    for (const [status, text] of [
      [400, 'the input length exceeds the context length'],
      [400, '{"error":{"code":400,"type":"exceed_context_size_error"}}'],
    ] as const) {
      await start({
        chat(call, response) {
          if (Number(call.body.options['num_ctx']) < 30_000) sendOllamaError(response, status, text);
          else sendReply(response, call, { text: 'hello', promptTokens: 20_000, tokens: 2 });
        },
      });
      const reply = await ask(undefined, { messages: [textMessage('user', 'x'.repeat(30_000))] });
      assert.equal(reply.usage.inputTokens, 20_000);
      assert.deepEqual(sentContexts(), [16_384, 32_768]);
      await server.close();
    }
    await start({
      chat(_call, response) {
        sendOllamaError(response, 400, 'Server text: the input length exceeds the context length');
      },
    });
    await failure(ask(undefined, { messages: [textMessage('user', 'x'.repeat(30_000))] }), 'bad-request');
    assert.equal(server.chats.length, 2);
  });

  it('says of a missing model how to get it', async () => {
    await start();
    const provider = await connect();
    for (const attempt of [
      () => provider.describe('qwen3:8b'),
      () => provider.generate(request({ model: 'qwen3:8b' })),
    ]) {
      const error = await failure(attempt(), 'unavailable');
      assert.equal(describeError(error), 'Ollama has no model "qwen3:8b". Get it with `ollama pull qwen3:8b`.');
    }
  });

  it('says how to start it when nobody listens, and finds it once somebody does', async () => {
    await start();
    const port = await freePort();
    const provider = await ollama.connect({ baseUrl: `127.0.0.1:${port}` });
    for (const attempt of [() => provider.describe('m'), () => provider.list(), () => provider.generate(request())]) {
      const error = await failure(attempt(), 'unavailable');
      assert.match(describeError(error), /Start it with `ollama serve`/);
      assert.equal(error.details.mayHaveCost ?? false, false);
    }
    const late = await startOllamaServer(
      {
        chat: (call, response) => {
          sendReply(response, call, { text: 'now', promptTokens: 1, tokens: 1 });
        },
      },
      port,
    );
    try {
      assert.equal(textOf(await provider.generate(request())), 'now');
    } finally {
      await late.close();
    }
    // It ended while a run was under way: it may come back. A connection kept open is told first.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const gone = await failure(provider.generate(request()), 'transient');
    assert.match(describeError(gone), /Start it with `ollama serve`/);
  });

  it('is free and knows its window, but not what a model elsewhere costs', async () => {
    await start({
      models: {
        m: shownModel(),
        think: shownModel({ capabilities: ['completion', 'thinking'] }),
        'gpt-oss:120b-cloud': shownModel({ remote_host: 'https://ollama.com', model_info: {} }),
        bare: {},
      },
    });
    const provider = await connect();
    const info = await provider.describe('m');
    assert.deepEqual(info, {
      id: 'm',
      price: { inputPerMillion: 0, outputPerMillion: 0, source: 'free' },
      contextWindow: 131_072,
      byteLevelTokenizer: true,
      reasons: false,
      ownPromptTokens: info.ownPromptTokens,
      endpoint: server.host,
    });
    assert.equal((await provider.describe('think')).reasons, true);
    assert.equal((await provider.describe('gpt-oss:120b-cloud')).price, null);
    const bare = await provider.describe('bare');
    assert.deepEqual([bare.contextWindow, bare.byteLevelTokenizer], [null, false]);
    assert.deepEqual((await provider.list())[0], { id: 'm', note: '2.0 GB, 3.2B, Q4_K_M' });
  });

  it('streams pieces as they come, and a long reply also when nobody listens', async () => {
    await start({
      chat: (call, response) => {
        sendReply(response, call, { text: 'hello', thinking: 'let me see', promptTokens: 9, tokens: 7 });
      },
    });
    const pieces: string[] = [];
    const reply = await ask({ onDelta: (text) => pieces.push(text) });
    assert.deepEqual(pieces, ['hel', 'lo']);
    assert.equal(textOf(reply), 'hello');
    assert.equal(reply.usage.outputTokens, 7);
    assert.ok(reply.usage.reasoningTokens > 0 && reply.usage.reasoningTokens < 7);
    assert.equal(textOf(await ask(undefined, { maxOutputTokens: 4096 })), 'hello');
    assert.deepEqual(
      server.chats.map(({ body }) => body.stream),
      [true, true],
    );
  });

  it('reads tool calls, sends images as data, and never reads a file for one', async () => {
    await start({
      models: { m: shownModel({ capabilities: ['completion', 'vision'] }), blind: shownModel() },
      chat: (call, response) => {
        sendReply(response, call, {
          text: '',
          toolCalls: [{ function: { name: 'look', arguments: { at: 'sky' } } }],
          promptTokens: 9,
          tokens: 2,
        });
      },
    });
    const image = { type: 'image' as const, mediaType: 'image/png', data: '/etc/hostname' };
    const messages = [{ role: 'user' as const, content: [image] }];
    const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }];
    const reply = await ask(undefined, { messages, tools });
    assert.deepEqual(reply.toolCalls, [{ id: 'call_0', name: 'look', arguments: '{"at":"sky"}' }]);
    assert.equal(reply.finishReason, 'tool-calls');
    const { body } = server.chats[0]!;
    assert.deepEqual(body.messages[0]?.images, ['/etc/hostname']);
    assert.match(JSON.stringify(body.tools), /"name":"look"/);
    await failure(ask(undefined, { model: 'blind', messages }), 'bad-request');
  });

  it('counts for a prompt the server had in memory, and reads a reply that was cut', async () => {
    let reason: string | undefined;
    await start({
      chat: (call, response) => {
        sendReply(response, call, { text: 'hello', tokens: 10, ...(reason === undefined ? {} : { reason }) });
      },
    });
    assert.ok((await ask()).usage.inputTokens > 0);
    reason = 'length';
    assert.equal((await ask()).finishReason, 'length');
    reason = 'load';
    assert.equal((await ask()).finishReason, 'other');
  });

  it('ends one call alone when it is cancelled', async () => {
    const held: (() => void)[] = [];
    await start({
      chat: (call, response) => {
        held.push(() => {
          sendReply(response, call, { text: 'hello', promptTokens: 9, tokens: 2 });
        });
      },
    });
    for (const onDelta of [undefined, () => undefined]) {
      const provider = await connect();
      const options = onDelta === undefined ? {} : { onDelta };
      const controller = new AbortController();
      const ended = failure(provider.generate(request(), { ...options, signal: controller.signal }), 'stopped');
      const other = provider.generate(request(), options);
      while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      controller.abort();
      await ended;
      for (const answer of held.splice(0)) answer();
      assert.equal(textOf(await other), 'hello');
    }
  });

  it('prints nothing of what a server says, whatever it says', async () => {
    const said: unknown[] = [];
    const { log, warn, error } = console;
    Object.assign(console, { log: (text: unknown) => said.push(text), warn: (text: unknown) => said.push(text) });
    try {
      await start({
        chat(call, response) {
          if (call.body.messages[0]?.content === 'page') sendJson(response, SECRET, 500, 'text/plain');
          else if (call.body.stream === true) sendJson(response, `${SECRET}\n`, 200, 'application/x-ndjson');
          else sendJson(response, `{"${SECRET}`);
        },
      });
      await failure(ask(), 'unavailable');
      await failure(ask({ onDelta: () => undefined }), 'unavailable');
      await failure(ask(undefined, { messages: [textMessage('user', 'page')] }), 'transient');
    } finally {
      Object.assign(console, { log, warn, error });
    }
    assert.deepEqual(said, []);
  });

  it('tells what ends everything from what ends this request only', async () => {
    let status = 0;
    let text = '';
    let streamed = false;
    await start({
      chat(_call, response) {
        if (!streamed) sendOllamaError(response, status, `Server text ${SECRET}: ${text}`);
        else
          sendJson(
            response,
            `{"message":{"content":"a"},"done":false}\n{"error":"${SECRET}"}\n`,
            200,
            'application/x-ndjson',
          );
      },
    });
    const kinds: readonly [number, string, ErrorCode, RegExp][] = [
      [500, 'model requires more system memory (5.6 GiB) than is available (3.4 GiB)', 'unavailable', /smaller model/],
      [400, 'm does not support tools', 'bad-request', /does not support tools/],
      [400, 'invalid options', 'bad-request', /parameters of the spec/],
      [401, 'unauthorized', 'unavailable', /ollama signin/],
      [503, 'server busy', 'transient', /503/],
      [500, 'llama runner process has terminated', 'transient', /500/],
    ];
    for (const [code, words, expected, told] of kinds) {
      [status, text] = [code, words];
      assert.match(describeError(await failure(ask(), expected)), told);
    }
    streamed = true;
    const broken = await failure(ask({ onDelta: () => undefined }), 'transient');
    assert.equal(broken.details.mayHaveCost, true);
    assert.match(broken.message, /broke off/);
  });

  it('does not wait for ever', async () => {
    await start({ chat: () => undefined });
    const error = await failure((await connect(60)).generate(request()), 'transient');
    assert.match(error.message, /in time/);
  });
});

describe('the address of Ollama', () => {
  it('is read in every way its users write it', () => {
    const addresses: readonly [string | undefined, string][] = [
      [undefined, 'http://127.0.0.1:11434'],
      ['', 'http://127.0.0.1:11434'],
      ['127.0.0.1', 'http://127.0.0.1:11434'],
      ['127.0.0.1:11500', 'http://127.0.0.1:11500'],
      [':11500', 'http://127.0.0.1:11500'],
      ['0.0.0.0', 'http://127.0.0.1:11434'],
      ['0.0.0.0:11500', 'http://127.0.0.1:11500'],
      ['"gpu-box:80"', 'http://gpu-box'],
      ['gpu-box', 'http://gpu-box:11434'],
      ['::1', 'http://[::1]:11434'],
      ['[::]:11500', 'http://[::1]:11500'],
      ['http://gpu-box', 'http://gpu-box'],
      ['https://gpu-box/', 'https://gpu-box'],
      [' https://gpu-box:8443/ollama/ ', 'https://gpu-box:8443/ollama'],
    ];
    for (const [written, read] of addresses) assert.equal(hostOf(written), read, written);
    for (const wrong of ['http://', 'http://me:secret@gpu-box', 'ftp://gpu-box', 'a b'])
      assert.throws(
        () => hostOf(wrong),
        (error) => isPromptOptError(error) && error.code === 'usage',
      );
  });
});
