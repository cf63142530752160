/** What a collector is told of runs and calls, and what it is never told. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startOtlpCollector } from '../support/otlp-collector.ts';
import type { OtlpCollector } from '../support/otlp-collector.ts';
import { sendError, startOpenAiServer } from '../support/openai-server.ts';
import { PLANTED_CONTENT, PLANTED_KEY, PLANTED_PROMPT, configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const HEADER = 'a-secret-of-the-collector';

describe('telemetry', () => {
  let collector: OtlpCollector;
  let workspace: Workspace | undefined;
  beforeEach(async () => {
    collector = await startOtlpCollector();
  });
  afterEach(async () => {
    await collector.close();
    workspace?.remove();
  });

  /** Evaluates ten rows, and ends the engine as the command line does. */
  async function evaluate(
    config: string,
    variables: Readonly<Record<string, string>> = {},
    model = 'embedded/apprentice',
  ): Promise<number> {
    workspace = makeWorkspace({ config, model, validation: 10 });
    const engine = workspace.open({
      variable: (name) => (name === 'OPENAI_API_KEY' ? PLANTED_KEY : variables[name]),
    });
    const task = await engine.openTask(workspace.spec);
    const started = performance.now();
    await engine.evaluate(task, { limits: {} }).catch(() => undefined);
    const took = performance.now() - started;
    await engine.close();
    return took;
  }

  it('sends nothing unless the workspace asks for it, whatever the environment says', async () => {
    await evaluate('', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    assert.equal(collector.bytes().length, 0);
  });

  it('sends a span for the evaluation and one for each call, in the words of the conventions', async () => {
    await evaluate(`telemetry: { endpoint: "${collector.endpoint}/" }\n`, {
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${HEADER},x-project=a%20b`,
    });
    const root = collector.spans.find(({ name }) => name === 'promptopt eval');
    assert.equal(root?.parentId, '');
    assert.equal(root.attributes['promptopt.name'], 'sorting');
    const calls = collector.spans.filter(({ name }) => name === 'chat apprentice');
    assert.equal(calls.length, 10);
    for (const { parentId, traceId, attributes, failed } of calls) {
      assert.deepEqual([parentId, traceId, failed], [root.spanId, root.traceId, false]);
      assert.equal(attributes['gen_ai.operation.name'], 'chat');
      assert.equal(attributes['gen_ai.provider.name'], 'embedded');
      assert.equal(attributes['gen_ai.request.model'], 'apprentice');
      assert.equal(attributes['gen_ai.request.temperature'], 0);
      assert.ok(Number(attributes['gen_ai.request.max_tokens']) > 0);
      assert.ok(Number(attributes['gen_ai.usage.input_tokens']) > 0);
      assert.ok(Number(attributes['gen_ai.usage.output_tokens']) > 0);
      assert.equal(JSON.stringify(attributes['gen_ai.response.finish_reasons']).includes('stop'), true);
    }
    assert.deepEqual([...new Set(collector.paths)], ['/v1/traces']);
    assert.deepEqual([collector.headers[0]?.['x-api-key'], collector.headers[0]?.['x-project']], [HEADER, 'a b']);
  });

  it('keeps prompts, rows and replies to itself unless it is asked for them', async () => {
    await evaluate(`telemetry: { endpoint: "${collector.endpoint}" }\n`);
    const silent = collector.bytes();
    assert.ok(silent.includes('gen_ai.usage.input_tokens'));
    for (const planted of [PLANTED_CONTENT, PLANTED_PROMPT, PLANTED_KEY]) assert.equal(silent.includes(planted), false);
    workspace?.remove();
    await evaluate(`telemetry: { content: true }\n`, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const told = collector.spans.find(({ attributes }) => 'gen_ai.input.messages' in attributes);
    const input = JSON.parse(String(told?.attributes['gen_ai.input.messages'])) as {
      role: string;
      parts: { content: string }[];
    }[];
    assert.equal(input[0]?.role, 'system');
    assert.ok(input[0].parts[0]?.content.includes(PLANTED_PROMPT));
    const output = JSON.parse(String(told?.attributes['gen_ai.output.messages'])) as { role: string }[];
    assert.equal(output[0]?.role, 'assistant');
  });

  it('sends a span for a run with its id, and the kind of what failed without its text', async () => {
    const server = await startOpenAiServer((_, response) => {
      sendError(response, 401, 'invalid_api_key', {}, PLANTED_CONTENT);
    });
    workspace = makeWorkspace({
      model: 'openai/m',
      config: `${configFor(server.baseUrl)}telemetry: { endpoint: "${collector.endpoint}" }\n`,
    });
    const engine = workspace.open();
    const plan = await engine.plan(await engine.openTask(workspace.spec), { limits: { calls: 200 } });
    const run = await plan.start();
    await assert.rejects(run.result);
    await engine.close();
    await server.close();
    const root = collector.spans.find(({ name }) => name === 'promptopt optimize');
    assert.equal(root?.attributes['promptopt.run.id'], run.id);
    assert.deepEqual([root.failed, root.attributes['error.type']], [true, 'unavailable']);
    const call = collector.spans.find(({ name }) => name === 'chat m');
    assert.deepEqual([call?.failed, call?.attributes['error.type']], [true, 'unavailable']);
    for (const planted of [PLANTED_CONTENT, PLANTED_KEY]) assert.equal(collector.bytes().includes(planted), false);
  });

  it('neither fails nor slows a run when the collector is gone, refuses, or never answers', async () => {
    const gone = await startOtlpCollector();
    await gone.close();
    const refusing = await startOtlpCollector(503);
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const silentAt = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    try {
      for (const endpoint of [gone.endpoint, refusing.endpoint, silentAt]) {
        const started = performance.now();
        const took = await evaluate(`telemetry: { endpoint: "${endpoint}" }\n`);
        assert.ok(took < 5000, `${endpoint}: ${took} ms`);
        // The end of the process waits for it, but only a moment.
        assert.ok(performance.now() - started < 12_000);
        workspace?.remove();
      }
    } finally {
      await refusing.close();
      silent.close();
    }
  }).timeout(60_000);
});
