import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { textMessage, textOf } from '../../src/engine/models/language-model.ts';
import type { GenerationRequest } from '../../src/engine/models/language-model.ts';
import type { ModelProvider } from '../../src/engine/models/provider.ts';
import type { EvaluationReport, OptimizationResult } from '../../src/engine/index.ts';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { ErrorCode, PromptOptError } from '../../src/protocol/errors.ts';
import { vscodeModels } from '../../src/extension/models/vscode-models.ts';
import type { ModelsApi, ModelsMode } from './models-extension/models-extension.ts';
import { activateExtension, copyExample, ownFolder, remove, textOf as fileText } from './support/window.ts';

const MODEL = 'promptopt-test/apprentice';
const FULL = `vscode/${MODEL}`;
const SECRET = 'sk-secret-of-another-extension';

const request = (more: Partial<GenerationRequest> = {}): GenerationRequest => ({
  model: MODEL,
  role: 'target',
  messages: [textMessage('system', 'Answer with one of: red, blue.'), textMessage('user', 'The sky is blue.')],
  temperature: 0,
  maxOutputTokens: 60,
  sample: 0,
  ...more,
});

describe('models of VS Code', () => {
  let models: ModelsApi;
  let provider: ModelProvider;
  let folder = '';

  before(async () => {
    await activateExtension();
    const extension = vscode.extensions.getExtension<ModelsApi>('promptopt-test.models');
    assert.ok(extension, 'the extension with the models is not in this window');
    models = await extension.activate();
    provider = await vscodeModels({ access: { canSendRequest: () => undefined } }).connect({});
    folder = ownFolder();
  });
  afterEach(() => {
    models.mode('answer');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    remove(folder);
  });

  /** The typed error, after making sure that it does not say what the other extension said. */
  async function failure(asked: Promise<unknown>): Promise<PromptOptError> {
    const error: unknown = await asked.then(
      (value) => assert.fail(`It did not fail: ${inspect(value)}`),
      (reason: unknown) => reason,
    );
    assert.ok(isPromptOptError(error), inspect(error));
    assert.ok(!inspect(error, { depth: 12, showHidden: true }).includes(SECRET), 'it tells another extension’s words');
    assert.match(describeError(error), /^\S.*\.$/su, 'a sentence');
    return error;
  }

  it('are listed by family, or by id where two are of one family', async () => {
    const listed = await provider.list();
    assert.deepEqual(
      listed.filter(({ id }) => id.startsWith('promptopt-test/')).map(({ id, note }) => [id, note]),
      [
        ['promptopt-test/apprentice', 'Apprentice apprentice-1'],
        ['promptopt-test/twin-a', 'Apprentice twin-a'],
        ['promptopt-test/twin-b', 'Apprentice twin-b'],
      ],
    );
  });

  it('answer, with tokens counted by the model and no price', async () => {
    const pieces: string[] = [];
    const generation = await provider.generate(request(), { onDelta: (text) => pieces.push(text) });
    assert.notEqual(textOf(generation), '');
    assert.equal(pieces.join(''), textOf(generation));
    assert.equal(generation.finishReason, 'stop');
    assert.equal(generation.costUsd, null);
    const told = models.asked.at(-1);
    assert.deepEqual(told?.messages, [
      { role: 'user', text: 'Instructions:\n\nAnswer with one of: red, blue.' },
      { role: 'user', text: 'The sky is blue.' },
    ]);
    assert.equal(told.options['temperature'], 0);
    const counts = await Promise.all(told.messages.map(({ text }) => provider.countTokens(MODEL, text)));
    assert.equal(
      generation.usage.inputTokens,
      counts.reduce((sum, count) => sum + count, 0),
    );
    assert.equal(generation.usage.outputTokens, await provider.countTokens(MODEL, textOf(generation)));
    const info = await provider.describe(MODEL);
    assert.equal(info.price, null);
    assert.equal(info.contextWindow, 8000);
  });

  const failures: readonly (readonly [ModelsMode, ErrorCode, RegExp])[] = [
    ['blocked', 'unavailable', /quota/],
    ['no-permissions', 'unavailable', /allow it/],
    ['not-found', 'unavailable', /Choose another model/],
    ['broken', 'transient', /Try again/],
  ];
  for (const [mode, code, remedy] of failures) {
    it(`${mode}: a typed error that says what to do`, async () => {
      models.mode(mode);
      const error = await failure(provider.generate(request()));
      assert.equal(error.code, code);
      assert.match(describeError(error), remedy);
    });
  }

  it('keep the reply limit they know nothing of, and say that the reply was cut', async () => {
    models.mode('long');
    const pieces: string[] = [];
    const cut = await provider.generate(request({ maxOutputTokens: 40 }), { onDelta: (text) => pieces.push(text) });
    assert.equal(cut.finishReason, 'length');
    assert.ok(cut.usage.outputTokens <= 40);
    assert.ok((await provider.countTokens(MODEL, textOf(cut))) <= 40);
    assert.equal(pieces.join(''), textOf(cut));
    assert.match(textOf(cut), /^word0 word1 /);
  });

  it('give an empty reply as one', async () => {
    models.mode('empty');
    assert.equal(textOf(await provider.generate(request())), '');
  });

  it('are left at once when the call is cancelled', async () => {
    models.mode('hold');
    const before = models.cancelled();
    const asked = models.asked.length;
    const controller = new AbortController();
    const call = failure(provider.generate(request(), { signal: controller.signal }));
    while (models.asked.length === asked) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    assert.equal((await call).code, 'stopped');
    for (let wait = 0; models.cancelled() === before && wait < 400; wait++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(models.cancelled(), before + 1, 'the model was told');
    assert.equal((await failure(provider.generate(request(), { signal: AbortSignal.abort() }))).code, 'stopped');
  });

  it('refuse what they cannot carry, before anything is sent', async () => {
    const asked = models.asked.length;
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
    for (const more of [
      { messages: [{ role: 'user' as const, content: [image] }] },
      { tools: [{ name: 'look', description: 'Looks.', parameters: {} }] },
      { responseFormat: { type: 'json_object' as const } },
    ])
      assert.equal((await failure(provider.generate(request(more)))).code, 'bad-request');
    assert.equal(models.asked.length, asked);
  });

  it('name those there are for one there is not', async () => {
    for (const model of ['promptopt-test/planet', 'nobody/planet', 'planet']) {
      const error = await failure(provider.describe(model));
      assert.equal(error.code, 'unavailable');
      assert.match(describeError(error), /vscode\/promptopt-test\/apprentice/);
    }
  });

  it('say before anything is sent that the user has not allowed them', async () => {
    const denied = await vscodeModels({ access: { canSendRequest: () => false } }).connect({});
    assert.equal((await failure(denied.describe(MODEL))).code, 'unavailable');
  });

  it('answer a whole search as target and proposer, with a verdict and an account in calls', async () => {
    const spec = copyExample(folder, 'support-triage');
    writeFileSync(spec, fileText(spec).replace(/^model: .*$/m, `model: ${FULL}`));
    const asked = models.asked.length;
    const result = await vscode.commands.executeCommand<OptimizationResult | null>('promptopt.optimizePrompt', {
      uri: vscode.Uri.file(spec),
      confirmed: true,
      seed: 7,
      model: FULL,
      limits: { calls: 300 },
    });
    assert.ok(result);
    assert.deepEqual(result.models, { target: FULL, proposer: FULL });
    assert.notEqual(result.verdict, null);
    assert.equal(result.paid.calls, models.asked.length - asked, 'each call was asked of VS Code, once');
    assert.equal(result.paid.unpricedCalls, result.paid.calls);
    assert.equal(result.paid.usd, 0);
    assert.equal(result.embedded, false);
  }).timeout(180_000);

  it('answer an evaluation', async () => {
    const spec = join(folder, 'one.prompt.yaml');
    writeFileSync(
      spec,
      `name: one\nmodel: ${FULL}\nmessages:\n  - { role: user, content: 'Say a colour: {{message}}' }\ntestData:\n  - { message: sky, expected: blue }\n  - { message: grass, expected: green }\n`,
    );
    const report = await vscode.commands.executeCommand<EvaluationReport | undefined>(
      'promptopt.evaluatePrompt',
      vscode.Uri.file(spec),
    );
    assert.equal(report?.rows.length, 2);
    assert.equal(report.model, FULL);
    assert.equal(report.paid.unpricedCalls, 2);
  }).timeout(60_000);
});
