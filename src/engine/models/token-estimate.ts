/** Tokens a call will about use, for the limiter: what is likely, where the budget reserves what is possible. */
import type { Generation, GenerationRequest, ModelRole } from './language-model.ts';
import { estimateTokens } from './tokens.ts';

export interface TokenEstimate {
  of(request: GenerationRequest): number;
  learn(request: GenerationRequest, generation: Generation): void;
}

/** Weight of the newest reply. */
const NEWEST = 0.1;

/** Input by its bytes; output by the replies there were in the same role, and by its limit before there were any. */
export function createTokenEstimate(): TokenEstimate {
  const replies = new Map<ModelRole, number>();
  return {
    of({ messages, role, maxOutputTokens }) {
      let input = 0;
      for (const { content } of messages) {
        for (const part of content) input += estimateTokens(part.type === 'text' ? part.text : part.data);
      }
      return input + Math.min(maxOutputTokens, Math.ceil(replies.get(role) ?? maxOutputTokens));
    },
    learn({ role }, { usage }) {
      const before = replies.get(role) ?? usage.outputTokens;
      replies.set(role, before + NEWEST * (usage.outputTokens - before));
    },
  };
}
