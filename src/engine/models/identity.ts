/** The identity of a call: the same request and sample are the same call, in journal and cache alike. */
import { createHash } from 'node:crypto';
import type { GenerationRequest } from './language-model.ts';
import type { CallIdentity } from './ports.ts';

/** JSON with sorted keys and without undefined values. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(',')}]`;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/** SHA-256 of everything that can change the reply. `role` cannot: it only says why we ask. */
export function identityOf(request: GenerationRequest): CallIdentity {
  const { role: _why, ...asked } = request;
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}
