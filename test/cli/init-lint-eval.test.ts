import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EvaluationReport } from '../../src/protocol/evaluation-report.ts';
import type { LintedFile } from '../../src/engine/exchange/sarif.ts';
import { makeWorkspace, specText } from '../support/workspace.ts';
import { documentOf, runCli } from './support/run-cli.ts';

describe('promptopt init', function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), 'promptopt-init-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...args: string[]) => runCli(args, { cwd: folder });

  it('writes a task that lints clean and can be optimized, and never overwrites', async () => {
    const first = await run('init', 'my task');
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /promptopt optimize "/);
    const spec = join(folder, 'my task', 'my-task.prompt.yaml');
    const text = readFileSync(spec, 'utf8');
    const [lint, again] = await Promise.all([run('lint', 'my task'), run('init', 'my task')]);
    assert.equal(lint.code, 0, lint.out);
    assert.match(lint.out, /1 file, no problems/);
    assert.equal(again.code, 2);
    assert.match(again.err, /is there already; nothing was written/);
    assert.equal(readFileSync(spec, 'utf8'), text);
    const optimized = await run('optimize', spec, '--json');
    assert.equal(optimized.code, 0, optimized.err);
    assert.equal((documentOf(optimized) as { verdict: { outcome: string } }).verdict.outcome, 'better');
  });
});

describe('promptopt lint', function () {
  this.timeout(30_000);
  const workspace = makeWorkspace();
  after(() => {
    workspace.remove();
  });
  const run = (...args: string[]) => runCli(args, { cwd: workspace.folder });
  const write = (name: string, text: string): string => {
    const folder = join(workspace.folder, name);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'x.prompt.yaml');
    writeFileSync(file, text);
    return join(name, 'x.prompt.yaml');
  };

  const broken = write('broken', 'name: x\nmessages:\n  - role: user\n   content: "{{a"\n');
  const typo = write('typo', `${specText()}descripton: a typo\n`);

  it('prints file, line, column, severity and rule, and exits with 1 for errors', async () => {
    const end = await run('lint', broken);
    assert.equal(end.code, 1);
    assert.match(end.out, /^broken[\\/]x\.prompt\.yaml:\d+:\d+ error syntax /m);
    assert.match(end.out, /1 file, \d+ errors?/);
  });

  it('names rows that cannot be used by their own file and line', async () => {
    const spec = write('rows', specText());
    for (const name of ['train', 'validation', 'test']) {
      writeFileSync(join(workspace.folder, 'rows', `${name}.jsonl`), '{"message":"hi","expected":"billing"}\n');
    }
    writeFileSync(
      join(workspace.folder, 'rows', 'train.jsonl'),
      '{"message":"hi","expected":"billing"}\n{oops\n{"text":1}\n',
    );
    const end = await run('lint', spec, '--format', 'json');
    assert.equal(end.code, 1);
    const { files, errors } = documentOf(end) as { files: LintedFile[]; errors: number };
    const data = files.find(({ file }) => file.endsWith('train.jsonl'));
    assert.deepEqual(
      data?.diagnostics.map(({ rule, range }) => [rule, range.start.line + 1]),
      [
        ['bad-row', 2],
        ['bad-row', 3],
      ],
    );
    assert.equal(errors, 2);
  });

  it('searches folders, and suggests the key that was meant', async () => {
    const end = await run('lint', 'typo', 'broken');
    assert.equal(end.code, 1);
    assert.match(end.out, /unknown-key .*description/);
    assert.match(end.out, /broken/);
  });

  it('prints SARIF 2.1.0 with the docs of its rules', async () => {
    const end = await run('lint', typo, '--format', 'sarif');
    const sarif = documentOf(end) as {
      version: string;
      runs: {
        tool: { driver: { name: string; rules: { id: string; shortDescription?: { text: string } }[] } };
        results: {
          ruleId: string;
          ruleIndex: number;
          level: string;
          message: { text: string };
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: string };
                region: { startLine: number; startColumn: number };
              };
            },
          ];
        }[];
      }[];
    };
    assert.equal(sarif.version, '2.1.0');
    const [sarifRun] = sarif.runs;
    const result = sarifRun?.results.find(({ ruleId }) => ruleId === 'unknown-key');
    assert.ok(sarifRun !== undefined && result !== undefined);
    assert.equal(sarifRun.tool.driver.rules[result.ruleIndex]?.id, 'unknown-key');
    assert.ok((sarifRun.tool.driver.rules[result.ruleIndex]?.shortDescription?.text ?? '') !== '');
    const [location] = result.locations;
    assert.equal(location.physicalLocation.artifactLocation.uri, 'typo/x.prompt.yaml');
    const lines = `${specText()}descripton: a typo\n`.split('\n');
    assert.equal(lines[location.physicalLocation.region.startLine - 1], 'descripton: a typo');
    assert.equal(location.physicalLocation.region.startColumn, 1);
  });

  it('prints annotations for GitHub, one line each', async () => {
    const end = await run('lint', typo, '--format', 'github');
    assert.match(
      end.out,
      /^::(warning|error) file=typo\/x\.prompt\.yaml,line=\d+,endLine=\d+,col=1,title=unknown-key::/m,
    );
  });

  it('says when there is nothing to lint', async () => {
    mkdirSync(join(workspace.folder, 'empty'));
    const [empty, missing] = await Promise.all([run('lint', 'empty'), run('lint', 'nowhere')]);
    assert.deepEqual([empty.code, missing.code], [2, 2]);
    assert.match(empty.err, /no prompt file in empty/);
    assert.match(missing.err, /nowhere cannot be read/);
  });
});

