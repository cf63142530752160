/** Replies shared by all runs, and one call in the air for all who ask the same. */
import { identityAt } from './identity.ts';
import { deltaOf, fromStored, toStored } from './journal.ts';
import type { Generation, LanguageModel } from './language-model.ts';
import { NO_SPEND } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { CachePort } from './ports.ts';

interface Flight {
  readonly reply: Promise<Generation>;
  readonly controller: AbortController;
  passengers: number;
}

const aborted = (): PromptOptError => new PromptOptError('stopped', 'The call was cancelled.');

/** The reply, or `stopped` as soon as the signal aborts. Leaves no listener behind: one signal serves a whole run. */
async function orAborted(reply: Promise<Generation>, signal: AbortSignal, onAbort: () => void): Promise<Generation> {
  let listener: (() => void) | undefined;
  const abort = new Promise<never>((_, reject) => {
    listener = () => {
      onAbort();
      reject(aborted());
    };
    signal.addEventListener('abort', listener, { once: true });
  });
  try {
    return await Promise.race([reply, abort]);
  } finally {
    if (listener !== undefined) signal.removeEventListener('abort', listener);
  }
}

/** @param endpointOf where a model answers, when that is not its provider's own place */
export function withCache(
  inner: LanguageModel,
  cache: CachePort | null,
  endpointOf: (model: string) => string | undefined = () => undefined,
): LanguageModel {
  const flights = new Map<string, Flight>();
  const land = (identity: string, flight: Flight): void => {
    if (flights.get(identity) === flight) flights.delete(identity);
  };
  return {
    async generate(request, options = {}) {
      const identity = identityAt(request, endpointOf(request.model));
      const { signal, onDelta } = options;
      if (signal?.aborted === true) throw aborted();
      let flight = flights.get(identity);
      const shared = flight !== undefined;
      if (flight === undefined) {
        // The call has a controller of its own: one asker's abort must not take the reply from the others.
        const controller = new AbortController();
        const ask = async (): Promise<Generation> => {
          const known = await cache?.get(identity);
          if (known !== undefined && known !== null) {
            const generation = fromStored(known);
            deltaOf(generation, onDelta);
            return generation;
          }
          const generation = await inner.generate(request, {
            signal: controller.signal,
            ...(onDelta === undefined ? {} : { onDelta }),
          });
          await cache?.put(identity, toStored(generation));
          return generation;
        };
        const started: Flight = {
          reply: ask().finally(() => {
            land(identity, started);
          }),
          controller,
          passengers: 0,
        };
        flight = started;
        flights.set(identity, flight);
      }
      const { reply, controller } = flight;
      const boarded = flight;
      boarded.passengers++;
      const generation = await (signal === undefined
        ? reply
        : orAborted(reply, signal, () => {
            if (--boarded.passengers > 0) return;
            controller.abort();
            // Whoever asks from now on starts a call of their own.
            land(identity, boarded);
          }));
      if (!shared) return generation;
      deltaOf(generation, onDelta);
      return { ...generation, cached: true, paid: NO_SPEND };
    },
  };
}
