/** A collector on 127.0.0.1 that reads traces as they come on the wire: OTLP's protobuf, decoded by its field numbers. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

export interface OtlpCollector {
  readonly endpoint: string;
  readonly spans: readonly CollectedSpan[];
  readonly headers: readonly IncomingHttpHeaders[];
  readonly paths: readonly string[];
  /** Everything that has come, as bytes. */
  bytes(): Buffer;
  close(): Promise<void>;
}

type Field = readonly [number: number, value: bigint | Buffer];

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const kind = key & 7;
    if (kind === 0) yield [key >> 3, varint()];
    else {
      const length = kind === 1 ? 8 : kind === 5 ? 4 : Number(varint());
      yield [key >> 3, message.subarray(at, at + length)];
      at += length;
    }
  }
}

const messages = (message: Buffer, number: number): Buffer[] =>
  [...fieldsOf(message)].flatMap(([at, value]) => (at === number && Buffer.isBuffer(value) ? [value] : []));
const first = (message: Buffer, number: number): Buffer => messages(message, number)[0] ?? Buffer.alloc(0);

function valueOf(message: Buffer): unknown {
  for (const [number, value] of fieldsOf(message)) {
    if (number === 1) return String(value);
    if (number === 2) return value === 1n;
    if (number === 3) return Number(value);
    if (number === 4 && Buffer.isBuffer(value)) return value.readDoubleLE();
    if (number === 5 && Buffer.isBuffer(value)) return messages(value, 1).map(valueOf);
  }
  return null;
}

const spanOf = (span: Buffer): CollectedSpan => ({
  name: first(span, 5).toString(),
  traceId: first(span, 1).toString('hex'),
  spanId: first(span, 2).toString('hex'),
  parentId: first(span, 4).toString('hex'),
  attributes: Object.fromEntries(
    messages(span, 9).map((pair) => [first(pair, 1).toString(), valueOf(first(pair, 2))] as const),
  ),
  // Status 15, its code 3, of which 2 is an error.
  failed: [...fieldsOf(first(span, 15))].some(([number, value]) => number === 3 && value === 2n),
});

export async function startOtlpCollector(status = 200): Promise<OtlpCollector> {
  const bodies: Buffer[] = [];
  const spans: CollectedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      bodies.push(body);
      headers.push(request.headers);
      paths.push(request.url ?? '');
      for (const resource of messages(body, 1))
        for (const scope of messages(resource, 2)) spans.push(...messages(scope, 2).map(spanOf));
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    paths,
    bytes: () => Buffer.concat(bodies),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
