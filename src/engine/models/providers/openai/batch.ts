/** OpenAI's batches: calls as lines of a file, answered within a day at half the price. */
import type * as openai from 'openai';
import type { OpenAI } from 'openai';
import type { Batch } from 'openai/resources/batches';
import { PromptOptError, isPromptOptError } from '../../../../protocol/errors.ts';
import type { BatchPort, BatchReply, BatchResults } from '../../batch-port.ts';
import type { Generation, GenerationRequest } from '../../language-model.ts';
import type { Endpoint } from '../endpoint.ts';
import { isRecord, textOr } from './answer.ts';
import type { Api } from './api.ts';
import { toPromptOptError } from './errors.ts';

export interface BatchServices {
  readonly sdk: typeof openai;
  readonly client: OpenAI;
  readonly endpoint: Endpoint;
  /** A call in the words of the API it goes to. @throws PromptOptError `bad-request` */
  readonly toBody: (request: GenerationRequest) => { readonly api: Api; readonly body: unknown };
  /** A reply as that API words it, whole. */
  readonly read: (reply: unknown, api: Api, request: GenerationRequest) => Promise<Generation>;
  /** One attempt within its time. */
  readonly within: <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** The name our mark has among the metadata of a batch. */
const MARK = 'promptopt';

/** Clocks of two machines may be so far apart, and a submission may take so long. */
const APART_MS = 10 * 60_000;

const URLS = { chat: '/v1/chat/completions', responses: '/v1/responses' } as const;
const apiOf = (kind: string): Api => (kind === 'responses' ? 'responses' : 'chat');

const ENDED: readonly Batch['status'][] = ['completed', 'failed', 'expired', 'cancelled'];

/** Reasons of one line that concern the whole batch. */
const EXPIRED = 'batch_expired';
const CANCELLED = 'batch_cancelled';

export function createBatchPort({ sdk, client, endpoint, toBody, read, within }: BatchServices): BatchPort {
  const { provider, who } = endpoint;

  /** A server without batches answers as if its files were missing. */
  const noBatches = (error: unknown): unknown =>
    isPromptOptError(error) && (error.details.status === 404 || error.details.status === 405)
      ? new PromptOptError('unavailable', `${who} has no batch endpoint (${error.details.status}).`, {
          provider,
          status: error.details.status,
          remedy: 'Leave out --batch to ask it call by call.',
        })
      : error;

  const noLonger = (error: unknown): unknown =>
    isPromptOptError(error) && error.details.status === 404
      ? new PromptOptError('bad-request', `${who} has this batch no longer (404).`, { provider, status: 404 })
      : error;

  const expired = (): PromptOptError =>
    new PromptOptError('transient', `${who} did not answer all of a batch within its day.`, {
      provider,
      remedy: 'Resume the run to ask the rest again; it cost nothing.',
    });
  const cancelled = (): PromptOptError =>
    new PromptOptError('unavailable', `A batch was cancelled at ${who}.`, {
      provider,
      remedy: 'Resume the run to ask the rest again; it cost nothing.',
    });

  function failureOf(batch: Batch): PromptOptError | null {
    switch (batch.status) {
      case 'expired':
        return expired();
      case 'cancelled':
        return cancelled();
      case 'failed': {
        const code = textOr(batch.errors?.data?.[0]?.code);
        if (code === 'token_limit_exceeded') {
          return new PromptOptError('transient', `${who} has as many tokens in batches of yours as it takes.`, {
            provider,
            remedy: 'Wait until other batches have ended, then resume the run.',
          });
        }
        const known = /^[\w.-]{1,48}$/.test(code) ? ` (${code})` : '';
        return new PromptOptError('unavailable', `${who} refused a batch${known}.`, {
          provider,
          remedy: 'Check that the model can be asked by batch, or leave out --batch.',
        });
      }
      default:
        return null;
    }
  }

  /** The reply of one line of an output or error file; null when the batch ended before it. */
  function replyOf(line: Readonly<Record<string, unknown>>, api: Api): BatchReply | null {
    const code = isRecord(line['error']) ? textOr(line['error']['code']) : '';
    if (code === EXPIRED || code === CANCELLED) return null;
    const response = isRecord(line['response']) ? line['response'] : {};
    const status = Number(response['status_code']);
    if (status === 200) return async (request) => await read(response['body'], api, request);
    return (request) => {
      const body = isRecord(response['body']) ? response['body'] : { error: line['error'] };
      const known = Number.isInteger(status) && status >= 400 ? status : 500;
      const error = sdk.APIError.generate(known, body, undefined, new Headers());
      return Promise.reject(toPromptOptError(sdk, error, endpoint, request.model, false));
    };
  }

  const linesOf = async (fileId: string | undefined, signal: AbortSignal): Promise<readonly unknown[]> => {
    if (fileId === undefined) return [];
    const file = await client.files.content(fileId, { signal });
    return (await file.text()).split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as unknown]));
  };

  return {
    largest: { calls: 50_000, bytes: 200_000_000 },
    toWire(request) {
      const { api, body } = toBody(request);
      return { kind: api, body };
    },
    async submit(calls, kind, token, signal) {
      const url = URLS[apiOf(kind)];
      const lines = calls.map(({ id, body }) => JSON.stringify({ custom_id: id, method: 'POST', url, body }));
      let inputFile: string;
      try {
        inputFile = await within(signal, async (inTime) => {
          const file = await sdk.toFile(Buffer.from(`${lines.join('\n')}\n`), 'promptopt.jsonl');
          return (await client.files.create({ file, purpose: 'batch' }, { signal: inTime })).id;
        });
      } catch (error) {
        // A file that was handed in is no batch yet, and costs nothing.
        const told = noBatches(error);
        throw isPromptOptError(told)
          ? new PromptOptError(told.code, told.message, { ...told.details, mayHaveCost: false })
          : told;
      }
      try {
        const batch = await within(signal, (inTime) =>
          client.batches.create(
            { completion_window: '24h', endpoint: url, input_file_id: inputFile, metadata: { [MARK]: token } },
            { signal: inTime },
          ),
        );
        return batch.id;
      } catch (error) {
        throw noBatches(error);
      }
    },
    async poll(batchId, signal) {
      try {
        const batch = await within(signal, (inTime) => client.batches.retrieve(batchId, { signal: inTime }));
        const { completed = 0, failed = 0, total = 0 } = batch.request_counts ?? {};
        return { ended: ENDED.includes(batch.status), done: completed + failed, of: total };
      } catch (error) {
        throw noLonger(error);
      }
    },
    async results(batchId, signal): Promise<BatchResults> {
      try {
        return await within(signal, async (inTime) => {
          const batch = await client.batches.retrieve(batchId, { signal: inTime });
          const api: Api = batch.endpoint.endsWith('/responses') ? 'responses' : 'chat';
          const replies = new Map<string, BatchReply>();
          for (const fileId of [batch.output_file_id, batch.error_file_id]) {
            for (const line of await linesOf(fileId ?? undefined, inTime)) {
              if (!isRecord(line)) continue;
              const reply = replyOf(line, api);
              if (reply !== null) replies.set(textOr(line['custom_id']), reply);
            }
          }
          return { replies, failure: failureOf(batch) };
        });
      } catch (error) {
        throw noLonger(error);
      }
    },
    async cancel(batchId) {
      await within(undefined, (inTime) => client.batches.cancel(batchId, { signal: inTime }));
    },
    find: ({ token, submittedAt }, signal) =>
      within(signal, async (inTime) => {
        for await (const batch of client.batches.list({ limit: 100 }, { signal: inTime })) {
          if (batch.metadata?.[MARK] === token) return [{ batchId: batch.id, certain: true }];
          // The newest come first.
          if (batch.created_at * 1000 < submittedAt - APART_MS) break;
        }
        return [];
      }),
  };
}
