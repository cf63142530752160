import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, isPromptOptError } from '../../src/protocol/errors.ts';
import { optimizeInProcess } from '../support/optimize-process.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

const OPTIONS = { seed: 7, limits: { calls: 250 } };
const isStoreError = (text: RegExp) => (error: unknown) =>
  isPromptOptError(error) && error.code === 'store' && text.test(describeError(error));

describe('where results are kept', function () {
  this.timeout(60_000);
  const made: Workspace[] = [];
  const workspaceOf = (...options: Parameters<typeof makeWorkspace>): Workspace => {
    const workspace = makeWorkspace(...options);
    made.push(workspace);
    return workspace;
  };
  afterEach(() => {
    for (const workspace of made.splice(0)) workspace.remove();
  });

  const optimize = async (workspace: Workspace, open: Parameters<Workspace['open']>[0] = {}) => {
    const engine = workspace.open(open);
    try {
      return await (
        await (await engine.plan(await engine.openTask(workspace.spec), OPTIONS)).start()
      ).result;
    } finally {
      await engine.close();
    }
  };

  it('is the user’s own folder when the workspace cannot be written, and the run says so', async function () {
    const workspace = workspaceOf();
    // A file where the folder should be: refused for everyone, root too.
    writeFileSync(join(workspace.folder, '.promptopt'), '');
    const result = await optimize(workspace);
    assert.ok(readdirSync(workspace.userData).length > 0);
    assert.ok(
      result.notes.some((note) => note.includes('cannot be written; results are kept in')),
      `notes: ${result.notes.join('\n')}`,
    );
    if (process.platform === 'win32' || process.getuid?.() === 0) return;
    const locked = workspaceOf();
    chmodSync(locked.folder, 0o500);
    mkdirSync(join(tmpdir(), 'promptopt-user'), { recursive: true });
    const elsewhere = mkdtempSync(join(tmpdir(), 'promptopt-user', 'x-'));
    assert.notEqual((await optimize(locked, { userData: elsewhere })).verdict, null);
    chmodSync(locked.folder, 0o700);
    rmSync(elsewhere, { recursive: true });
  });

  it('refuses a store of a newer version politely and leaves it as it is', async () => {
    const workspace = workspaceOf();
    await optimize(workspace);
    const database = new DatabaseSync(workspace.database);
    database.exec('PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const before = readFileSync(workspace.database);
    await assert.rejects(optimize(workspace), isStoreError(/newer version.*Update Prompt Optimizer/s));
    assert.deepEqual(readFileSync(workspace.database), before);
  });

  it('says what to do about a damaged store', async () => {
    for (const damage of [
      () => Buffer.from('This is no database. '.repeat(500)),
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]),
    ]) {
      const workspace = workspaceOf();
      await optimize(workspace);
      writeFileSync(workspace.database, damage(readFileSync(workspace.database)));
      await assert.rejects(optimize(workspace), isStoreError(/damaged.*Move the \.promptopt folder away/s));
    }
  });

  it('on a full disk ends with one clear sentence, and loses nothing that was paid for', async function () {
    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    const disk = mkdtempSync(join(tmpdir(), 'promptopt-disk-'));
    let mounted = false;
    try {
      if (isRoot) {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
        mounted = true;
      }
    } catch {
      // No right to mount, e.g. in a container.
    }
    if (!mounted) {
      rmSync(disk, { recursive: true });
      // A disk of a set size needs a mount, which needs root.
      this.skip();
    }
    const workspace = makeWorkspace({ inside: disk });
    const filler = join(disk, 'filler');
    const fill = (): void => {
      for (let size = 1_000_000; size >= 1; size = Math.floor(size / 2)) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch {
          // Full for this size; smaller pieces may still fit.
        }
      }
    };
    const server = await startOpenAiServer((call, response) => {
      if (call.index === 40) fill();
      send(response, apprenticeCompletion(call));
    });
    try {
      writeFileSync(join(workspace.folder, 'promptopt.config.yaml'), configFor(server.baseUrl));
      const order = { spec: workspace.spec, options: { ...OPTIONS, model: 'openai/m' }, engine: { useCache: false } };
      await assert.rejects(
        optimizeInProcess(order).result,
        /^Error: The disk is full: .* resume the run; nothing paid for is lost\.$/,
      );
      rmSync(filler);
      const bought = server.calls.length;
      const database = new DatabaseSync(workspace.database);
      const { kept } = database.prepare('SELECT count(*) AS kept FROM journal').get() as { kept: number };
      database.close();
      assert.ok(bought - kept <= 8, `${bought} were bought, ${kept} are kept`);
      const result = await optimizeInProcess({ ...order, resume: true }).result;
      assert.ok(result !== null && result.verdict !== null);
      assert.equal(
        server.calls.length,
        bought + (result.spent.calls - kept),
        'only what the journal does not have is bought',
      );
    } finally {
      await server.close();
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    }
  });
});

describe('bad data', () => {
  const cases: readonly [string, (workspace: Workspace) => void, RegExp][] = [
    [
      'an empty data set',
      ({ folder }) => {
        for (const name of ['train', 'validation', 'test']) writeFileSync(join(folder, `${name}.jsonl`), '\n');
      },
      /empty|no .*rows/i,
    ],
    [
      'a row that does not parse',
      ({ folder }) => {
        writeFileSync(join(folder, 'train.jsonl'), `{"message": "x", "expected": "billing"}\nsecretcontent\n`);
      },
      /not JSON/,
    ],
    [
      'a row without a value for a variable',
      ({ folder }) => {
        writeFileSync(join(folder, 'test.jsonl'), '{"message": "x", "expected": "billing"}\n{"expected": "billing"}\n');
      },
      /"message"/,
    ],
    [
      'a missing file',
      ({ folder }) => {
        rmSync(join(folder, 'validation.jsonl'));
      },
      /validation\.jsonl/,
    ],
  ];
  for (const [what, spoil, text] of cases) {
    it(`${what} is named with its file and line before anything is sent, without the row's content`, async () => {
      const workspace = makeWorkspace();
      spoil(workspace);
      const engine = workspace.open();
      const task = await engine.openTask(workspace.spec);
      const error: unknown = await engine.plan(task, OPTIONS).then(
        () => null,
        (reason: unknown) => reason,
      );
      await engine.close();
      workspace.remove();
      assert.ok(isPromptOptError(error), String(error));
      assert.ok(error.code === 'data' || error.code === 'spec', error.code);
      assert.match(describeError(error), text);
      assert.ok(!describeError(error).includes('secretcontent'), describeError(error));
      if (what.startsWith('a row'))
        assert.deepEqual([error.details.line, /(?:train|test)\.jsonl$/.test(error.details.file ?? '')], [2, true]);
    });
  }
});
