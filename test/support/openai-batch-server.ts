/** A server on 127.0.0.1 with OpenAI's files and batches, whose batches end when a test says so. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send } from './http-answers.ts';
import { apprenticeCompletion, sendError } from './openai-server.ts';
import type { ReceivedCall } from './openai-server.ts';

export interface BatchLine {
  readonly custom_id: string;
  readonly method: string;
  readonly url: string;
  readonly body: ReceivedCall['body'];
}

export interface ServedBatch {
  readonly id: string;
  readonly endpoint: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lines: readonly BatchLine[];
  status: 'validating' | 'in_progress' | 'completed' | 'failed' | 'expired' | 'cancelled';
  /** Of `failed`. */
  code?: string;
  readonly createdAt: number;
}

/** What becomes of a line: a reply, an error of its own, or nothing when the batch ends before it. */
export type LineEnd = { readonly status: number; readonly body: unknown } | null;

export interface OpenAiBatchServer {
  readonly baseUrl: string;
  readonly batches: readonly ServedBatch[];
  /** Calls asked one by one. */
  readonly asked: () => number;
  /** How often each call has come in batches, by its name. */
  readonly comings: () => ReadonlyMap<string, number>;
  /** Resolves with the next batch that is taken. */
  nextBatch(): Promise<ServedBatch>;
  /** Whether batches are done as soon as they are in; else they wait for `end`. */
  atOnce: boolean;
  end(batch: ServedBatch, status?: ServedBatch['status'], code?: string): void;
  /** How each line ends. */
  answer: (line: BatchLine, index: number) => LineEnd;
  /** Takes the next batch and cuts the connection before its name is told. */
  loseNextAnswer: boolean;
  /** Answers the next so many polls with 500. */
  failPolls: number;
  /** Answers every request with this status, when not null. */
  refuse: { readonly status: number; readonly code: string } | null;
  readonly polls: () => number;
  close(): Promise<void>;
}

export const answerAsApprentice = (line: BatchLine): LineEnd => ({
  status: 200,
  body: apprenticeCompletion({ body: line.body }),
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** The lines of an uploaded file, out of its form. */
function linesIn(form: string): BatchLine[] {
  return form.split(/\r?\n/).flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as BatchLine] : []));
}

export async function startOpenAiBatchServer(): Promise<OpenAiBatchServer> {
  const files = new Map<string, string>();
  const uploads = new Map<string, BatchLine[]>();
  const batches: ServedBatch[] = [];
  const waiting: ((batch: ServedBatch) => void)[] = [];
  let [asked, polls] = [0, 0];

  const shown = (batch: ServedBatch): unknown => {
    const ended = ['completed', 'expired', 'cancelled'].includes(batch.status);
    const ends = ended ? batch.lines.map((line, index) => ({ line, end: server.answer(line, index) })) : [];
    const file = (name: string, chosen: readonly (typeof ends)[number][]): string | undefined => {
      const id = `${name}-${batch.id}`;
      if (chosen.length === 0) return undefined;
      const rows = chosen.map(({ line, end }) => ({
        id: `r-${line.custom_id.slice(0, 8)}`,
        custom_id: line.custom_id,
        response: end === null ? null : { status_code: end.status, request_id: 'q', body: end.body },
        error: end === null ? { code: 'batch_expired', message: 'Server text' } : null,
      }));
      // In no order of ours, and with an empty line at the end.
      files.set(
        id,
        `${rows
          .reverse()
          .map((row) => JSON.stringify(row))
          .join('\n')}\n`,
      );
      return id;
    };
    return {
      id: batch.id,
      object: 'batch',
      endpoint: batch.endpoint,
      input_file_id: 'file-in',
      completion_window: '24h',
      status: batch.status,
      created_at: Math.floor(batch.createdAt / 1000),
      metadata: batch.metadata,
      output_file_id: file(
        'output',
        ends.filter(({ end }) => end?.status === 200),
      ),
      error_file_id: file(
        'errors',
        ends.filter(({ end }) => end?.status !== 200),
      ),
      errors:
        batch.code === undefined ? null : { object: 'list', data: [{ code: batch.code, message: 'Server text' }] },
      request_counts: {
        total: batch.lines.length,
        completed: ends.filter(({ end }) => end !== null).length,
        failed: 0,
      },
    };
  };

  const create = (body: string, response: ServerResponse): void => {
    const { input_file_id, endpoint, metadata } = JSON.parse(body) as {
      input_file_id: string;
      endpoint: string;
      metadata: Record<string, string>;
    };
    const batch: ServedBatch = {
      id: `batch_${batches.length + 1}`,
      endpoint,
      metadata,
      lines: uploads.get(input_file_id) ?? [],
      status: server.atOnce ? 'completed' : 'in_progress',
      createdAt: Date.now(),
    };
    batches.push(batch);
    for (const tell of waiting.splice(0)) tell(batch);
    if (server.loseNextAnswer) {
      server.loseNextAnswer = false;
      response.socket?.destroy();
      return;
    }
    send(response, shown(batch));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const path = (request.url ?? '').replace(/^\/v1/, '').replace(/\?.*$/, '');
    if (server.refuse !== null) {
      sendError(response, server.refuse.status, server.refuse.code);
      return;
    }
    const [, batchId, action] = /^\/batches\/([^/]+)(\/cancel)?$/.exec(path) ?? [];
    const [, fileId] = /^\/files\/([^/]+)\/content$/.exec(path) ?? [];
    if (path === '/chat/completions') {
      asked++;
      send(response, apprenticeCompletion({ body: JSON.parse(body) as ReceivedCall['body'] }));
    } else if (path === '/files') {
      const id = `file-${uploads.size + 1}`;
      uploads.set(id, linesIn(body));
      send(response, { id, object: 'file', bytes: body.length, purpose: 'batch', filename: 'f', created_at: 1 });
    } else if (path === '/batches' && request.method === 'POST') {
      create(body, response);
    } else if (path === '/batches') {
      send(response, { object: 'list', data: [...batches].reverse().map(shown), has_more: false });
    } else if (batchId !== undefined) {
      const batch = batches.find(({ id }) => id === batchId);
      polls++;
      if (server.failPolls > 0) {
        server.failPolls--;
        sendError(response, 500, 'server_error');
      } else if (batch === undefined) {
        sendError(response, 404, 'not_found');
      } else {
        if (action !== undefined) server.end(batch, 'cancelled');
        send(response, shown(batch));
      }
    } else if (fileId !== undefined && files.has(fileId)) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(files.get(fileId));
    } else {
      sendError(response, 404, 'not_found');
    }
  };

  const http = createServer((request, response) => {
    // A client that is killed cuts its connections; that is not the server's failure.
    request.on('error', () => undefined);
    serve(request, response).catch(() => {
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: OpenAiBatchServer = {
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    batches,
    asked: () => asked,
    polls: () => polls,
    comings() {
      const times = new Map<string, number>();
      for (const { lines } of batches)
        for (const { custom_id } of lines) times.set(custom_id, (times.get(custom_id) ?? 0) + 1);
      return times;
    },
    nextBatch: () => new Promise((resolve) => waiting.push(resolve)),
    atOnce: true,
    end(batch, status = 'completed', code) {
      batch.status = status;
      if (code !== undefined) batch.code = code;
    },
    answer: answerAsApprentice,
    loseNextAnswer: false,
    failPolls: 0,
    refuse: null,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
