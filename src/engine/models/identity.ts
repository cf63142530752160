/** The identity of a call: the same request and sample are the same call, in journal and cache alike. */
import { hash } from 'node:crypto';
import type { GenerationRequest } from './language-model.ts';
import type { CallIdentity } from './ports.ts';

/** JSON with sorted keys and without undefined values. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(',')}]`;
  const record = value as Readonly<Record<string, unknown>>;
  let members = '';
  for (const key of Object.keys(record).sort()) {
    const item = record[key];
    if (item !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${members}}`;
}

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
