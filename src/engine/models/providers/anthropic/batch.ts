/** Anthropic's message batches: calls handed in together, answered within a day at half the price. */
import type * as anthropic from '@anthropic-ai/sdk';
import type { Anthropic } from '@anthropic-ai/sdk';
import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import { PromptOptError, isPromptOptError } from '../../../../protocol/errors.ts';
import type { BatchPort, BatchReply, BatchResults } from '../../batch-port.ts';
import type { Generation, GenerationRequest } from '../../language-model.ts';
import type { Endpoint } from '../endpoint.ts';
import { STATUS_OF_TYPE, notAnthropic, toPromptOptError } from './errors.ts';
import { readMessage } from './reply.ts';
import type { MessageReceived, Reply } from './reply.ts';
import type { WireRequest } from './request.ts';

export interface BatchServices {
  readonly sdk: typeof anthropic;
  readonly client: Anthropic;
  readonly endpoint: Endpoint;
  /** @throws PromptOptError `bad-request` for what Anthropic cannot carry */
  readonly toWire: (request: GenerationRequest) => WireRequest;
  readonly toGeneration: (reply: Reply, request: GenerationRequest) => Promise<Generation>;
  /** One attempt within its time. */
  readonly within: <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

const BATCHES = '/v1/messages/batches';
const VERSION = 'anthropic-version';

/** Clocks of two machines may be so far apart, and a submission may take so long. */
const APART_MS = 10 * 60_000;

/** One line of the results; a server may send anything. */
interface Line {
  readonly custom_id?: unknown;
  readonly result?: {
    readonly type?: unknown;
    readonly message?: MessageReceived;
    readonly error?: { readonly error?: { readonly type?: unknown } };
  };
}

const countOf = ({ request_counts: counts }: MessageBatch): { done: number; of: number } => {
  const done = counts.succeeded + counts.errored + counts.canceled + counts.expired;
  return { done, of: done + counts.processing };
};

export function createBatchPort(services: BatchServices): BatchPort {
  const { sdk, client, endpoint, toWire, toGeneration, within } = services;
  const { provider, who } = endpoint;

  const statusIs = (error: unknown, ...statuses: readonly number[]): error is PromptOptError =>
    isPromptOptError(error) && statuses.includes(error.details.status ?? 0);

  const noLonger = (error: unknown): unknown =>
    statusIs(error, 404)
      ? new PromptOptError('bad-request', `${who} has this batch no longer (404).`, { provider, status: 404 })
      : error;

  const unanswered = {
    expired: new PromptOptError('transient', `${who} did not answer all of a batch within its day.`, {
      provider,
      remedy: 'Resume the run to ask the rest again; it cost nothing.',
    }),
    canceled: new PromptOptError('unavailable', `A batch was cancelled at ${who}.`, {
      provider,
      remedy: 'Resume the run to ask the rest again; it cost nothing.',
    }),
  };

  function replyOf({ result }: Line): BatchReply {
    if (result?.type === 'succeeded') {
      const reply = readMessage(result.message);
      return (request) => (reply === null ? Promise.reject(notAnthropic(endpoint)) : toGeneration(reply, request));
    }
    const type = result?.error?.error?.type;
    const status = STATUS_OF_TYPE[typeof type === 'string' ? type : ''] ?? 500;
    const error = sdk.APIError.generate(status, result?.error ?? {}, undefined, new Headers());
    return (request) => Promise.reject(toPromptOptError(sdk, error, endpoint, request.model, false));
  }

  return {
    largest: { calls: 100_000, bytes: 256_000_000 },
    toWire(request) {
      const { body, headers } = toWire(request);
      // A batch is asked in one version of the protocol.
      return { body, kind: headers[VERSION] ?? '' };
    },
    async submit(calls, kind, _token, signal) {
      try {
        const batch = await within(signal, (inTime) =>
          client.post<MessageBatch | null>(BATCHES, {
            body: { requests: calls.map(({ id, body }) => ({ custom_id: id, params: body })) },
            headers: kind === '' ? {} : { [VERSION]: kind },
            signal: inTime,
          }),
        );
        if (typeof batch?.id !== 'string') throw notAnthropic(endpoint);
        return batch.id;
      } catch (error) {
        if (!statusIs(error, 404, 405)) throw error;
        throw new PromptOptError('unavailable', `${who} has no batch endpoint (${error.details.status ?? 404}).`, {
          ...error.details,
          remedy: 'Leave out --batch to ask it call by call.',
        });
      }
    },
    async poll(batchId, signal) {
      try {
        const batch = await within(signal, (inTime) =>
          client.messages.batches.retrieve(batchId, {}, { signal: inTime }),
        );
        return { ended: batch.processing_status === 'ended', ...countOf(batch) };
      } catch (error) {
        throw noLonger(error);
      }
    },
    async results(batchId, signal): Promise<BatchResults> {
      try {
        return await within(signal, async (inTime) => {
          // By the address that was set, not by the one the server names: a gateway before it would be passed by.
          const response = await client.get(`${BATCHES}/${batchId}/results`, { signal: inTime }).asResponse();
          const replies = new Map<string, BatchReply>();
          let failure: PromptOptError | null = null;
          for (const text of (await response.text()).split('\n')) {
            if (text.trim() === '') continue;
            const line = JSON.parse(text) as Line;
            const end = line.result?.type;
            if (end === 'expired' || end === 'canceled') failure = unanswered[end];
            else if (typeof line.custom_id === 'string') replies.set(line.custom_id, replyOf(line));
          }
          return { replies, failure };
        });
      } catch (error) {
        throw noLonger(error);
      }
    },
    async cancel(batchId) {
      await within(undefined, (inTime) => client.messages.batches.cancel(batchId, {}, { signal: inTime }));
    },
    // A batch carries no mark of ours here: those of that time with as many calls may be it.
    find: ({ calls, submittedAt }, signal) =>
      within(signal, async (inTime) => {
        const found: { batchId: string; certain: boolean }[] = [];
        for await (const batch of client.messages.batches.list({ limit: 100 }, { signal: inTime })) {
          const createdAt = Date.parse(batch.created_at);
          // The newest come first.
          if (createdAt < submittedAt - APART_MS) break;
          const isNear = createdAt <= submittedAt + APART_MS;
          if (isNear && countOf(batch).of === calls.length) found.push({ batchId: batch.id, certain: false });
        }
        return found;
      }),
  };
}
