/** The tokenizer's thread: o200k_base, the byte-level encoding of OpenAI's present models. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

export interface TokenizerRequest {
  readonly id: number;
  readonly text: string;
}

export interface TokenizerAnswer {
  readonly id: number;
  readonly count: number;
}

parentPort?.on('message', ({ id, text }: TokenizerRequest) => {
  // Text that looks like a control token is text here: a user may write anything.
  const count = countTokens(text, { disallowedSpecial: new Set() });
  parentPort?.postMessage({ id, count } satisfies TokenizerAnswer);
});
