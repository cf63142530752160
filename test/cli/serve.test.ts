/** The models for other programs, asked by OpenAI's own SDK and by hand, as a process of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { SessionResult } from '../../src/protocol/session.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, completion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer, Answer } from '../support/openai-server.ts';
import { documentOf, runCli, startCli } from './support/run-cli.ts';
import type { StartedCli } from './support/run-cli.ts';

const TOKEN = 'a-token-of-the-test';
const MODEL = 'embedded/apprentice';
const hello = [{ role: 'user' as const, content: 'Is this billing or shipping? I was charged twice.' }];

/** A provider whose price is known, so that money can be seen. */
const CONFIG = `aliases: { small: openai/gpt-4o-mini }
providers:
  openai:
    prices:
      gpt-4o-mini: { inputPerMillion: 100, outputPerMillion: 100 }
`;

interface Served {
  readonly cli: StartedCli;
  readonly baseUrl: string;
  readonly client: OpenAI;
}

/** Rejects rather than wait for what never comes. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < giveUpAt, 'It never came to that.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Windows cannot tell a process to end: there ctrl-C is a person's alone. */
const withSignals = process.platform === 'win32' ? it.skip : it;

describe('promptopt serve', function () {
  this.timeout(60_000);
  let folder: string;
  let provider: OpenAiServer | null;
  let served: Served[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-serve-'));
    provider = null;
    served = [];
  });
  afterEach(async () => {
    for (const { cli } of served) {
      if (cli.child.exitCode === null && cli.child.signalCode === null) cli.child.kill('SIGKILL');
      await cli.ended;
    }
    await provider?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Served> {
    const cli = startCli(['serve', '--port', '0', '--token', TOKEN, '--json', ...args], { cwd: folder, env });
    let said = '';
    cli.child.stderr?.on('data', (text: string) => (said += text));
    await cli.saw('Ctrl-C ends it');
    const baseUrl = /http:\/\/127\.0\.0\.1:\d+\/v1/.exec(said)?.[0] ?? '';
    const one = { cli, baseUrl, client: new OpenAI({ apiKey: TOKEN, baseURL: baseUrl, maxRetries: 0 }) };
    served.push(one);
    return one;
  }

  async function openai(answer: Answer, args: readonly string[] = []): Promise<Served> {
    provider = await startOpenAiServer(answer);
    writeFileSync(join(folder, 'promptopt.config.yaml'), CONFIG);
    return await serve(args, { OPENAI_API_KEY: 'sk-of-the-provider', OPENAI_BASE_URL: provider.baseUrl });
  }

  async function end({ cli }: Served): Promise<SessionResult> {
    cli.child.kill('SIGINT');
    const ended = await cli.ended;
    assert.equal(ended.code, 0, ended.err);
    return documentOf(ended) as SessionResult;
  }

  const post = (baseUrl: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      body,
    });
  const refusal = async (
    response: Response,
  ): Promise<{ status: number; code: string | null; message: string; param: string | null }> => {
    const { error } = (await response.json()) as {
      error: { code: string | null; message: string; param: string | null };
    };
    return { status: response.status, ...error };
  };

  it('answers the official SDK, whole and streamed', async () => {
    const { client } = await serve();
    const whole = await client.chat.completions.create({ model: MODEL, messages: hello, temperature: 0 });
    const text = whole.choices[0]?.message.content ?? '';
    assert.ok(text.length > 0);
    assert.equal(whole.choices[0]?.finish_reason, 'stop');
    const { prompt_tokens: read = 0, completion_tokens: written = 0, total_tokens: all } = whole.usage ?? {};
    assert.ok(read > 0 && written > 0);
    assert.equal(all, read + written);
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: hello,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    let usage = null;
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? '';
      if (piece !== '') pieces.push(piece);
      usage = chunk.usage ?? usage;
    }
    // It was asked before: a reply from the cache is one piece.
    assert.deepEqual(pieces, [text]);
    assert.deepEqual(usage, whole.usage);
  });

  it('streams as the provider speaks', async () => {
    let go: (() => void) | undefined;
    const { client } = await openai((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const say = (content: string): void => {
        response.write(
          `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
        );
      };
      say('Hel');
      go = () => {
        say('lo');
        const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`);
        response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
      };
    });
    const stream = await client.chat.completions.create({ model: 'small', messages: hello, stream: true });
    const pieces: string[] = [];
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content ?? '';
      if (piece === '') continue;
      pieces.push(piece);
      // The second half is only said once the first has arrived.
      if (pieces.length === 1) go?.();
    }
    assert.deepEqual(pieces, ['Hel', 'lo']);
  });

  it('ends a stream that breaks with an error, and says nothing twice', async () => {
    const { client } = await openai((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const half = { choices: [{ index: 0, delta: { content: 'Hel' }, finish_reason: null }] };
      response.write(`data: ${JSON.stringify(half)}\n\n`, () => response.destroy());
    });
    const stream = await client.chat.completions.create({ model: 'small', messages: hello, stream: true });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of stream) heard += chunk.choices[0]?.delta.content ?? '';
    })();
    await assert.rejects(reading, OpenAI.APIError);
    assert.equal(heard, 'Hel');
    assert.equal(provider?.calls.length, 1);
  });

  it('lists its models and tells of each', async () => {
    const { client } = await serve(['--model', MODEL]);
    const models = await client.models.list();
    assert.deepEqual(
      models.data.map(({ id }) => id),
      [MODEL],
    );
    assert.equal((await client.models.retrieve(MODEL)).owned_by, 'embedded');
    await assert.rejects(client.models.retrieve('openai/none'), { status: 404, code: 'model_not_found' });
    await assert.rejects(client.chat.completions.create({ model: 'openai/gpt-4o', messages: hello }), {
      status: 404,
      code: 'model_not_found',
    });
  });

  withSignals(
    'gives the same answer at temperature 0 and by seed, another each time else, and pays for none twice',
    async () => {
      const answers: string[] = [];
      const server = await openai((call, response) => {
        send(response, completion(`reply ${call.index}`));
      });
      const ask = async (more: { temperature?: number; seed?: number }): Promise<void> => {
        const { choices } = await server.client.chat.completions.create({ model: 'small', messages: hello, ...more });
        answers.push(choices[0]?.message.content ?? '');
      };
      for (const more of [{ temperature: 0 }, { temperature: 0 }, {}, {}, { seed: 9 }, { seed: 9 }]) await ask(more);
      assert.deepEqual(answers, ['reply 0', 'reply 0', 'reply 1', 'reply 2', 'reply 3', 'reply 3']);
      const session = await end(server);
      assert.equal(provider?.calls.length, 4);
      assert.deepEqual([session.paid.calls, session.spent.calls], [4, 6]);
      assert.equal(session.paid.usd, 4 * 0.0023);
      assert.equal(session.models[0]?.cached, 2);
      // A program that is run again gets what it got before.
      const second = await serve([], { OPENAI_API_KEY: 'sk-of-the-provider', OPENAI_BASE_URL: provider.baseUrl });
      for (const expected of ['reply 1', 'reply 2']) {
        const { choices } = await second.client.chat.completions.create({ model: 'small', messages: hello });
        assert.equal(choices[0]?.message.content, expected);
      }
      assert.equal((await end(second)).paid.calls, 0);
    },
  );

  withSignals('answers 429 once the limit is reached, and goes on living', async () => {
    const server = await openai(
      (_, response) => {
        send(response, completion('yes'));
      },
      ['--budget-calls', '2'],
    );
    const ask = (): Promise<unknown> => server.client.chat.completions.create({ model: 'small', messages: hello });
    await Promise.all([ask(), ask()]);
    await assert.rejects(ask(), (error: unknown) => {
      assert.ok(error instanceof OpenAI.RateLimitError);
      assert.equal(error.code, 'insufficient_quota');
      assert.match(error.message, /The limit of 2 calls is reached/);
      assert.equal(error.headers.get('x-should-retry'), 'false');
      return true;
    });
    await server.cli.saw('The limit of 2 calls is reached.');
    await assert.rejects(ask(), { status: 429 });
    const session = await end(server);
    assert.equal(provider?.calls.length, 2);
    assert.deepEqual([session.requests, session.refused, session.paid.calls], [4, 2, 2]);
  });

  withSignals('refuses a request that alone is beyond the limit, and no other', async () => {
    const server = await openai(
      (_, response) => {
        send(response, completion('yes'));
      },
      ['--budget-usd', '1'],
    );
    const ask = (limit: number): Promise<unknown> =>
      server.client.chat.completions.create({ model: 'small', messages: hello, max_completion_tokens: limit });
    await assert.rejects(ask(12_000), { status: 400 });
    await ask(100);
    // What is left of the limit is too little for this one, but not for the next.
    await assert.rejects(ask(9920), { status: 429 });
    await ask(100);
    assert.equal((await end(server)).paid.calls, 2);
  });

  withSignals('ends its time, and says so to who asks then', async () => {
    const server = await serve(['--minutes', '0.02']);
    const ask = (): Promise<unknown> => server.client.chat.completions.create({ model: MODEL, messages: hello });
    await until(() =>
      ask().then(
        () => false,
        (error: unknown) => {
          assert.ok(error instanceof OpenAI.RateLimitError);
          assert.match(error.message, /time limit of 1 s is reached/);
          return true;
        },
      ),
    );
    assert.ok((await end(server)).refused > 0);
  });

  it('ends by itself when a provider uses more than was announced', async () => {
    const { client, cli } = await openai((_, response) => {
      send(response, completion('x', { usage: { prompt_tokens: 5, completion_tokens: 50_000, total_tokens: 50_005 } }));
    });
    await assert.rejects(client.chat.completions.create({ model: 'small', messages: hello }), OpenAI.APIError);
    const { code, err } = await cli.ended;
    assert.equal(code, 3, err);
    assert.match(err, /50005 tokens where at most/);
    const list = documentOf(await runCli(['runs', 'list', '--json'], { cwd: folder })) as {
      runs: { status: string; paid: { usd: number } }[];
    };
    assert.deepEqual(
      list.runs.map(({ status, paid }) => [status, paid.usd]),
      [['failed', 5.0005]],
    );
  });

  it('lets nobody in without the token, by another host, or by another way', async () => {
    const { baseUrl } = await serve();
    assert.deepEqual(
      (await refusal(await post(baseUrl, '{}', { authorization: 'Bearer wrong' }))).code,
      'invalid_api_key',
    );
    assert.equal((await fetch(`${baseUrl}/models`)).status, 401);
    const { port } = new URL(baseUrl);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: `evil.example:${port}`, authorization: `Bearer ${TOKEN}` };
      request({ host: '127.0.0.1', port, path: '/v1/models', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
    const headers = { authorization: `Bearer ${TOKEN}` };
    assert.equal((await fetch(`${baseUrl}/chat/completions`, { headers })).status, 405);
    assert.equal((await fetch(`${baseUrl}/embeddings`, { method: 'POST', headers })).status, 404);
  });

  it('answers 400 by name for what it cannot carry, and drops nothing', async () => {
    const { baseUrl } = await serve();
    const chat = (more: object): string => JSON.stringify({ model: MODEL, messages: hello, ...more });
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ n: 2 }, /\bn\b/],
      [{ logprobs: true, top_logprobs: 3 }, /logprobs, top_logprobs/],
      [{ audio: { voice: 'x' }, modalities: ['audio'] }, /audio/],
      [{ tools: [{ type: 'function', function: { name: 'f' } }] }, /tools/],
      [{ tool_choice: 'required' }, /tool_choice/],
      [{ stop: ['\n'] }, /stop/],
      [{ top_p: 0.5 }, /top_p/],
      [{ logit_bias: { 5: 1 } }, /logit_bias/],
      [{ frequency_penalty: 1 }, /frequency_penalty/],
      [{ top_k: 5, mirostat: 1 }, /top_k, mirostat/],
      [{ temperature: 3 }, /temperature/],
      [{ max_tokens: 0 }, /max_tokens/],
      [{ max_tokens: 5, max_completion_tokens: 6 }, /max_completion_tokens/],
      [{ stream_options: { include_usage: true } }, /stream_options/],
      [{ messages: [] }, /messages/],
      [{ messages: [{ role: 'tool', content: 'x', tool_call_id: 'y' }] }, /messages\[0\]/],
      [{ messages: [{ role: 'user', content: 'x', name: 'Ann' }] }, /messages\[0\]\.name/],
      [{ messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] }, /parts of text/],
      [
        {
          messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] }],
        },
        /data URL/,
      ],
      [
        {
          messages: [
            { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
          ],
        },
        /images/,
      ],
      [
        {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'a', strict: true, schema: { type: 'object', properties: { b: {} } } },
          },
        },
        /strict/,
      ],
    ];
    for (const [more, named] of cases) {
      const { status, message } = await refusal(await post(baseUrl, chat(more)));
      assert.equal(status, 400, `${JSON.stringify(more)}: ${message}`);
      assert.match(message, named);
    }
    for (const body of ['', '{', '[]', 'null', '"x"']) assert.equal((await post(baseUrl, body)).status, 400, body);
    // What asks for nothing is let through.
    const neutral = { n: 1, logprobs: false, stop: null, logit_bias: {}, presence_penalty: 0, top_p: 1, tools: [] };
    assert.equal((await post(baseUrl, chat({ ...neutral, parallel_tool_calls: true, store: false }))).status, 200);
    const large = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'x'.repeat(21_000_000) }] });
    const answered = await post(baseUrl, large).then(
      ({ status }) => status,
      () => 413,
    );
    assert.equal(answered, 413);
  });

  it('hands parameters on to a provider that takes them', async () => {
    const { client } = await openai((call, response) => {
      send(response, completion(JSON.stringify(call.body)));
    });
    const { choices } = await client.chat.completions.create({
      model: 'small',
      messages: [{ role: 'developer', content: 'Be brief.' }, ...hello],
      temperature: 0.5,
      top_p: 0.9,
      stop: ['\n'],
      max_completion_tokens: 77,
    });
    const sent = JSON.parse(choices[0]?.message.content ?? '') as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [sent['model'], sent['temperature'], sent['top_p'], sent['stop'], sent['max_tokens']],
      ['gpt-4o-mini', 0.5, 0.9, ['\n'], 77],
    );
  });

  withSignals('says what the provider says in words a client knows, and never its key', async () => {
    const answers = [
      [401, 'invalid_api_key', 503],
      [429, 'insufficient_quota', 429],
      [404, 'model_not_found', 404],
      [400, 'context_length_exceeded', 400],
      [500, 'oops', 502],
    ] as const;
    let at = 0;
    const { client, cli } = await openai(
      (_, response) => {
        const [status, code] = answers[at] ?? [500, 'oops'];
        sendError(response, status, code, {}, 'sk-of-the-provider');
      },
      ['--no-retry'],
    );
    for (const [, , expected] of answers) {
      await assert.rejects(client.chat.completions.create({ model: 'small', messages: hello }), (error: unknown) => {
        assert.ok(error instanceof OpenAI.APIError);
        assert.equal(error.status, expected);
        assert.ok(!error.message.includes('sk-of-the-provider'));
        return true;
      });
      at++;
    }
    cli.child.kill('SIGINT');
    const { out, err } = await cli.ended;
    assert.ok(!`${out}${err}`.includes('sk-of-the-provider'));
    assert.ok(!`${out}${err}`.includes(TOKEN));
  });

  it('cancels the call of a client that has gone', async () => {
    let isCut = false;
    const { client } = await openai((_, response) => {
      response.once('close', () => {
        isCut = true;
      });
    });
    const controller = new AbortController();
    const asked = client.chat.completions.create({ model: 'small', messages: hello }, { signal: controller.signal });
    const rejected = assert.rejects(asked, OpenAI.APIUserAbortError);
    await until(() => provider?.inAir() === 1);
    controller.abort();
    await rejected;
    await until(() => isCut);
  });

  withSignals('answers what is under way when it is told to end, and leaves it when told twice', async () => {
    let answer: (() => void) | undefined;
    const first = await openai((call, response) => {
      answer = () => {
        send(response, apprenticeCompletion(call));
      };
    });
    const under = first.client.chat.completions.create({ model: 'small', messages: hello });
    await until(() => answer !== undefined);
    first.cli.child.kill('SIGINT');
    await until(() =>
      fetch(`${first.baseUrl}/models`).then(
        () => false,
        () => true,
      ),
    );
    answer?.();
    assert.equal((await under).object, 'chat.completion');
    assert.equal((await first.cli.ended).code, 0);

    const second = await serve([], { OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: provider?.baseUrl ?? '' });
    answer = undefined;
    const left = assert.rejects(
      second.client.chat.completions.create({ model: 'small', messages: hello, temperature: 0.3 }),
    );
    await until(() => answer !== undefined);
    second.cli.child.kill('SIGINT');
    second.cli.child.kill('SIGTERM');
    await left;
    assert.equal((await second.cli.ended).code, 0);
  });

  withSignals('is listed and shown with its account, also when it was killed', async () => {
    const server = await serve();
    await server.client.chat.completions.create({ model: MODEL, messages: hello });
    server.cli.child.kill('SIGKILL');
    await server.cli.ended;
    const again = await serve();
    await again.client.chat.completions.create({ model: MODEL, messages: hello });
    const ended = await end(again);
    const runs = (...args: readonly string[]): ReturnType<typeof runCli> => runCli(['runs', ...args], { cwd: folder });
    const list = documentOf(await runs('list', '--json')) as {
      runs: { id: string; kind: string; status: string; paid: { calls: number } }[];
    };
    assert.deepEqual(
      list.runs.map(({ kind, status, paid }) => [kind, status, paid.calls]),
      [
        ['session', 'done', 0],
        ['session', 'interrupted', 1],
      ],
    );
    assert.deepEqual(documentOf(await runs('show', ended.runId, '--json')), ended);
    assert.match((await runs('show', ended.runId)).out, /1 request, 1 from the cache/);
    const killed = list.runs[1]?.id ?? '';
    assert.match((await runs('show', killed)).out, /interrupted[^]*Paid +\$0\.00, 1 call/);
    for (const refused of [
      ['resume', killed],
      ['show', killed, '--write'],
      ['compare', killed, ended.runId],
    ]) {
      const { code, err } = await runs(...refused);
      assert.equal(code, 2, err);
    }
    assert.match((await runs('resume')).err, /no interrupted run/i);
  });

  it('refuses a port that is taken and a token nobody could send', async () => {
    const { baseUrl } = await serve();
    const { port } = new URL(baseUrl);
    const taken = await runCli(['serve', '--port', port], { cwd: folder });
    assert.equal(taken.code, 2);
    assert.match(taken.err, /taken by another program.*--port/);
    const short = await runCli(['serve', '--port', '0', '--token', 'abc'], { cwd: folder });
    assert.equal(short.code, 2);
    const list = documentOf(await runCli(['runs', 'list', '--json'], { cwd: folder })) as { runs: unknown[] };
    assert.equal(list.runs.length, 1);
  });

  withSignals('makes a token of its own and says it once', async () => {
    const cli = startCli(['serve', '--port', '0'], { cwd: folder });
    let said = '';
    cli.child.stdout?.on('data', (text: string) => (said += text));
    await cli.saw('Ctrl-C ends it');
    const [line = ''] = said.split('\n');
    const [, baseUrl = '', token = ''] =
      /Serving at (\S+), token (\S+), models any .*, limit \$2\.00, 800 calls\.$/.exec(line) ?? [];
    assert.ok(token.length >= 32, line);
    const client = new OpenAI({ apiKey: token, baseURL: baseUrl, maxRetries: 0 });
    assert.ok((await client.models.list()).data.some(({ id }) => id === MODEL));
    cli.child.kill('SIGINT');
    const { code, out, err } = await cli.ended;
    assert.equal(code, 0);
    assert.equal(`${out}${err}`.split(token).length, 2);
  });
});
