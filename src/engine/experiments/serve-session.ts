/**
 * A session in which other programs ask the models, through the whole stack. It is a run of its own: header, lease,
 * limits and what was sent stand in the store, so a killed one is accounted for. It has no journal, for there is
 * nothing to run again; the cache answers who asks the same once more.
 */
import type { Limits, Spend } from '../../protocol/events.ts';
import { NO_SPEND } from '../../protocol/events.ts';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import type { SessionEnd, SessionModel, SessionResult } from '../../protocol/session.ts';
import { limits as limitsText, spend } from '../../protocol/wording.ts';
import { createBudget } from '../models/budget.ts';
import type { Budget } from '../models/budget.ts';
import type { Clock } from '../models/clock.ts';
import type { ModelConnections } from '../models/connections.ts';
import { createGateway } from '../models/gateway.ts';
import type { GenerateOptions, Generation, GenerationRequest } from '../models/language-model.ts';
import type { ModelInfo } from '../models/provider.ts';
import type { ChatBackend } from '../models/serve/chat-server.ts';
import type { ChatRequest } from '../models/serve/read-chat-request.ts';
import { createSampleNumbers } from '../models/serve/sample-numbers.ts';
import type { Trace } from '../models/telemetry.ts';
import { addSpend } from '../../protocol/spend.ts';
import { spendOf } from '../models/spend.ts';
import { REASONING_LIMIT, worstCaseOf } from '../models/worst-case.ts';
import { nearestName } from '../spec/near-names.ts';
import { createEventWriter } from './event-writer.ts';
import type { ResultsStore, RunHeader } from './store.ts';
import { createWorkTimer } from './work-timer.ts';

export interface SessionRequest {
  /** Whose results and config it uses; shown in lists of runs. */
  readonly folder: string;
  readonly limits: Limits;
  /** The only models it answers for; empty: every one that can be asked. */
  readonly models: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
  /** Called when the session can answer no more although nobody has closed it. */
  readonly onFailure: (error: unknown) => void;
  /** Called once when a limit has refused a request. */
  readonly onLimit: (sentence: string) => void;
}

export interface SessionServices {
  readonly store: ResultsStore;
  readonly connections: ModelConnections;
  /** Every name a client may ask for when the session has no list of its own. */
  readonly listModels: () => Promise<readonly string[]>;
  /** Parameters of OpenAI's chat completions that a model takes, by their names there. */
  readonly carries: (model: string) => readonly string[];
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly retries: number;
  readonly useCache: boolean;
  /** Given where the workspace has its calls told to a collector. */
  readonly trace?: Trace;
  readonly engineVersion: string;
  readonly owner: string;
  readonly newId: () => string;
}

export interface ServeSession extends ChatBackend {
  readonly id: string;
  readonly spent: () => Spend;
  readonly paid: () => Spend;
  /** Cancels the calls in the air; whoever waits is told that the session has ended. */
  cancel(): void;
  /** Writes the account down and gives up the lease. */
  close(end: SessionEnd): Promise<SessionResult>;
}

/** What a reply may use where the client names no limit; every request is sent with one, since it is reserved. */
export const DEFAULT_REPLY_LIMIT = 4096;

const HEARTBEAT_MS = 5000;

interface Tally {
  answered: number;
  cached: number;
  spent: Spend;
  paid: Spend;
}

