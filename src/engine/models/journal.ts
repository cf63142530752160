/** Answers every call this run has already had an answer for. A journalled reply is never bought again. */
import { NO_SPEND } from '../../protocol/events.ts';
import { identityOf } from './identity.ts';
import type { Generation, LanguageModel } from './language-model.ts';
import type { JournalPort, StoredReply } from './ports.ts';

/** A reply as it is kept: without what belongs to this process. */
export function toStored(generation: Generation): StoredReply {
  const { cached: _cached, paid: _paid, ...reply } = generation;
  return reply;
}

/** A kept reply as an answer that nobody was asked for. */
export const fromStored = (reply: StoredReply): Generation => ({ ...reply, cached: true, paid: NO_SPEND });

/** A kept reply is one piece of text to whoever streams. */
export function deltaOf(generation: Generation, onDelta: ((text: string) => void) | undefined): void {
  if (onDelta === undefined) return;
  for (const part of generation.parts) if (part.type === 'text') onDelta(part.text);
}

export function withJournal(inner: LanguageModel, journal: JournalPort): LanguageModel {
  return {
    async generate(request, options) {
      const identity = identityOf(request);
      const known = await journal.lookup(identity);
      if (known !== null) {
        const generation = fromStored(known);
        deltaOf(generation, options?.onDelta);
        return generation;
      }
      const generation = await inner.generate(request, options);
      await journal.answered(identity, toStored(generation));
      return generation;
    },
  };
}
