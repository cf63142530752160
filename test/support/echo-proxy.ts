/** A server before a provider's server that gives away what it is sent, as careless proxies and error pages do. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EchoProxy {
  /** The address of the server behind, at this one. */
  readonly baseUrl: string;
  /** Calls that were answered by the echo, not by the server behind. */
  readonly echoed: () => number;
  /** From the call with this index on, every answer is the status with all that was sent. */
  failFrom(call: number, status: number): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @param target base URL of the server behind. */
export async function startEchoProxy(target: string): Promise<EchoProxy> {
  const { origin, pathname } = new URL(target);
  let calls = 0;
  let echoed = 0;
  let [from, status] = [Infinity, 500];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const sent = `${JSON.stringify(request.headers)} ${body.toString()}`;
      // A header cannot hold everything; it holds the key.
      const echo = { 'x-echo': String(request.headers.authorization) };
      if (request.method === 'POST' && calls++ >= from) {
        echoed++;
        const message = `You sent ${sent}`;
        response.writeHead(status, { 'content-type': 'application/json', ...echo });
        response.end(
          JSON.stringify({ error: { message, type: sent, code: sent, param: sent }, message, detail: sent }),
        );
        return;
      }
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' && !/^(?:host|connection|content-length|transfer-encoding)$/.test(name)
          ? [[name, value]]
          : [],
      );
      const answer = await fetch(`${origin}${request.url ?? ''}`, {
        method: request.method ?? 'GET',
        headers,
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '', ...echo });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname === '/' ? '' : pathname}`,
    echoed: () => echoed,
    failFrom(call, failing) {
      [from, status] = [calls + call, failing];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
