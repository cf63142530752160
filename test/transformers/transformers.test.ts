/** Local models for real: the library that is installed apart, in its thread, on models a test makes itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { Generation, GenerationRequest } from '../../src/engine/models/language-model.ts';
import type { LocalModels, ModelProvider } from '../../src/engine/models/provider.ts';
import { PACKAGE, findLibrary } from '../../src/engine/models/providers/transformers/find-library.ts';
import { transformers } from '../../src/engine/models/providers/transformers.ts';
import { ENDLESS, SKY, prepareLocalModels } from '../support/local-models.ts';
import { makeRequest } from '../support/models.ts';
import { writeTinyModel } from '../support/tiny-language-model.ts';

const SECRET = 'the planted row content';

async function failure(attempt: () => Promise<unknown>, code: ErrorCode): Promise<PromptOptError> {
  const error = await (async () => attempt())().then(
    () => assert.fail(`It did not fail; ${code} was expected.`),
    (reason: unknown) => reason,
  );
  assert.ok(isPromptOptError(error), String(error));
  assert.equal(error.code, code, error.message);
  assert.ok(!`${describeError(error)}${error.stack ?? ''}`.includes(SECRET), describeError(error));
  return error;
}

describe('local Transformers models', () => {
  let local: LocalModels;
  let provider: ModelProvider;
  let scratch: string;
  before(async function () {
    const prepared = prepareLocalModels();
    if (prepared === null) {
      this.skip();
      return;
    }
    local = prepared;
    provider = await transformers.connect({ local });
    scratch = mkdtempSync(join(tmpdir(), 'local-models-'));
  });
  after(() => {
    if (typeof scratch === 'string') rmSync(scratch, { recursive: true, force: true });
  });
  const request = (more: Partial<GenerationRequest> = {}): GenerationRequest =>
    makeRequest(SECRET, { model: SKY, maxOutputTokens: 50, ...more });
  const ask = (more: Partial<GenerationRequest> = {}): Promise<Generation> => provider.generate(request(more));

  it('loads a model, answers through its chat template and counts by its own tokenizer', async () => {
    const reply = await ask({ messages: [textMessage('system', 'Hi'), textMessage('user', 'you')] });
    assert.equal(textOf(reply), 'blue sky');
    // <|system|> H i </s> <|user|> y o u </s> <|assistant|>, and eight letters with the end.
    assert.deepEqual(reply.usage, { inputTokens: 10, outputTokens: 9, cachedInputTokens: 0, reasoningTokens: 0 });
    assert.deepEqual([reply.finishReason, reply.costUsd], ['stop', 0]);
    assert.equal(await provider.countTokens(SKY, 'é!'), 3);
    const info = await provider.describe(SKY);
    assert.deepEqual([info.contextWindow, info.price?.source], [512, 'free']);
  });

  it('takes its chances by the sample: the same one gives the same reply, others give others', async () => {
    const sampled = async (sample: number): Promise<string> => textOf(await ask({ temperature: 1, sample }));
    const samples = Array.from({ length: 12 }, (_, index) => index * 1009);
    const first: string[] = [];
    for (const sample of samples) first.push(await sampled(sample));
    assert.ok(new Set(first).size > 3, first.join());
    const again = await Promise.all([...samples].reverse().map(sampled));
    assert.deepEqual(again.reverse(), first);
  });

  it('cuts a reply at its limit or the end of the window, and refuses a prompt beyond it', async () => {
    const cut = await ask({ maxOutputTokens: 3 });
    assert.deepEqual([textOf(cut), cut.usage.outputTokens, cut.finishReason], ['blu', 3, 'length']);
    const full = await ask({ messages: [textMessage('user', 'x'.repeat(505))] });
    assert.deepEqual([full.finishReason, full.usage.inputTokens + full.usage.outputTokens], ['length', 512]);
    const error = await failure(() => ask({ messages: [textMessage('user', 'x'.repeat(600))] }), 'bad-request');
    assert.match(describeError(error), /512 tokens/);
  });

  it('ends a reply when it is cancelled, and the next one is whole', async () => {
    const controller = new AbortController();
    let tokens = 0;
    const started = performance.now();
    const ended = failure(
      () =>
        provider.generate(request({ model: ENDLESS, maxOutputTokens: 900_000 }), {
          signal: controller.signal,
          onDelta: () => {
            if (++tokens === 1) controller.abort();
          },
        }),
      'stopped',
    );
    // It streams by words, and this model writes none: time has to end it.
    setTimeout(() => {
      controller.abort();
    }, 300);
    const waiting = new AbortController();
    const never = failure(() => provider.generate(request(), { signal: waiting.signal }), 'stopped');
    waiting.abort();
    await never;
    await ended;
    assert.equal(textOf(await ask()), 'blue sky');
    assert.ok(performance.now() - started < 10_000);
  });

  it('gives up on a reply that takes too long', async () => {
    const impatient = await transformers.connect({ local, timeoutMs: 400 });
    const error = await failure(
      () => impatient.generate(request({ model: ENDLESS, maxOutputTokens: 900_000 })),
      'transient',
    );
    assert.match(describeError(error), /in time/);
  });

  it('runs calls one after another and answers each', async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask()));
    assert.deepEqual(new Set(replies.map(textOf)), new Set(['blue sky']));
  });

  it('refuses what it cannot do, and says so of a model that is not there', async () => {
    const tools = [{ name: 't', description: 'd', parameters: {} }];
    await failure(() => ask({ tools }), 'bad-request');
    await failure(() => ask({ responseFormat: { type: 'json_object' } }), 'unavailable');
    await failure(() => ask({ extra: { max_new_tokens: 5 } }), 'unavailable');
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
    await failure(() => ask({ messages: [{ role: 'user', content: [image] }] }), 'bad-request');
    const folder = join(scratch, 'models', 'broken');
    writeTinyModel(folder, { answer: 'ab', window: 64 });
    writeFileSync(join(folder, 'onnx', 'model.onnx'), 'no model');
    for (const model of [folder, join(scratch, 'models', 'none')]) {
      const error = await failure(() => ask({ model }), 'unavailable');
      assert.match(describeError(error), /could not be loaded.*ONNX/);
    }
  });

  it('loads a model by the path of its folder too, and lists those of its own', async () => {
    const folder = join(scratch, 'models', 'path');
    writeTinyModel(folder, { answer: 'ok', window: 64 });
    assert.equal(textOf(await ask({ model: folder })), 'ok');
    const listed = await provider.list();
    assert.deepEqual(
      listed.filter(({ note }) => note?.endsWith('models folder') === true).map(({ id }) => id),
      [ENDLESS, SKY],
    );
  });

  it('says how to install the library where it is not, and when what is there cannot be loaded', async () => {
    const nowhere = { ...local, libraryFolders: [join(scratch, 'empty')] };
    const missing = await failure(() => transformers.connect({ local: nowhere }), 'unavailable');
    assert.ok(
      describeError(missing).includes(`npm install --ignore-scripts --prefix "${local.installFolder}" ${PACKAGE}@`),
    );
    const broken = join(scratch, 'broken');
    const place = join(broken, 'node_modules', PACKAGE);
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ name: PACKAGE, version: '4.0.0', exports: './main.mjs' }),
    );
    writeFileSync(join(place, 'main.mjs'), `throw new Error('native part is missing');`);
    const connected = await transformers.connect({ local: { ...local, libraryFolders: [broken] } });
    const error = await failure(() => connected.generate(request()), 'unavailable');
    assert.match(describeError(error), /could not be loaded.*Install it again/);
  });

  it('is found by the folders above, as Node finds it', async () => {
    const [, folder = ''] = local.libraryFolders;
    const found = await findLibrary([join(folder, 'models', 'deeper')]);
    assert.match(found?.version ?? '', /^\d+\.\d+\.\d+/);
    assert.match(found?.entry ?? '', /^file:.*\.mjs$/);
  });

  it('answers a whole evaluation of the built command line, in the thread of the package', function () {
    this.timeout(60_000);
    const root = join(import.meta.dirname, '..', '..');
    const [, folder = ''] = local.libraryFolders;
    const task = join(scratch, 'task');
    mkdirSync(task, { recursive: true });
    writeFileSync(
      join(task, 'sky.prompt.yaml'),
      [
        'name: sky',
        'messages:',
        '  - { role: user, content: "What is {{ thing }}?" }',
        'testData:',
        ...Array.from({ length: 4 }, (_, row) => `  - { thing: "sky ${row}", expected: blue sky }`),
      ].join('\n'),
    );
    const done = spawnSync(
      process.execPath,
      [join(root, 'dist', 'cli.js'), 'eval', join(task, 'sky.prompt.yaml'), '--model', `transformers/${SKY}`, '--json'],
      { cwd: task, encoding: 'utf8', env: { ...process.env, PROMPTOPT_TRANSFORMERS: folder, XDG_DATA_HOME: scratch } },
    );
    assert.equal(done.status, 0, done.stderr + done.stdout);
    assert.match(done.stdout, /"calls": ?4/);
    // Nothing of the library may get between the lines of a program that reads this.
    JSON.parse(done.stdout);
  });
});