describe('promptopt eval', function () {
  this.timeout(30_000);
  const workspace = makeWorkspace({ more: 'constraints:\n  - { name: brief, maxWords: 3 }\n' });
  after(() => {
    workspace.remove();
  });
  const run = (...args: string[]) => runCli(['eval', workspace.spec, ...args], { cwd: workspace.folder });

  it('prints score, constraints, worst rows and cost, and that a stand-in answered', async () => {
    const end = await run();
    assert.equal(end.code, 0, end.err);
    assert.match(end.out, /no language model/);
    assert.match(end.out, /Score\s+0\.\d\d ± 0\.\d\d, 24 rows/);
    assert.match(end.out, /brief\s+\d+ %\s+\d+ of 24/);
    assert.match(end.out, /0\.00\s+validation\.jsonl:\d+/);
    assert.match(end.out, /Spent\s+\$0\.00, 24 calls/);
  });

  it('asks the split and as often as it is told', async () => {
    const report = documentOf(await run('--split', 'test', '--repeat', '2', '--json')) as EvaluationReport;
    assert.deepEqual([report.split, report.repeat, report.rows.length, report.estimate.rows], ['test', 2, 80, 40]);
    assert.equal(report.embedded, true);
  });

  it('exits with 1 under the bar, with JUnit for every row', async () => {
    const end = await run('--fail-under', '0.99', '--junit', 'out/junit.xml', '--json');
    assert.equal(end.code, 1);
    const report = documentOf(end) as EvaluationReport;
    const xml = readFileSync(join(workspace.folder, 'out', 'junit.xml'), 'utf8');
    const failed = report.rows.filter((row) => row.score < 0.99).length;
    assert.match(xml, new RegExp(`<testsuites name="promptopt" tests="24" failures="${failed}"`));
    assert.equal(xml.match(/<testcase /g)?.length, 24);
    assert.equal(xml.match(/<failure /g)?.length, failed);
    assert.equal((await run('--fail-under', '0')).code, 0);
  });

  it('goes on in the user data folder when the workspace cannot be written', async function () {
    // Root may write anywhere, and Windows has no such mode.
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    chmodSync(workspace.folder, 0o555);
    try {
      const end = await run('--json');
      assert.equal(end.code, 0, end.err);
      assert.ok((documentOf(end) as EvaluationReport).notes.some((note) => note.includes('cannot be written')));
    } finally {
      chmodSync(workspace.folder, 0o755);
    }
  });
});
