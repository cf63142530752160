/** A provider in this process that keeps its own bill and answers in any order, well, badly or not at all. */
import { PromptOptError } from '../../src/protocol/errors.ts';
import type { GenerationRequest, Usage } from '../../src/engine/models/language-model.ts';
import type { ModelPrice } from '../../src/engine/models/price.ts';
import type { ProviderDescriptor } from '../../src/engine/models/provider.ts';
import type { RandomStream } from '../../src/engine/statistics/random.ts';
import { worstCaseOf } from '../../src/engine/models/worst-case.ts';
import { makeGeneration, makeInfo } from './models.ts';

export interface BillingOptions {
  readonly random: RandomStream;
  readonly price: ModelPrice;
  /** Of all calls: failed without a bill, refused, and cut after they were billed. */
  readonly failing: number;
  readonly refusing: number;
  readonly cutting: number;
  /** The call, counted from 0, that uses more than was announced; -1 for none. */
  readonly overrunAt: number;
}

export interface BillingServer {
  readonly provider: ProviderDescriptor;
  readonly info: ReturnType<typeof makeInfo>;
  /** What really was charged, whether or not anybody heard of it. */
  readonly bill: { calls: number; tokens: number; usd: number };
  readonly inAir: () => number;
  readonly mostInAir: () => number;
  /** Calls that had come when the one that used too much was answered; null before. */
  readonly atOverrun: () => number | null;
  /** Answers so many calls of those in the air, whichever. */
  answer(count: number): void;
}

export function billingServer(options: BillingOptions): BillingServer {
  const { random, price, failing, refusing, cutting, overrunAt } = options;
  const info = makeInfo({ price });
  const bill = { calls: 0, tokens: 0, usd: 0 };
  const air: (() => void)[] = [];
  let most = 0;
  let atOverrun: number | null = null;

  const charge = ({ inputTokens, outputTokens }: Usage): void => {
    bill.tokens += inputTokens + outputTokens;
    bill.usd += (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1e6;
  };
  /** Within what was announced, all of it now and then. */
  const usageOf = (request: GenerationRequest, overrun: boolean): Usage => {
    const worst = worstCaseOf(request, info);
    const part = random.next() < 0.1 ? 1 : random.next();
    return {
      inputTokens: Math.floor(worst.inputTokens * part),
      outputTokens: Math.floor(worst.outputTokens * part) + (overrun ? worst.inputTokens + worst.outputTokens : 0),
      cachedInputTokens: 0,
      reasoningTokens: 0,
    };
  };

  return {
    info,
    bill,
    inAir: () => air.length,
    mostInAir: () => most,
    atOverrun: () => atOverrun,
    answer(count) {
      for (let left = count; left > 0 && air.length > 0; left--) air.splice(random.integer(air.length), 1)[0]?.();
    },
    provider: {
      name: 'test',
      title: 'Test',
      summary: 'Keeps its own bill.',
      example: 'test/model',
      accounting: '',
      keyVariable: null,
      baseUrlVariable: null,
      connect: () =>
        Promise.resolve({
          async generate(request, { signal } = {}) {
            const number = bill.calls++;
            await new Promise<void>((resolve) => {
              air.push(resolve);
              most = Math.max(most, air.length);
            });
            const luck = random.next();
            if (number !== overrunAt) {
              if (luck < failing) throw new PromptOptError('transient', 'It failed.', { status: 500 });
              if (luck < failing + refusing)
                throw new PromptOptError('transient', 'Too many requests.', { status: 429, retryAfterMs: 1 });
            }
            const usage = usageOf(request, number === overrunAt);
            charge(usage);
            if (signal?.aborted === true)
              throw new PromptOptError('stopped', 'The call was cancelled.', { mayHaveCost: true });
            if (number === overrunAt) atOverrun = bill.calls;
            else if (luck < failing + refusing + cutting)
              throw new PromptOptError('transient', 'The connection was cut.', { mayHaveCost: true });
            return makeGeneration('ok', { usage });
          },
          describe: () => Promise.resolve(info),
          countTokens: (_id, text) => Promise.resolve(text.length),
          list: () => Promise.resolve([]),
        }),
    },
  };
}
