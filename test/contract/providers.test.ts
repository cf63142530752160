/** What every provider promises the engine, with its real SDK against a server of its protocol. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import type { ModelProvider, ProviderSettings } from '../../src/engine/models/provider.ts';
import { providers } from '../../src/engine/models/providers/table.ts';
import type { ProviderServer, ServerMode } from '../support/providers/harness.ts';
import { exempt, harnesses } from '../support/providers/table.ts';

const SECRET = 'The planted row says that the sky is blue.';

/** What a mode of the server must come to. */
type Expected =
  | { readonly codes: readonly ErrorCode[]; readonly check?: (error: PromptOptError) => void }
  | { readonly reply: (generation: Generation) => void };

const saysWhatToDo = (error: PromptOptError): void => {
  assert.ok((error.details.remedy ?? '') !== '', `no remedy: ${error.message}`);
};
const mayHaveCost = (error: PromptOptError): void => {
  assert.equal(error.details.mayHaveCost, true, 'it may have been billed');
};

/** Every way to answer but `answer` and `hold`, which have tests of their own. */
const EXPECTED: Readonly<Record<Exclude<ServerMode, 'answer' | 'hold'>, Expected>> = {
  'wrong-key': { codes: ['unavailable'] },
  'no-quota': { codes: ['unavailable'] },
  'unknown-model': { codes: ['unavailable'] },
  'rate-limit': {
    codes: ['transient'],
    check: ({ details: { retryAfterMs = Number.NaN } }) => {
      assert.ok(retryAfterMs >= 40 && retryAfterMs <= 100, `hint: ${retryAfterMs}`);
    },
  },
  overloaded: { codes: ['transient'] },
  'too-long': { codes: ['bad-request'] },
  'content-filter': {
    reply: ({ finishReason }) => {
      assert.equal(finishReason, 'content-filter');
    },
  },
  empty: {
    reply: (generation) => {
      assert.equal(textOf(generation), '');
    },
  },
  cut: {
    reply: (generation) => {
      assert.equal(generation.finishReason, 'length');
      assert.notEqual(textOf(generation), '');
    },
  },
  'truncated-json': { codes: ['transient', 'unavailable'], check: mayHaveCost },
  half: { codes: ['transient', 'unavailable'], check: mayHaveCost },
  html: { codes: ['unavailable'] },
  'no-usage': {
    reply: ({ usage: { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } }) => {
      for (const counted of [inputTokens, outputTokens]) assert.ok(Number.isInteger(counted) && counted > 0);
      for (const part of [cachedInputTokens, reasoningTokens]) assert.equal(part, 0);
    },
  },
};

it('has a harness for every provider', () => {
  const known = new Set(harnesses.map(({ provider }) => provider.name));
  for (const { name } of providers)
    assert.ok(known.has(name) || exempt[name] !== undefined, `add a harness of ${name} to the suite's table`);
});

// Counted as skipped, with the reason.
for (const [name, reason] of Object.entries(exempt)) it(`leaves out ${name}: ${reason}`);

