/** The real DSPy and the official Python SDK on `promptopt serve`: their calls are answered, cached and accounted for. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionResult } from '../../src/protocol/session.ts';
import { documentOf, startCli } from '../cli/support/run-cli.ts';
import type { StartedCli } from '../cli/support/run-cli.ts';
import { askPython, pythonOrSkip } from './support/python.ts';

const TOKEN = 'a-token-of-the-test';

interface Answer {
  readonly predictions: readonly { readonly category: string }[];
  readonly usage: readonly { readonly total_tokens: number }[];
  readonly refused: { readonly type: string; readonly message: string } | null;
  readonly streamed: string;
}

describe('DSPy on served models', function () {
  this.timeout(180_000);
  let python: string;
  let folder: string;
  const started: StartedCli[] = [];

  before(function () {
    // Windows cannot tell a process to end, which is how a session gives its account.
    if (process.platform === 'win32') this.skip();
    python = pythonOrSkip(this);
    folder = mkdtempSync(join(tmpdir(), 'promptopt-served-'));
  });
  after(async () => {
    for (const { child, ended } of started) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(): Promise<{ readonly answer: Answer; readonly session: SessionResult }> {
    const cli = startCli(['serve', '--port', '0', '--token', TOKEN, '--json'], { cwd: folder });
    started.push(cli);
    let said = '';
    cli.child.stderr?.on('data', (text: string) => (said += text));
    await cli.saw('Ctrl-C ends it');
    const answer = askPython(python, 'ask_served.py', {
      model: 'embedded/apprentice',
      baseUrl: /http:\/\/127\.0\.0\.1:\d+\/v1/.exec(said)?.[0],
      token: TOKEN,
      signature: "message -> category: Literal['billing', 'shipping']",
      instructions:
        'Sort the message. billing: about an invoice, a charge or a refund. shipping: about a parcel or its delivery.',
      inputs: [
        { message: 'I was charged twice, please refund my invoice.' },
        { message: 'My parcel has not arrived, where is the delivery?' },
      ],
      refused: 'Hello',
      stream: 'Hello',
    }) as Answer;
    cli.child.kill('SIGINT');
    const ended = await cli.ended;
    assert.equal(ended.code, 0, ended.err);
    return { answer, session: documentOf(ended) as SessionResult };
  }

  it('runs a Predict, buys nothing the second time, and is told what it cannot have', async () => {
    const cold = await ask();
    // Whether the stand-in sorts well is not the question: DSPy has read a label out of each reply.
    assert.equal(cold.answer.predictions.length, 2);
    for (const { category } of cold.answer.predictions) assert.match(category, /^(?:billing|shipping)$/);
    assert.ok(cold.answer.usage.every(({ total_tokens: tokens }) => tokens > 0));
    assert.match(cold.answer.refused?.message ?? '', /cannot be carried here: logprobs/);
    assert.ok(cold.answer.streamed.length > 0);
    assert.ok(cold.session.paid.calls > 0);
    const warm = await ask();
    assert.deepEqual(warm.answer, cold.answer);
    assert.equal(warm.session.paid.calls, 0);
    assert.deepEqual(warm.session.spent, cold.session.spent);
  });
});
