/** A provider in this process that allows so many calls a second and refuses the rest, in the time of a clock. */
import { PromptOptError } from '../../src/protocol/errors.ts';
import type { Clock } from '../../src/engine/models/clock.ts';
import type { ProviderDescriptor } from '../../src/engine/models/provider.ts';
import { makeGeneration, makeInfo } from './models.ts';

export interface ThrottlingOptions {
  readonly clock: Clock;
  /** Answers a second it allows; unused ones add up to `burst`. */
  readonly rate: number;
  readonly burst: number;
  /** Milliseconds until it answers, one way or the other. */
  readonly latency: number;
  /** Of the calls it could answer, the share it refuses all the same, 0…1. */
  readonly refuses: number;
  /** Milliseconds it asks to wait; absent: it does not say. Given what the wait for the next free place is. */
  readonly hint?: (untilFree: number) => number;
  readonly random: () => number;
}

export interface ThrottlingServer {
  readonly provider: ProviderDescriptor;
  readonly answered: () => number;
  readonly refused: () => number;
}

export function throttlingServer(options: ThrottlingOptions): ThrottlingServer {
  const { clock, rate, burst, latency, refuses, hint, random } = options;
  let answered = 0;
  let refused = 0;
  let level = burst;
  let at = clock.now();

  const isAllowed = (): boolean => {
    const now = clock.now();
    level = Math.min(burst, level + ((now - at) * rate) / 1000);
    at = now;
    if (level < 1 || random() < refuses) return false;
    level--;
    return true;
  };

  return {
    answered: () => answered,
    refused: () => refused,
    provider: {
      name: 'test',
      title: 'Test',
      summary: 'Allows so many calls a second.',
      example: 'test/model',
      accounting: '',
      keyVariable: null,
      baseUrlVariable: null,
      connect: () =>
        Promise.resolve({
          async generate(request) {
            await clock.sleep(latency);
            if (isAllowed()) {
              answered++;
              return makeGeneration(request.messages.length === 0 ? '' : 'ok');
            }
            refused++;
            const untilFree = Math.max(0, ((1 - level) * 1000) / rate);
            throw new PromptOptError('transient', 'Too many requests.', {
              status: 429,
              ...(hint === undefined ? {} : { retryAfterMs: hint(untilFree) }),
            });
          },
          describe: () => Promise.resolve(makeInfo()),
          countTokens: (_id, text) => Promise.resolve(text.length),
          list: () => Promise.resolve([]),
        }),
    },
  };
}
