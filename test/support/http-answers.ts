/** Answers over HTTP that servers of several protocols give. */
import type { ServerResponse } from 'node:http';

/** Sends `body` as JSON; a string is sent as it is. */
export function send(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The body of a reply that breaks off: more bytes are promised, and the connection is destroyed before. */
export function breakOff(response: ServerResponse, type: string, written: string): void {
  response.writeHead(200, { 'content-type': type, ...(type.includes('json') ? { 'content-length': '5000' } : {}) });
  response.write(written, () => response.socket?.destroy());
}
