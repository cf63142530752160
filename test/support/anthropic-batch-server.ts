/** A server on 127.0.0.1 with Anthropic's message batches, which end when a test says so. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send } from './http-answers.ts';
import { apprenticeMessage, errorBody, refusalOf, sendError } from './anthropic-server.ts';
import type { ReceivedBody } from './anthropic-server.ts';

export interface BatchRequest {
  readonly custom_id: string;
  readonly params: ReceivedBody;
}

export interface ServedBatch {
  readonly id: string;
  readonly requests: readonly BatchRequest[];
  readonly headers: IncomingHttpHeaders;
  readonly createdAt: number;
  ended: boolean;
}

/** What becomes of a call, as a line of the results says it. */
export type CallEnd =
  | { readonly type: 'succeeded'; readonly message: unknown }
  | { readonly type: 'errored'; readonly error: unknown }
  | { readonly type: 'canceled' | 'expired' };

export interface AnthropicBatchServer {
  readonly baseUrl: string;
  readonly batches: readonly ServedBatch[];
  /** Whether batches are done as soon as they are in; else they wait for `end`. */
  atOnce: boolean;
  end(batch: ServedBatch): void;
  answer: (request: BatchRequest, index: number, headers: IncomingHttpHeaders) => CallEnd;
  /** Takes the next batch and cuts the connection before its name is told. */
  loseNextAnswer: boolean;
  /** Answers every request with this status, when not null. */
  refuse: { readonly status: number; readonly type: string } | null;
  /** Batches somebody else has handed in. */
  plant(requests: readonly BatchRequest[]): ServedBatch;
  close(): Promise<void>;
}

/** As the server of single calls would: what it refuses is an error of that call alone. */
export function answerAsApprentice({ params }: BatchRequest, _index: number, headers: IncomingHttpHeaders): CallEnd {
  const refusal = refusalOf({ headers, body: params });
  return refusal === null
    ? { type: 'succeeded', message: apprenticeMessage({ body: params }) }
    : { type: 'errored', error: errorBody('invalid_request_error', { message: refusal }) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export async function startAnthropicBatchServer(): Promise<AnthropicBatchServer> {
  const batches: ServedBatch[] = [];
  const canceled = new Set<ServedBatch>();

  const endsOf = (batch: ServedBatch): CallEnd[] =>
    batch.requests.map((request, index) =>
      canceled.has(batch) ? { type: 'canceled' } : server.answer(request, index, batch.headers),
    );
  const shown = (batch: ServedBatch): unknown => {
    const ends = batch.ended ? endsOf(batch) : [];
    const count = (type: CallEnd['type']): number => ends.filter((end) => end.type === type).length;
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: batch.ended ? 'ended' : 'in_progress',
      created_at: new Date(batch.createdAt).toISOString(),
      results_url: batch.ended ? `https://api.anthropic.invalid/v1/messages/batches/${batch.id}/results` : null,
      request_counts: {
        processing: batch.ended ? 0 : batch.requests.length,
        succeeded: count('succeeded'),
        errored: count('errored'),
        canceled: count('canceled'),
        expired: count('expired'),
      },
    };
  };

  const add = (requests: readonly BatchRequest[], headers: IncomingHttpHeaders): ServedBatch => {
    const batch = {
      id: `msgbatch_${batches.length + 1}`,
      requests,
      headers,
      createdAt: Date.now(),
      ended: server.atOnce,
    };
    batches.push(batch);
    return batch;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const path = (request.url ?? '').replace(/\?.*$/, '');
    const [, id, action] = /^\/v1\/messages\/batches\/([^/]+)(?:\/(cancel|results))?$/.exec(path) ?? [];
    const batch = batches.find((each) => each.id === id);
    if (server.refuse !== null) {
      sendError(response, server.refuse.status, server.refuse.type);
    } else if (path === '/v1/messages/batches' && request.method === 'POST') {
      const added = add((JSON.parse(body) as { requests: BatchRequest[] }).requests, request.headers);
      if (server.loseNextAnswer) {
        server.loseNextAnswer = false;
        response.socket?.destroy();
      } else {
        send(response, shown(added));
      }
    } else if (path === '/v1/messages/batches') {
      send(response, { data: [...batches].reverse().map(shown), has_more: false, first_id: null, last_id: null });
    } else if (batch === undefined || (action === 'results' && !batch.ended)) {
      sendError(response, 404, 'not_found_error');
    } else if (action === 'results') {
      const lines = endsOf(batch).map((result, index) =>
        JSON.stringify({ custom_id: batch.requests[index]?.custom_id, result }),
      );
      response.writeHead(200, { 'content-type': 'application/x-jsonl' });
      // In no order of ours, and with an empty line at the end.
      response.end(`${lines.reverse().join('\n')}\n`);
    } else {
      if (action === 'cancel') {
        canceled.add(batch);
        batch.ended = true;
      }
      send(response, shown(batch));
    }
  };

  const http = createServer((request, response) => {
    request.on('error', () => undefined);
    serve(request, response).catch(() => {
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: AnthropicBatchServer = {
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    batches,
    atOnce: true,
    end(batch) {
      batch.ended = true;
    },
    answer: answerAsApprentice,
    loseNextAnswer: false,
    refuse: null,
    plant: (requests) => add(requests, {}),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