for (const { provider, model, extra, without, start } of harnesses) {
  describe(`the provider ${provider.name} with ${model}${extra === undefined ? '' : ` and ${JSON.stringify(extra)}`}`, () => {
    let server: ProviderServer | null = null;
    before(async () => {
      server = (await start?.()) ?? null;
    });
    after(() => server?.close());
    afterEach(() => server?.mode('answer'));
    const connect = (more: ProviderSettings = {}): Promise<ModelProvider> =>
      provider.connect({ ...server?.settings, ...more });
    const request = (more: Partial<GenerationRequest> = {}): GenerationRequest => ({
      model,
      role: 'target',
      messages: [textMessage('system', 'Answer with one of: red, blue.'), textMessage('user', SECRET)],
      temperature: 0,
      maxOutputTokens: 20,
      sample: 0,
      ...(extra === undefined ? {} : { extra }),
      ...more,
    });

    /** The typed error, after making sure that nothing of it tells the key or the prompt. */
    async function failure(asked: Promise<unknown>): Promise<PromptOptError> {
      const error = await asked.then(
        (value) => assert.fail(`It did not fail: ${inspect(value)}`),
        (reason: unknown) => reason,
      );
      assert.ok(isPromptOptError(error), inspect(error));
      const told = `${describeError(error)}\n${error.stack ?? ''}\n${inspect(error, { depth: 12, showHidden: true })}`;
      for (const secret of [server?.settings.apiKey, SECRET])
        if (secret !== undefined) assert.ok(!told.includes(secret), `"${secret}" is in: ${told}`);
      assert.match(describeError(error), /^(?:\P{Ll}|https?:).*\.$/su, 'a sentence');
      return error;
    }

    it('is known to this suite and describes itself', async () => {
      assert.notEqual(model, '', 'add a model of the provider to this suite');
      for (const text of [provider.title, provider.summary, provider.accounting]) assert.notEqual(text, '');
      assert.ok(provider.example.startsWith(`${provider.name}/`));
      const info = await (await connect()).describe(model);
      assert.equal(info.id, model);
    });

    it('answers with text, usage and a finish reason, and the same at temperature 0', async () => {
      const connection = await connect();
      const asked = request({ maxOutputTokens: 400 });
      const [one, two] = [await connection.generate(asked), await connection.generate(asked)];
      assert.equal(textOf(one), textOf(two));
      assert.ok(one.usage.inputTokens > 0 && one.usage.outputTokens > 0);
      assert.ok(one.usage.cachedInputTokens <= one.usage.inputTokens);
      assert.equal(one.cached, false);
      assert.ok(one.latencyMs >= 0);
      assert.equal(one.finishReason, 'stop');
    });

    it('streams the pieces of the reply it gives unstreamed', async () => {
      const connection = await connect();
      const pieces: string[] = [];
      const asked = request({ maxOutputTokens: 60, messages: [textMessage('user', 'Tell me about the sea.')] });
      const streamed = await connection.generate(asked, { onDelta: (text) => pieces.push(text) });
      const whole = await connection.generate(asked);
      assert.notEqual(textOf(whole), '');
      assert.equal(pieces.join(''), textOf(streamed));
      assert.equal(textOf(streamed), textOf(whole));
      assert.deepEqual(streamed.usage, whole.usage);
      assert.equal(streamed.finishReason, whole.finishReason);
    });

    it('keeps the reply limit and says when it cut', async () => {
      const connection = await connect();
      const cut = await connection.generate(
        request({ maxOutputTokens: 1, messages: [textMessage('user', 'Tell me a long story about the sea.')] }),
      );
      assert.ok(cut.usage.outputTokens <= 1);
    });

    it('ends promptly when it is cancelled, before and while it answers', async () => {
      const connection = await connect();
      server?.mode('hold');
      const stopped = (error: unknown): boolean => isPromptOptError(error) && error.code === 'stopped';
      const options: readonly GenerateOptions[] = [{}, { onDelta: () => undefined }];
      for (const each of options) {
        await assert.rejects(connection.generate(request(), { ...each, signal: AbortSignal.abort() }), stopped);
        const controller = new AbortController();
        const asked = connection.generate(request(), { ...each, signal: controller.signal });
        controller.abort();
        await assert.rejects(asked, stopped);
      }
      if (server === null) return;
      const before = server.received.length;
      const controller = new AbortController();
      const asked = failure(connection.generate(request(), { signal: controller.signal }));
      while (server.received.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort();
      const error = await asked;
      assert.equal(error.code, 'stopped');
      mayHaveCost(error);
    });

    it('refuses an image it cannot carry, never drops it', async () => {
      const connection = await connect();
      const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
      for (const role of ['system', 'user', 'assistant'] as const) {
        const before = server?.received.length ?? 0;
        const end = await connection
          .generate(
            request({ messages: [{ role, content: [image, { type: 'text', text: 'x' }] }, textMessage('user', 'y')] }),
          )
          .then(
            () => 'sent',
            (error: unknown) => (isPromptOptError(error) ? error.code : error),
          );
        if (end === 'bad-request') continue;
        assert.equal(end, 'sent');
        assert.match(server?.received[before] ?? '', /AAAA/, `${role}: what was taken was sent`);
      }
    });

    it('counts tokens of any text', async () => {
      const connection = await connect();
      for (const text of ['', 'hello', '<|endoftext|>', 'é𝄞\u0000', 'x'.repeat(100_000)]) {
        const count = await connection.countTokens(model, text);
        assert.ok(
          Number.isInteger(count) && count >= 0 && count <= Math.max(1, Buffer.byteLength(text)),
          `${text.slice(0, 20)}: ${count}`,
        );
      }
    });

    it('lists its models', async () => {
      const listed = await (await connect()).list();
      assert.ok(
        listed.some(({ id }) => id === model),
        inspect(listed),
      );
    });

    if (provider.keyVariable !== null) {
      it('says which variable holds the key when there is none', async () => {
        const error = await failure(provider.connect({}));
        assert.equal(error.code, 'unavailable');
        assert.ok(describeError(error).includes(provider.keyVariable ?? ''), error.message);
        saysWhatToDo(error);
      });
    }

    if (start === null) return;

    for (const [mode, expected] of Object.entries(EXPECTED) as [keyof typeof EXPECTED, Expected][]) {
      if (without[mode] !== undefined) continue;
      const kind = 'codes' in expected ? expected.codes.join(' or ') : 'a reply';
      for (const streamed of [false, true]) {
        it(`makes of "${mode}"${streamed ? ', streamed,' : ''} ${kind}`, async () => {
          server?.mode(mode);
          const connection = await connect();
          const pieces: string[] = [];
          const asked = connection.generate(request(), streamed ? { onDelta: (text) => pieces.push(text) } : {});
          if ('reply' in expected) {
            const generation = await asked;
            expected.reply(generation);
            if (streamed) assert.equal(pieces.join(''), textOf(generation));
            return;
          }
          const error = await failure(asked);
          assert.ok(expected.codes.includes(error.code), `${error.code}: ${error.message}`);
          assert.equal(error.details.provider, provider.name);
          saysWhatToDo(error);
          expected.check?.(error);
        });
      }
    }

    it('never waits a negative time, whatever the server’s clock says', async function () {
      if (without['rate-limit'] !== undefined) this.skip();
      server?.mode('rate-limit');
      for (const at of ['Wed, 21 Oct 2015 07:28:00 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT', '-30']) {
        const connection = await connect({
          fetch: async (input, init) => {
            const response = await fetch(input, init);
            const headers = new Headers(response.headers);
            for (const name of [...headers.keys()]) if (/retry|reset/i.test(name)) headers.delete(name);
            headers.set('retry-after', at);
            return new Response(response.body, { status: response.status, headers });
          },
        });
        const { code, details } = await failure(connection.generate(request()));
        assert.equal(code, 'transient');
        assert.ok((details.retryAfterMs ?? 0) >= 0, `${at}: ${details.retryAfterMs}`);
      }
    });
  });
}
