/**
 * One attempt with an SDK that knows no time limit, no signal, or puts bodies into what it throws or prints: its `fetch`
 * is handed in, and refusals are read here, before the SDK sees them.
 */
import type { PromptOptError } from '../../../protocol/errors.ts';
import { isPromptOptError } from '../../../protocol/errors.ts';
import { startDeadline } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { cancelled, causeOf, codesOf, connectionError, notInTime } from './http-errors.ts';

/** A refusal as the server worded it; for reading what it is about, never for showing. */
export interface Refused {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON it came with; undefined when it was none. */
  readonly body: unknown;
}

export interface Guard {
  readonly endpoint: Endpoint;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  refused(refusal: Refused): PromptOptError;
  /** Something answered, and not in the words of this protocol. */
  strange(cause?: Error): PromptOptError;
  /** Nobody listens there. Defaults to a `transient` error. */
  unreachable?(cause: Error): PromptOptError;
  /** What an answer is read through on its way to the SDK. */
  checked?(body: ReadableStream<Uint8Array>, headers: Headers): ReadableStream<Uint8Array>;
}

/** The longest refusal that is read; nobody words one longer. */
const LONGEST_REFUSAL = 65_536;

async function jsonOf(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest.
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.byteLength;
    if (length > LONGEST_REFUSAL) return undefined;
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } catch {
    return undefined;
  }
}

const isPage = (headers: Headers): boolean => headers.get('content-type')?.startsWith('text/html') === true;

/** How long Node's own client waits for a first byte, and between two; its limits, told by its codes. */
const TIMEOUT_CODES = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/**
 * Runs `work` with a `fetch` that ends with the caller's signal or the time limit.
 * @throws PromptOptError whatever went wrong, without a word of what was sent or answered.
 */
export async function guardedCall<T>(guard: Guard, work: (fetch: typeof globalThis.fetch) => Promise<T>): Promise<T> {
  const { endpoint, signal, timeoutMs } = guard;
  const isCancelled = (): boolean => signal?.aborted === true;
  if (isCancelled()) throw cancelled(endpoint.provider, false);
  const deadline = startDeadline(timeoutMs, signal);
  let answered = false;
  const guarded: typeof globalThis.fetch = async (input, init) => {
    const response = await guard.fetch(input, { ...init, signal: deadline.signal });
    if (!response.ok) {
      const body = await jsonOf(response);
      throw guard.refused({ status: response.status, headers: response.headers, body });
    }
    answered = true;
    if (isPage(response.headers)) throw guard.strange();
    if (response.body === null || guard.checked === undefined) return response;
    return new Response(guard.checked(response.body, response.headers), {
      status: response.status,
      headers: response.headers,
    });
  };
  try {
    const done = await work(guarded);
    deadline.settle();
    return done;
  } catch (error) {
    deadline.close();
    if (isCancelled()) throw cancelled(endpoint.provider);
    if (isPromptOptError(error)) throw error;
    const cause = causeOf(error);
    if (deadline.timedOut() || codesOf(error).some((code) => TIMEOUT_CODES.includes(code))) {
      throw notInTime(endpoint, error);
    }
    if (error instanceof SyntaxError) throw guard.strange(cause);
    const failed = connectionError(endpoint, error, answered);
    const never = failed.code === 'transient' && failed.details.mayHaveCost !== true;
    throw never && guard.unreachable !== undefined ? guard.unreachable(cause) : failed;
  }
}
