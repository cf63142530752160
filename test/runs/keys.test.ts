/** No key is left anywhere: whole runs of every provider that has one, over servers that give away what they are sent. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import type { PromptOptError } from '../../src/protocol/errors.ts';
import { runCli } from '../cli/support/run-cli.ts';
import type { Ended } from '../cli/support/run-cli.ts';
import { startEchoProxy } from '../support/echo-proxy.ts';
import type { EchoProxy } from '../support/echo-proxy.ts';
import { holds, placesOf } from '../support/leaks.ts';
import { harnesses } from '../support/providers/table.ts';
import type { ProviderServer } from '../support/providers/harness.ts';
import { makeWorkspace, PLANTED_CONTENT, PLANTED_PROMPT } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const KEY = 'planted-key-5f2c9a71e84b4d0c';
const CALLS = 160;

for (const { provider, model, extra, start } of harnesses) {
  const { name, keyVariable } = provider;
  if (keyVariable === null || start === null) continue;
  const kind = extra === undefined ? '' : ` with ${JSON.stringify(extra)}`;

  describe(`the key of ${name}${kind}`, function () {
    this.timeout(60_000);
    let server: ProviderServer;
    let proxy: EchoProxy;
    let workspace: Workspace;
    beforeEach(async () => {
      server = await start();
      proxy = await startEchoProxy(server.settings.baseUrl ?? '');
      const prices = `{ ${JSON.stringify(model)}: { inputPerMillion: 1, outputPerMillion: 2 } }`;
      workspace = makeWorkspace({
        model: `${name}/${model}`,
        config: `providers: { ${name}: { baseUrl: "${proxy.baseUrl}", prices: ${prices} } }\n`,
        more: extra === undefined ? '' : `modelParameters: ${JSON.stringify(extra)}`,
      });
    });
    afterEach(async () => {
      await proxy.close();
      await server.close();
      workspace.remove();
    });
    const cli = (...args: string[]): Promise<Ended> =>
      runCli([...args], { cwd: workspace.folder, env: { [keyVariable]: KEY, PROMPTOPT_DEBUG: '1' } });
    const nowhere = (...told: string[]): void => {
      assert.deepEqual(placesOf(KEY, workspace.folder), []);
      for (const text of told) assert.ok(!holds(text, KEY), `the key is told: ${text}`);
    };

    it('is in no store, report, export or word of a run that ends well', async () => {
      const junit = join(workspace.folder, 'results.xml');
      const ran = await cli(
        'optimize',
        workspace.spec,
        '--budget-calls',
        String(CALLS),
        '--seed',
        '7',
        '--yes',
        '--report',
      );
      assert.equal(ran.code, 0, `${ran.out}\n${ran.err}`);
      const ends = [
        ran,
        await cli('runs', 'show', '--json', '--report'),
        await cli('eval', workspace.spec, '--split', 'train', '--junit', junit, '--json', '--budget-calls', '60'),
      ];
      for (const { code, err } of ends) assert.equal(code, 0, err);
      assert.ok(existsSync(junit));
      assert.ok(readdirSync(join(workspace.folder, '.promptopt', 'exports')).some((file) => file.endsWith('.html')));
      nowhere(...ends.flatMap(({ out, err }) => [out, err]));
      // What is looked for is found where it is: the prompt in the store, its rows in the replies' feedback or files.
      assert.ok(placesOf(PLANTED_PROMPT, workspace.folder).some((place) => place.endsWith('.db: content')));
      assert.ok(placesOf(PLANTED_CONTENT, workspace.folder).includes('train.jsonl'));
    });

    for (const [status, code, told] of [
      [401, 'unavailable', ['--json']],
      [500, 'transient', []],
    ] as const) {
      it(`is in nothing that a run leaves which the server ends with ${status} and all it was sent`, async () => {
        proxy.failFrom(40, status);
        const engine = workspace.open({
          variable: (variable) => (variable === keyVariable ? KEY : undefined),
          useCache: false,
        });
        const events: unknown[] = [];
        let error: unknown = null;
        try {
          const task = await engine.openTask(workspace.spec);
          const run = await (await engine.plan(task, { seed: 7, limits: { calls: CALLS } })).start();
          for await (const event of run) events.push(event);
          await run.result.catch((reason: unknown) => {
            error = reason;
          });
        } finally {
          await engine.close();
        }
        assert.ok(proxy.echoed() > 0, 'the server was asked to give it away');
        assert.ok(isPromptOptError(error), inspect(error));
        const failed: PromptOptError = error;
        assert.equal(failed.code, code, failed.message);
        nowhere(
          JSON.stringify(events),
          describeError(failed),
          failed.stack ?? '',
          inspect(failed, { depth: 20, showHidden: true, maxStringLength: null }),
        );
        assert.ok(!holds(inspect(failed, { depth: 20 }), PLANTED_CONTENT), 'nor is a row of the data');
        // The same, told by the command line, to a program or to a person.
        const resumed = await cli('runs', 'resume', '--no-retry', ...told);
        assert.notEqual(resumed.code, 0, resumed.out);
        nowhere(resumed.out, resumed.err);
      });
    }
  });
}

describe('every key at once', () => {
  it('is in no word of a check for code scanning, which needs none', async () => {
    const keys = harnesses.flatMap(({ provider: { keyVariable } }) =>
      keyVariable === null ? [] : [[keyVariable, KEY]],
    );
    const workspace = makeWorkspace();
    const env = Object.fromEntries(keys) as Record<string, string>;
    const { out, err } = await runCli(['lint', workspace.spec, '--format', 'sarif'], { cwd: workspace.folder, env });
    assert.match(out, /"version": "2\.1\.0"/);
    for (const text of [out, err]) assert.ok(!holds(text, KEY), text);
    assert.deepEqual(placesOf(KEY, workspace.folder), []);
    workspace.remove();
  });
});
