/** What the headers of an answer say about rates: how much is still allowed, and when all of it is again. */
import type { ServerAllowance, ServerLimits } from '../server-limits.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Where the server's clock stands, as far as it says: its times are read by its own clock, which may be wrong. */
function serverTime(headers: Headers, now: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? now : date;
}

/** `6m0s`, `12ms`, `1h2m3.5s`, or plain seconds as some gateways write them, in milliseconds; null for anything else. */
export function durationOf(text: string): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return null;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    sum += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return sum;
}

/** A span, or a time as RFC 3339 has it. */
function resetOf(text: string, headers: Headers, now: number): number | null {
  const span = durationOf(text);
  if (span !== null) return span;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : Math.max(0, time - serverTime(headers, now));
}

function countOf(text: string | null): number | null {
  const count = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(count) && count >= 0 ? count : null;
}

type Naming = (what: 'limit' | 'remaining' | 'reset') => string;

function allowanceOf(headers: Headers, naming: Naming, now: number): ServerAllowance | null {
  const remaining = countOf(headers.get(naming('remaining')));
  if (remaining === null) return null;
  const resetMs = resetOf(headers.get(naming('reset'))?.trim() ?? '', headers, now);
  if (resetMs === null) return null;
  return { remaining, limit: countOf(headers.get(naming('limit'))), resetMs };
}

/** As OpenAI names them, and who speaks its protocol. */
const openAiNaming =
  (kind: string): Naming =>
  (what) =>
    `x-ratelimit-${what}-${kind}`;

const anthropicNaming =
  (kind: string): Naming =>
  (what) =>
    `anthropic-ratelimit-${kind}-${what}`;

/** What is still allowed, by OpenAI's or Anthropic's names; null when the answer says nothing of it. */
export function serverLimitsOf(headers: Headers | undefined, now = Date.now()): ServerLimits | null {
  if (headers === undefined) return null;
  const first = (namings: readonly Naming[]): ServerAllowance | null => {
    for (const naming of namings) {
      const allowance = allowanceOf(headers, naming, now);
      if (allowance !== null) return allowance;
    }
    return null;
  };
  const requests = first([openAiNaming('requests'), anthropicNaming('requests')]);
  // Anthropic's `tokens` are those of the limit that is nearest.
  const tokens = first([openAiNaming('tokens'), anthropicNaming('tokens'), anthropicNaming('input-tokens')]);
  return requests === null && tokens === null ? null : { requests, tokens };
}

/** Hands up what an answer says is still allowed. */
export function tellLimits(headers: Headers | undefined, onLimits: ((limits: ServerLimits) => void) | undefined): void {
  const limits = onLimits === undefined ? null : serverLimitsOf(headers);
  if (limits !== null) onLimits?.(limits);
}
