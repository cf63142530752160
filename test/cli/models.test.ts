import assert from 'node:assert/strict';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { Answer, OpenAiServer } from '../support/openai-server.ts';
import { PLANTED_KEY, configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';
import { documentOf, runCli } from './support/run-cli.ts';
import type { Ended } from './support/run-cli.ts';

interface Listing {
  readonly name: string;
  readonly key: { readonly variable: string; readonly isSet: boolean } | null;
  readonly models:
    readonly { readonly name: string; readonly price: { readonly inputPerMillion: number } | null }[] | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
}

describe('promptopt models', function () {
  this.timeout(60_000);
  let server: OpenAiServer;
  let workspace: Workspace;
  let answer: Answer;
  /** Where nothing answers any more. */
  let nobody: string;

  before(async () => {
    server = await startOpenAiServer((call, response) => answer(call, response));
    const gone = await startOpenAiServer(() => undefined);
    nobody = gone.baseUrl.replace('/v1', '');
    await gone.close();
    workspace = makeWorkspace({
      config: `${configFor(server.baseUrl, { inputPerMillion: 10, outputPerMillion: 20 })}aliases: { house: openai/m }\n`,
    });
  });
  beforeEach(() => {
    answer = (call, response) => {
      if (call.method === 'GET')
        send(response, {
          object: 'list',
          data: [
            { id: 'm', object: 'model' },
            { id: 'n', object: 'model' },
          ],
        });
      else send(response, apprenticeCompletion(call));
    };
  });
  after(async () => {
    await server.close();
    workspace.remove();
  });
  const run = (
    args: readonly string[],
    env: Record<string, string> = { OPENAI_API_KEY: PLANTED_KEY },
  ): Promise<Ended> => runCli(['models', ...args], { cwd: workspace.folder, env: { OLLAMA_HOST: nobody, ...env } });

  it('list shows models with prices, says why a provider cannot be asked, and never shows a key', async () => {
    const [text, json] = await Promise.all([run(['list']), run(['list', '--json'])]);
    assert.equal(text.code, 0);
    assert.match(text.out, /OpenAI \(openai\): OPENAI_API_KEY is set, 2 models/);
    assert.match(text.out, /openai\/m +\$10\.00 \/ \$20\.00/);
    assert.match(text.out, /openai\/n +unknown/);
    assert.match(text.out, /ANTHROPIC_API_KEY is not set, cannot be asked/);
    assert.match(text.out, /Ollama \(ollama\): no key needed, cannot be asked\n +Ollama does not answer/);
    assert.match(text.out, /embedded\/apprentice +free/);
    assert.match(text.out, /house → openai\/m/);
    const { providers } = documentOf(json) as { providers: readonly Listing[] };
    const of = (name: string): Listing | undefined => providers.find((listing) => listing.name === name);
    assert.deepEqual(of('openai')?.key, { variable: 'OPENAI_API_KEY', isSet: true });
    assert.equal(of('openai')?.models?.[0]?.price?.inputPerMillion, 10);
    assert.equal(of('anthropic')?.models, null);
    assert.equal(of('anthropic')?.problem?.code, 'unavailable');
    for (const end of [text, json]) assert.ok(!`${end.out}${end.err}`.includes(PLANTED_KEY));
  });

  it('list takes one provider, and suggests the one that was meant', async () => {
    const [one, wrong] = await Promise.all([run(['list', 'embedded']), run(['list', 'opnai'])]);
    assert.equal(one.code, 0);
    assert.ok(!one.out.includes('OpenAI'));
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /There is no provider "opnai"\. Did you mean openai\?/);
  });

  it('test says first what the call can cost, then shows time, tokens and cost; the call is in the account', async () => {
    const end = await run(['test', 'house']);
    assert.equal(end.code, 0, end.err);
    assert.match(end.err, /One small call to openai\/m, for at most \$0\.00\d+\./);
    assert.match(end.out, /openai\/m answers\.\nReply .*\nTime +[\d,]+ ms\nTokens +\d+ in, \d+ out\nCost +\$0\.00/);
    const json = documentOf(await run(['test', 'openai/m', '--json'])) as {
      costUsd: number;
      boundUsd: number;
      usage: { inputTokens: number };
    };
    assert.ok(json.costUsd > 0 && json.costUsd <= json.boundUsd);
    assert.ok(json.usage.inputTokens > 0);
    const engine = workspace.open();
    const { rows } = await engine.costs(await engine.store(workspace.folder));
    assert.ok(rows.some(({ name, model }) => name === 'models test' && model === 'openai/m'));
    await engine.close();
  });

  it('test ends with the error of the provider, its remedy and exit 3', async () => {
    answer = (call, response) => {
      sendError(response, 401, 'invalid_api_key', {}, call.headers.authorization ?? '');
    };
    const end = await run(['test', 'openai/m', '--json']);
    assert.equal(end.code, 3);
    const { error } = documentOf(end) as { error: { code: string; remedy: string; status: number } };
    assert.equal(error.code, 'unavailable');
    assert.equal(error.status, 401);
    assert.notEqual(error.remedy, '');
    assert.ok(!`${end.out}${end.err}`.includes(PLANTED_KEY));
    const missing = await run(['test', 'anthropic/claude-haiku-4-5'], {});
    assert.equal(missing.code, 3);
    assert.match(missing.err, /ANTHROPIC_API_KEY/);
  });

  it('test suggests a name for a model its provider does not know', async () => {
    answer = (_call, response) => {
      sendError(response, 404, 'model_not_found');
    };
    const end = await run(['test', 'openai/gpt-4o-mni']);
    assert.equal(end.code, 3);
    assert.match(end.err, /Did you mean openai\/gpt-4o-mini/);
  });

  it('an unknown alias suggests near names and says where aliases are written', async () => {
    const [known, own] = await Promise.all([run(['price', 'gpt-4o-mini']), run(['price', 'hous'])]);
    assert.equal(known.code, 3);
    assert.match(known.err, /no provider for the model "gpt-4o-mini"\. Did you mean openai\/gpt-4o-mini/);
    assert.match(known.err, /under aliases in promptopt\.config\.yaml/);
    assert.match(own.err, /Did you mean house\?/);
  });

  it('price shows rates, source, window and what calls cost, without a key and without a call', async () => {
    const before = server.calls.length;
    const [text, json, own] = await Promise.all([
      run(['price', 'anthropic/claude-haiku-4-5'], {}),
      run(['price', 'anthropic/claude-haiku-4-5', '--input', '1000000', '--output', '0', '--json'], {}),
      run(['price', 'house', '--json'], {}),
    ]);
    assert.equal(text.code, 0);
    assert.match(text.out, /Input +\$1\.00 a million tokens\nOutput +\$5\.00/);
    assert.match(text.out, /Cache +\$0\.10 read, \$1\.25 written\nBatch +50 % of these\nSource +genai-prices/);
    assert.match(text.out, /Window +200,000 tokens/);
    const facts = documentOf(json) as { costs: { plain: number; cached: number; batch: number } };
    assert.deepEqual(facts.costs, { plain: 1, cached: 0.1, batch: 0.5 });
    const mine = documentOf(own) as { name: string; alias: string; price: { source: string } };
    assert.deepEqual([mine.name, mine.alias, mine.price.source], ['openai/m', 'house', 'promptopt.config.yaml']);
    assert.equal(server.calls.length, before);
  });

  it('price of a model without one says so, and what limits it then', async () => {
    const end = await run(['price', 'openai/n']);
    assert.equal(end.code, 0);
    assert.match(end.out, /Price +not known/);
    assert.match(end.out, /until then calls and tokens limit it, not USD/);
  });
});
