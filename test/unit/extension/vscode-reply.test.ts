import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readReply } from '../../../src/extension/models/vscode-reply.ts';

/** Words, as a tokenizer that is not byte-level may count them. */
const words = (text: string): Promise<number> => Promise.resolve(text.split(/\s+/).filter(Boolean).length);

async function* stream(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

describe('a reply read up to a limit', () => {
  it('is the whole of one that keeps it, the longest beginning of one that does not, and tells just that', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `${text} `),
          { maxLength: 40 },
        ),
        fc.integer({ min: 1, max: 30 }),
        async (pieces, limit) => {
          const told: string[] = [];
          const reply = await readReply(stream(pieces), {
            limit,
            count: words,
            leave: () => undefined,
            onDelta: (text) => told.push(text),
          });
          const whole = pieces.join('');
          assert.equal(told.join(''), reply.text);
          assert.ok(whole.startsWith(reply.text));
          assert.ok((await words(reply.text)) <= limit);
          assert.ok(reply.tokens <= limit);
          assert.equal(reply.cut, (await words(whole)) > limit);
          if (!reply.cut) assert.equal(reply.text, whole);
        },
      ),
    );
  });

  it('leaves a reply that goes on for ever', async () => {
    let left = 0;
    async function* endless(): AsyncGenerator<string> {
      while (left === 0) {
        await Promise.resolve();
        yield 'again and again ';
      }
    }
    const reply = await readReply(endless(), { limit: 20, count: words, leave: () => left++ });
    assert.equal(left, 1);
    assert.equal(reply.cut, true);
    assert.equal(await words(reply.text), 20);
  });

  it('counts a short reply once', async () => {
    let counted = 0;
    const count = (text: string): Promise<number> => {
      counted++;
      return words(text);
    };
    await readReply(stream(['bil', 'ling']), { limit: 20, count, leave: () => undefined });
    assert.equal(counted, 1);
  });

  it('fails as the stream fails', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'half ';
      await Promise.resolve();
      throw new Error('gone');
    }
    await assert.rejects(readReply(broken(), { limit: 20, count: words, leave: () => undefined }), /gone/);
  });
});
