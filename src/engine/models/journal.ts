/** Answers every call this run has already had an answer for. A journalled reply is never bought again. */
import { NO_SPEND } from '../../protocol/events.ts';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import { identityOf } from './identity.ts';
import type { Generation, LanguageModel } from './language-model.ts';
import type { JournalPort, StoredRefusal, StoredReply } from './ports.ts';

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

const isRefusal = (entry: StoredReply | StoredRefusal): entry is StoredRefusal => 'refusal' in entry;

export function withJournal(inner: LanguageModel, journal: JournalPort): LanguageModel {
  /** Whether this run has had any reply. Before one, a refusal may mean that the endpoint is wrong, and that can be mended. */
  let hasAnswered = false;
  return {
    async generate(request, options) {
      const identity = identityOf(request);
      const known = await journal.lookup(identity);
      if (known !== null) {
        if (isRefusal(known)) throw refused(known);
        hasAnswered = true;
        const generation = fromStored(known);
        deltaOf(generation, options?.onDelta);
        return generation;
      }
      let generation: Generation;
      try {
        generation = await inner.generate(request, options);
      } catch (error) {
        if (hasAnswered && isPromptOptError(error) && error.code === 'bad-request') {
          await journal.answered(identity, toRefusal(error));
        }
        throw error;
      }
      hasAnswered = true;
      await journal.answered(identity, toStored(generation));
      return generation;
    },
  };
}

function toRefusal({ message, details: { provider, status } }: PromptOptError): StoredRefusal {
  return {
    refusal: {
      message,
      ...(provider === undefined ? {} : { provider }),
      ...(status === undefined ? {} : { status }),
    },
  };
}

function refused({ refusal: { message, ...details } }: StoredRefusal): PromptOptError {
  return new PromptOptError('bad-request', message, details);
}
