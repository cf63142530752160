/** What a serve session hands over when it ends: who was asked how often, and what it came to. */
import type { Limits, Spend } from './events.ts';

/** The part of one model in a session. */
export interface SessionModel {
  /** As `provider/model`. */
  readonly model: string;
  readonly answered: number;
  /** Of those, how many no provider was asked for. */
  readonly cached: number;
  /** As if every answer had been bought. */
  readonly spent: Spend;
  /** What answered calls really cost; attempts that failed count in the session's account only. */
  readonly paid: Spend;
}

/** Why a session ended. `failed`: its store failed or another process took it over. */
export type SessionEnd = 'stopped' | 'failed';

/** The account of a session, for the terminal, the store and other programs. */
export interface SessionResult {
  readonly kind: 'session';
  readonly runId: string;
  readonly end: SessionEnd;
  /** Requests for an answer, refused ones too. */
  readonly requests: number;
  readonly refused: number;
  readonly models: readonly SessionModel[];
  readonly limits: Limits;
  /** As if every call had been bought. */
  readonly spent: Spend;
  /** What was really paid, failed attempts included. */
  readonly paid: Spend;
  readonly time: { readonly startedAt: number; readonly endedAt: number; readonly minutes: number };
}
