/** The runs of this window: started here, resumed here, or opened from the store. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Engine, Limits, PlannedRun, ResultsStore, Run } from '../../engine/index.ts';
import { setContext } from '../settings.ts';
import { createRunSession, isLive } from './run-session.ts';
import type { RunSession } from './run-session.ts';

export interface RunSessions {
  dispose(): void;
  /** Live ones first, then the newest. */
  readonly all: readonly RunSession[];
  readonly live: readonly RunSession[];
  /** A session came, or one of them changed. */
  readonly onDidChange: vscode.Event<RunSession>;
  start(plan: PlannedRun, specPath: string): Promise<RunSession>;
  /** Goes on with an interrupted run of the store near a path, or past its limit. @throws PromptOptError */
  resume(
    near: string,
    runId: string,
    limits?: Limits,
  ): Promise<{ readonly session: RunSession; readonly note: string | null }>;
  /** A stored run, to look at. Null when it is not there any more. */
  open(near: string, runId: string): Promise<RunSession | null>;
  abortAll(): void;
}

export interface SessionServices {
  readonly engine: () => Promise<Engine>;
  readonly log: vscode.LogOutputChannel;
}

export function createRunSessions({ engine, log }: SessionServices): RunSessions {
  const sessions = new Map<string, RunSession>();
  const changed = new vscode.EventEmitter<RunSession>();
  const live = (): RunSession[] => [...sessions.values()].filter(isLive);

  const keep = (session: RunSession): RunSession => {
    sessions.get(session.id)?.dispose();
    sessions.set(session.id, session);
    const tell = (): void => {
      setContext('promptopt.running', live().length > 0);
      changed.fire(session);
    };
    session.onDidChange(tell);
    tell();
    return session;
  };

  const sessionOf = async (store: ResultsStore, runId: string, run?: Run): Promise<RunSession | null> => {
    const record = await store.load(runId);
    if (record === null) return null;
    const own = await engine();
    const earlier = await store.events(runId);
    return keep(
      createRunSession({
        record,
        earlier,
        readPrompt: (hash) => own.candidatePrompt(store, hash),
        ...(run === undefined ? {} : { run }),
      }),
    );
  };

  const follow = async (store: ResultsStore, run: Run): Promise<RunSession> => {
    const session = await sessionOf(store, run.id, run);
    if (session === null) throw new Error(`Run ${run.id} was started but is not in the store.`);
    void session.ended.then(() => {
      if (session.failure === null) log.info(`Run ${run.id}: ${session.status}.`);
      else log.error(`Run ${run.id}: ${session.failure}`);
    });
    return session;
  };

  return {
    get all() {
      return [...sessions.values()].sort((a, b) => Number(isLive(b)) - Number(isLive(a)) || (a.id < b.id ? 1 : -1));
    },
    get live() {
      return live();
    },
    onDidChange: changed.event,
    async start(plan, specPath) {
      const run = await plan.start();
      log.info(`Run ${run.id}: ${plan.strategy.name} on ${plan.models.target}.`);
      return await follow(await (await engine()).store(dirname(specPath)), run);
    },
    async resume(near, runId, limits) {
      const own = await engine();
      const store = await own.store(near);
      const { run, note } = await own.resume(store, runId, limits === undefined ? {} : { limits });
      log.info(`Run ${run.id}: resumed.`);
      return { session: await follow(store, run), note };
    },
    async open(near, runId) {
      const known = sessions.get(runId);
      if (known !== undefined) return known;
      return await sessionOf(await (await engine()).store(near), runId);
    },
    abortAll() {
      for (const session of live()) session.abort();
    },
    dispose() {
      for (const session of sessions.values()) session.dispose();
      changed.dispose();
    },
  };
}
