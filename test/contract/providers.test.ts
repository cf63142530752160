import assert from 'node:assert/strict';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { GenerationRequest } from '../../src/engine/models/language-model.ts';
import { providers } from '../../src/engine/models/providers/table.ts';
import { apprenticeCompletion, send, startOpenAiServer } from '../support/openai-server.ts';
import type { OpenAiServer } from '../support/openai-server.ts';

const MODELS: Readonly<Record<string, string>> = { embedded: 'apprentice', openai: 'm' };

for (const provider of providers) {
  describe(`the provider ${provider.name}`, () => {
    let server: OpenAiServer;
    let hold = false;
    before(async () => {
      server = await startOpenAiServer((call, response) => {
        if (!hold) send(response, apprenticeCompletion(call));
      });
    });
    after(() => server.close());
    const connect = () => provider.connect({ apiKey: 'k', baseUrl: server.baseUrl });
    const model = MODELS[provider.name] ?? '';
    const request = (more: Partial<GenerationRequest> = {}): GenerationRequest => ({
      model,
      role: 'target',
      messages: [textMessage('system', 'Answer with one of: red, blue.'), textMessage('user', 'The sky is blue.')],
      temperature: 0,
      maxOutputTokens: 20,
      sample: 0,
      ...more,
    });

    it('is known to this suite and describes itself', async () => {
      assert.notEqual(model, '', 'add a model of the provider to this suite');
      for (const text of [provider.title, provider.summary]) assert.notEqual(text, '');
      const info = await (await connect()).describe(model);
      assert.equal(info.id, model);
    });

    it('answers with text, usage and a finish reason, and the same at temperature 0', async () => {
      const connection = await connect();
      const [one, two] = [await connection.generate(request()), await connection.generate(request())];
      assert.equal(textOf(one), textOf(two));
      assert.ok(one.usage.inputTokens > 0 && one.usage.outputTokens > 0);
      assert.ok(one.usage.cachedInputTokens <= one.usage.inputTokens);
      assert.equal(one.cached, false);
      assert.ok(one.latencyMs >= 0);
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
      hold = true;
      const stopped = (error: unknown): boolean => isPromptOptError(error) && error.code === 'stopped';
      await assert.rejects(connection.generate(request(), { signal: AbortSignal.abort() }), stopped);
      const controller = new AbortController();
      const asked = connection.generate(request(), { signal: controller.signal });
      controller.abort();
      await assert.rejects(asked, stopped);
      hold = false;
    });

    it('refuses an image it cannot carry, never drops it', async () => {
      const connection = await connect();
      const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
      for (const role of ['system', 'user', 'assistant'] as const) {
        const before = server.calls.length;
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
        assert.match(JSON.stringify(server.calls[before]?.body), /AAAA/, `${role}: what was taken was sent`);
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
  });
}
