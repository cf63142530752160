/** Writes events under deterministic keys: a path in the program and a count within it. */
import { fitEvent } from './fit-event.ts';
import type { EventPayloads, EventType, RunEvent } from '../../protocol/events.ts';

export interface EventWriter {
  readonly path: string;
  emit<T extends EventType>(type: T, data: EventPayloads[T]): void;
  /** The writer of a place below this one. The same name asked twice gives the places `name` and `name-2`. */
  below(name: string): EventWriter;
}

/** `publish` gets each event once, in program order. */
export function createEventWriter(publish: (event: RunEvent) => void): EventWriter {
  const ordinals = new Map<string, number>();
  const names = new Map<string, number>();
  const writer = (path: string): EventWriter => ({
    path,
    emit(type, data) {
      const ordinal = ordinals.get(path) ?? 0;
      ordinals.set(path, ordinal + 1);
      publish(fitEvent({ path, ordinal, type, data } as RunEvent));
    },
    below(name) {
      const full = path === '' ? name : `${path}/${name}`;
      const count = (names.get(full) ?? 0) + 1;
      names.set(full, count);
      return writer(count === 1 ? full : `${full}-${count}`);
    },
  });
  return writer('');
}
