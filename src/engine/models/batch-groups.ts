/** Gathered calls in groups that each make a batch: of one kind, each call once, within what the provider takes. */
import type { BatchCall, BatchPort, BatchWire } from './batch-port.ts';
import type { GenerationRequest } from './language-model.ts';
import type { CallIdentity } from './ports.ts';

interface Gathered {
  readonly id: CallIdentity;
  readonly request: GenerationRequest;
}

export interface BatchGroup<T> {
  readonly kind: string;
  readonly calls: readonly BatchCall[];
  /** Who asked; several may ask the same call. */
  readonly asked: readonly T[];
}

/** What a provider's envelope adds to each call, at most, in bytes. */
const ENVELOPE_BYTES = 512;

/** Each call that the provider cannot carry is handed to `refuse` instead. */
export function groupsOf<T extends Gathered>(
  gathered: readonly T[],
  { largest, toWire }: Pick<BatchPort, 'largest' | 'toWire'>,
  refuse: (asked: T, error: unknown) => void,
): BatchGroup<T>[] {
  const byCall = Map.groupBy(gathered, ({ id }) => id);
  const groups: { kind: string; calls: BatchCall[]; asked: T[] }[] = [];
  /** The group of each kind that still has room, with its size. */
  const open = new Map<string, { group: (typeof groups)[number]; bytes: number }>();
  for (const [id, askers] of byCall) {
    const [first] = askers;
    if (first === undefined) continue;
    let wire: BatchWire;
    try {
      wire = toWire(first.request);
    } catch (error) {
      for (const asked of askers) refuse(asked, error);
      continue;
    }
    const bytes = Buffer.byteLength(JSON.stringify(wire.body)) + ENVELOPE_BYTES;
    let place = open.get(wire.kind);
    if (place === undefined || place.group.calls.length >= largest.calls || place.bytes + bytes > largest.bytes) {
      place = { group: { kind: wire.kind, calls: [], asked: [] }, bytes: 0 };
      open.set(wire.kind, place);
      groups.push(place.group);
    }
    place.group.calls.push({ id, body: wire.body });
    place.group.asked.push(...askers);
    place.bytes += bytes;
  }
  return groups;
}
