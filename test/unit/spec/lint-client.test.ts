import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLintClient } from '../../../src/engine/lint-client.ts';
import type { LintClient } from '../../../src/engine/lint-client.ts';
import { isPromptOptError } from '../../../src/protocol/errors.ts';
import { lint, places } from '../../support/spec-language.ts';

const realWorker = pathToFileURL(resolve(import.meta.dirname, '../../../src/engine/lint-worker.ts'));
const file = (name: string): string =>
  `mdoel: x\nname: ${name}\nmessages:\n  - { role: user, content: "Message: {{message}}" }\n`;

describe('linting in a thread', () => {
  let folder = '';
  const clients: LintClient[] = [];
  const clientOf = (workerPath: string | URL): LintClient => {
    const client = createLintClient({ workerPath });
    clients.push(client);
    return client;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-lint-'));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds what the linter finds, sees files beside the spec and takes severities', async () => {
    const client = clientOf(realWorker);
    const path = join(folder, 'a.prompt.yaml');
    assert.deepEqual(await client.lint(file('a'), path), lint(file('a'), { path }));
    const withData = `${file('a')}data: { train: rows.jsonl }\n`;
    assert.deepEqual(places((await client.lint(withData, path)) ?? []), [
      'unknown-key 1:1-1:6',
      'unreachable-file 5:16-5:26',
    ]);
    writeFileSync(join(folder, 'rows.jsonl'), '{}');
    assert.deepEqual(await client.lint(withData, path, { severities: { 'unknown-key': 'off' } }), []);
  });

  it('answers the newest text of a file, and each of several files', async () => {
    const client = clientOf(realWorker);
    const [a, b] = [join(folder, 'a.prompt.yaml'), join(folder, 'b.prompt.yaml')];
    const answers = await Promise.all([
      client.lint(file('1'), a),
      client.lint(file('2'), a),
      client.lint(file('3'), b),
      client.lint('nmae: 4\n', a),
    ]);
    assert.deepEqual(
      answers.map((answer) => answer && places(answer)[0]),
      [null, null, 'unknown-key 1:1-1:6', 'unknown-key 1:1-1:5'],
    );
  });

  it('starts a thread that died again, once', async () => {
    const dying = join(folder, 'dies-once.mjs');
    writeFileSync(
      dying,
      `import { existsSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
const marker = ${JSON.stringify(join(folder, 'died'))};
if (existsSync(marker)) await import(${JSON.stringify(realWorker.href)});
else parentPort.on('message', () => { writeFileSync(marker, ''); process.exit(1); });
`,
    );
    const found = await clientOf(dying).lint(file('a'), join(folder, 'a.prompt.yaml'));
    assert.deepEqual(places(found ?? []), ['unknown-key 1:1-1:6']);
  });

  it('gives up on a text that ends it twice, and goes on with others', async () => {
    const client = clientOf(realWorker);
    const path = join(folder, 'a.prompt.yaml');
    const poison = null as unknown as string;
    await assert.rejects(client.lint(poison, path), (error) => isPromptOptError(error) && error.code === 'internal');
    assert.deepEqual(places((await client.lint(file('a'), path)) ?? []), ['unknown-key 1:1-1:6']);
    await assert.rejects(clientOf(join(folder, 'gone.mjs')).lint(file('a'), path), (error) => isPromptOptError(error));
  });

  it('lets go of what it was asked when it is closed', async () => {
    const client = clientOf(realWorker);
    const asked = [client.lint(file('a'), join(folder, 'a')), client.lint(file('b'), join(folder, 'b'))];
    await client.close();
    assert.deepEqual(await Promise.all(asked), [null, null]);
    assert.equal(await client.lint(file('a'), join(folder, 'a')), null);
  });
});