/** Opens a session under a lease of its own. @throws PromptOptError `store`. */
export async function openSession(request: SessionRequest, services: SessionServices): Promise<ServeSession> {
  const { store, connections, clock } = services;
  const { limits, aliases } = request;
  const startedAt = clock.now();
  const header: RunHeader = {
    kind: 'session',
    id: services.newId(),
    name: 'serve',
    strategy: 'serve',
    specPath: request.folder,
    specText: '',
    createdAt: startedAt,
    engineVersion: services.engineVersion,
    config: { limits, models: request.models },
    rows: { train: [], validation: [], test: [] },
  };
  const lease = await store.createRun(header, services.owner);
  const { minutes, ...amounts } = limits;
  const nominal = createBudget(amounts);
  const paid = createBudget(amounts);
  const known = new Map<string, ModelInfo>();
  const gateway = createGateway({
    connections,
    models: known,
    journal: null,
    cache: services.useCache ? store.cache() : null,
    spendLog: store.spendLog(lease),
    paid,
    clock,
    random: services.jitter,
    retries: services.retries,
    // A wrong key of one provider says nothing of the others.
    endsTogether: false,
    ...(services.trace === undefined ? {} : { trace: services.trace }),
  });
  const model = gateway.under(nominal);
  const samples = createSampleNumbers();
  const tallies = new Map<string, Tally>();
  const cancelled = new AbortController();
  const underWay = new Set<Promise<Generation>>();
  let requests = 0;
  let refused = 0;
  let toldOfLimit = false;
  let broken: PromptOptError | null = null;

  const events = createEventWriter((event) => {
    store.append(lease, [event]);
  }).below('session');
  let told = '';
  const tellAccount = (): void => {
    const account = { nominal: nominal.spent(), paid: paid.spent(), limits };
    const text = JSON.stringify(account);
    if (text !== told) events.emit('spent', account);
    told = text;
  };
  const heartbeat = setInterval(() => {
    tellAccount();
    store.heartbeat(lease).catch((error: unknown) => {
      breakOff(error);
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const timer =
    minutes === undefined
      ? null
      : createWorkTimer(minutes * 60_000, clock, () => {
          const over = new PromptOptError('budget', `The time limit of ${limitsText({ minutes })} is reached.`, {
            limit: 'minutes',
            remedy: 'Start another session with a new limit.',
          });
          nominal.stopAt(nominal.admitted(), over);
        });

  /** Where money is spent, what cannot be kept account of is not sent. */
  const breakOff = (error: unknown): void => {
    if (broken !== null) return;
    broken = isPromptOptError(error) ? error : new PromptOptError('internal', 'The session failed.', { cause: error });
    nominal.stopAt(nominal.admitted(), broken);
    request.onFailure(broken);
  };

  const describe = async (name: string): Promise<ModelInfo> => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const info = await connections.describe(name);
    // The first to know wins: a session keeps the prices it has begun with.
    const kept = known.get(name) ?? info;
    known.set(name, kept);
    return kept;
  };

  const resolve = (name: string): string => {
    const resolved = aliases[name] ?? name;
    const isServed =
      request.models.length === 0
        ? resolved.includes('/')
        : request.models.some((own) => own === name || own === resolved);
    if (isServed) return resolved;
    const near = nearestName(name, request.models.length === 0 ? Object.keys(aliases) : request.models);
    throw new PromptOptError('unavailable', `There is no model "${name}" here.`, {
      status: 404,
      remedy: near === null ? 'Name it as provider/model, or list the models at /v1/models.' : `Did you mean ${near}?`,
    });
  };

  /** @throws PromptOptError `bad-request` for what this model would not be told. */
  const requestTo = (name: string, info: ModelInfo, chat: ChatRequest): GenerationRequest => {
    const carried = services.carries(name);
    const asked = {
      ...(chat.temperature === null || chat.temperature === 1 ? {} : { temperature: chat.temperature }),
      ...(chat.topP === null || chat.topP === 1 ? {} : { top_p: chat.topP }),
      ...chat.extra,
    };
    // A provider that takes a seed is told it; here it is the sample, so that the cache keeps what it promised.
    const seed = chat.seed !== null && carried.includes('seed') ? { seed: chat.seed } : {};
    const lost = Object.keys(asked).filter((parameter) => !carried.includes(parameter));
    if (lost.length > 0) {
      throw new PromptOptError('bad-request', `${name} cannot be given ${lost.join(', ')}.`, {
        remedy: 'Leave it out.',
      });
    }
    const { tools, responseFormat, topP, maxOutputTokens } = chat;
    const extra = { ...chat.extra, ...seed };
    return {
      model: name,
      role: 'target',
      messages: chat.messages,
      temperature: chat.temperature ?? 1,
      maxOutputTokens: maxOutputTokens ?? DEFAULT_REPLY_LIMIT + (info.reasons ? REASONING_LIMIT : 0),
      sample: 0,
      ...(tools.length === 0 ? {} : { tools }),
      ...(responseFormat === null ? {} : { responseFormat }),
      ...(topP === null ? {} : { topP }),
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    };
  };

  const answer = async (chat: ChatRequest, options: GenerateOptions): Promise<Generation> => {
    const name = resolve(chat.model);
    const info = await describe(name);
    requireLimit(name, info, limits);
    const unnumbered = requestTo(name, info, chat);
    requireRoom(worstCaseOf(unnumbered, info), limits);
    const numbered = samples.numbered(unnumbered, chat.seed);
    const signal =
      options.signal === undefined ? cancelled.signal : AbortSignal.any([options.signal, cancelled.signal]);
    try {
      const generation = await model.generate(numbered, { ...options, signal });
      // There is no journal that holds it: what was bought is in the cache before anybody is told.
      if (!generation.cached) await store.flush();
      const tally = tallies.get(name) ?? { answered: 0, cached: 0, spent: NO_SPEND, paid: NO_SPEND };
      tally.answered++;
      if (generation.cached) tally.cached++;
      tally.spent = addSpend(tally.spent, spendOf(generation.usage, generation.costUsd));
      tally.paid = addSpend(tally.paid, generation.paid);
      tallies.set(name, tally);
      return generation;
    } catch (error) {
      if (chat.seed === null) samples.giveBack(numbered);
      throw error;
    }
  };

  /** Requests come from programs that know nothing of each other: one that is refused closes nothing. */
  const reopen = (budget: Budget): void => {
    budget.setLimits(amounts);
  };

  const limitReached = ({ message, details }: PromptOptError): PromptOptError => {
    const [really, asIf] = [paid.spent(), nominal.spent()];
    const rest = really.calls < asIf.calls ? '; the rest came from the cache' : '';
    return new PromptOptError('budget', `${message} Paid: ${spend(really)}${rest}.`, {
      ...details,
      remedy: 'Start another session with a new limit; what was bought is in the cache.',
    });
  };

  return {
    id: header.id,
    spent: () => nominal.spent(),
    paid: () => paid.spent(),
    models: async () =>
      request.models.length > 0 ? request.models : [...Object.keys(aliases), ...(await services.listModels())],
    async answer(chat, options) {
      requests++;
      const answering = answer(chat, options);
      underWay.add(answering);
      try {
        return await answering;
      } catch (error) {
        refused++;
        if (isPromptOptError(error) && error.code === 'budget') {
          [nominal, paid].forEach(reopen);
          if (!toldOfLimit) request.onLimit(error.message);
          toldOfLimit = true;
          throw limitReached(error);
        }
        if (isPromptOptError(error) && (error.code === 'usage-overrun' || error.code === 'store')) breakOff(error);
        throw error;
      } finally {
        underWay.delete(answering);
      }
    },
    cancel() {
      cancelled.abort();
    },
    async close(end) {
      clearInterval(heartbeat);
      timer?.end();
      await Promise.allSettled(underWay);
      const endedAt = clock.now();
      const models: SessionModel[] = [...tallies].map(([name, tally]) => ({ model: name, ...tally }));
      const result: SessionResult = {
        kind: 'session',
        runId: header.id,
        end,
        requests,
        refused,
        models,
        limits,
        spent: nominal.spent(),
        paid: paid.spent(),
        time: { startedAt, endedAt, minutes: (endedAt - startedAt) / 60_000 },
      };
      tellAccount();
      await store.flush();
      await store.finish(lease, end === 'stopped' ? 'done' : 'failed', result);
      return result;
    },
  };
}

/** A limit in money cannot hold for a model without a price. */
function requireLimit(name: string, { price }: ModelInfo, { usd, calls, tokens }: Limits): void {
  if (price !== null || usd === undefined || calls !== undefined || tokens !== undefined) return;
  throw new PromptOptError('bad-request', `There is no known price for ${name}, so a limit in USD cannot be kept.`, {
    remedy: 'Give its price in promptopt.config.yaml, or limit the session in calls or tokens as well.',
  });
}

/** A request that no budget of this size could ever hold is wrong by itself, and says nothing of what is left. */
function requireRoom(worst: Spend, { usd, tokens }: Limits): void {
  const worstTokens = worst.inputTokens + worst.outputTokens;
  const tooMuch =
    tokens !== undefined && worstTokens > tokens
      ? `${worstTokens} tokens`
      : usd !== undefined && worst.usd > usd
        ? `$${worst.usd.toFixed(2)}`
        : null;
  if (tooMuch === null) return;
  throw new PromptOptError(
    'bad-request',
    `This request alone could use ${tooMuch}, more than the session's whole limit of ${limitsText({ ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens }) })}.`,
    { remedy: 'Lower max_tokens.' },
  );
}
