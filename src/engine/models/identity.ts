/** The identity of a call: the same request and sample are the same call, in journal and cache alike. */
import { hash } from 'node:crypto';
import type { GenerationRequest } from './language-model.ts';
import type { CallIdentity } from './ports.ts';

/** A copy whose keys are sorted all the way down, whatever order they were written in. */
function inOrder(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const record = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(record).sort()) ordered[key] = inOrder(record[key]);
  return ordered;
}

/** JSON with sorted keys and without undefined values. One call for the whole is twice as fast as one a string. */
const canonicalJson = (value: unknown): string => JSON.stringify(inOrder(value));

/** The identity of a call among those of other endpoints, for what outlives a run. */
export const identityAt = (request: GenerationRequest, endpoint: string | undefined): CallIdentity =>
  endpoint === undefined ? identityOf(request) : hash('sha256', `${identityOf(request)} at ${endpoint}`);

/** Journal, cache and paid meter ask for the identity of the same request, and a request never changes. */
const known = new WeakMap<GenerationRequest, CallIdentity>();

/** SHA-256 of everything that can change the reply. `role` cannot: it only says why we ask. */
export function identityOf(request: GenerationRequest): CallIdentity {
  const before = known.get(request);
  if (before !== undefined) return before;
  const { role: _why, ...asked } = request;
  const identity = hash('sha256', canonicalJson(asked));
  known.set(request, identity);
  return identity;
}
