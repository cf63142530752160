/** Puts a session, its endpoint and its token together: what `Engine.serve` starts. */
import { randomBytes } from 'node:crypto';
import { PromptOptError } from '../protocol/errors.ts';
import type { Limits } from '../protocol/events.ts';
import type { SessionResult } from '../protocol/session.ts';
import { openSession } from './experiments/serve-session.ts';
import type { ServeSession, SessionServices } from './experiments/serve-session.ts';
import { startChatServer } from './models/serve/chat-server.ts';
import type { ChatServer } from './models/serve/chat-server.ts';

/** How to serve. */
export interface ServeOptions {
  /** 0 takes any free one; default 8765. */
  readonly port?: number;
  /** At least 8 characters that a header can hold; default: a new random one. */
  readonly token?: string;
  /** The only models it answers for, by full name or alias; absent: every one that can be asked. */
  readonly models?: readonly string[];
  readonly limits?: Limits;
  /** Called once, when a limit has refused a request: others are refused too from now on. */
  readonly onLimit?: (sentence: string) => void;
}

/** An endpoint that answers, with the session it belongs to. */
export interface ModelServer {
  /** Of its session, among the runs. */
  readonly id: string;
  /** `http://127.0.0.1:8765/v1` */
  readonly baseUrl: string;
  readonly token: string;
  /** Empty: every model that can be asked. */
  readonly models: readonly string[];
  readonly limits: Limits;
  /** The account, once it is stopped. Rejects with what ended it otherwise; what was paid is in the store. */
  readonly result: Promise<SessionResult>;
  /** Takes no more requests; those under way are still answered. */
  stop(): void;
  /** Stops and cancels what is under way. */
  cut(): void;
}

export const DEFAULT_PORT = 8765;

/** Without a limit of one's own. A session has no end of its own, so its minutes have none either. */
const SESSION_LIMITS: Limits = { usd: 2, calls: 800 };

const TOKEN = /^[\w.~+/=-]{8,256}$/;

function tokenFrom(given: string | undefined): string {
  if (given === undefined) return randomBytes(24).toString('base64url');
  if (TOKEN.test(given)) return given;
  throw new PromptOptError('usage', 'The token is none that a client could send.', {
    remedy: 'Give 8 to 256 letters, digits or -._~+/=, or leave it out to have one made.',
  });
}

export interface ServeServices extends SessionServices {
  readonly folder: string;
  readonly aliases: Readonly<Record<string, string>>;
}

/** @throws PromptOptError `usage` for a token or port that cannot be used, `unavailable` for a model, `store`. */
export async function serveModels(options: ServeOptions, services: ServeServices): Promise<ModelServer> {
  const { folder, aliases, clock } = services;
  const token = tokenFrom(options.token);
  const models = options.models ?? [];
  // A model that was named and cannot be asked is told before anybody asks.
  for (const name of models) await services.connections.describe(aliases[name] ?? name);
  const limits =
    options.limits === undefined || Object.keys(options.limits).length === 0 ? SESSION_LIMITS : options.limits;

  const { promise: result, resolve, reject } = Promise.withResolvers<SessionResult>();
  // Whoever started it may look at the result only later.
  result.catch(() => undefined);
  let server: ChatServer | null = null;
  let ending = false;
  const fail = (session: ServeSession, error: unknown): void => {
    if (ending) return;
    ending = true;
    session.cancel();
    server?.cut();
    // The failure is what is told; the account was written down as far as the store lets it.
    void session.close('failed').then(
      () => {
        reject(error);
      },
      () => {
        reject(error);
      },
    );
  };

  const session: ServeSession = await openSession(
    {
      folder,
      limits,
      models,
      aliases,
      onFailure: (error) => {
        fail(session, error);
      },
      onLimit: options.onLimit ?? (() => undefined),
    },
    services,
  );
  try {
    server = await startChatServer({
      backend: session,
      port: options.port ?? DEFAULT_PORT,
      token,
      now: () => clock.now(),
    });
  } catch (error) {
    // Nobody could ask anything: there is no session to tell of.
    await session.close('failed');
    await services.store.deleteRun(session.id);
    throw error;
  }
  const endpoint = server;
  const stop = (): void => {
    if (ending) return;
    ending = true;
    endpoint
      .close()
      .then(() => session.close('stopped'))
      .then(resolve, reject);
  };
  return {
    id: session.id,
    baseUrl: endpoint.baseUrl,
    token,
    models,
    limits,
    result,
    stop,
    cut() {
      stop();
      session.cancel();
      endpoint.cut();
    },
  };
}
