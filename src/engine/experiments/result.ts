/** Puts together the document a finished run hands over. */
import type { Spend, StopReason, VerdictSummary } from '../../protocol/events.ts';
import type { OptimizationResult, PromptText } from '../../protocol/result.ts';
import type { Prompt } from '../spec/prompt.ts';
import { isEmbedded } from './prepare-run.ts';
import type { PreparedRun } from './prepare-run.ts';
import type { SearchState } from './search-state.ts';

export interface ResultInput {
  readonly runId: string;
  readonly prepared: PreparedRun;
  readonly state: SearchState;
  readonly stopReason: StopReason;
  readonly verdict: VerdictSummary | null;
  readonly spent: Spend;
  readonly paid: Spend;
  readonly time: OptimizationResult['time'];
}

export const textOfPrompt = (prompt: Prompt): PromptText => ({
  hash: prompt.hash,
  messages: prompt.components,
  demonstrations: prompt.demonstrations.map(({ inputs, assistant }) => ({ inputs, assistant })),
});

export function makeResult(input: ResultInput): OptimizationResult {
  const { prepared, state, verdict } = input;
  const { request, config } = prepared;
  const original = request.spec.prompt;
  const winner = verdict?.outcome === 'better' ? (state.incumbent?.candidate.prompt ?? original) : original;
  return {
    runId: input.runId,
    name: request.spec.name,
    strategy: config.strategy,
    seed: config.seed,
    models: config.models,
    embedded: isEmbedded(config.models.target),
    verdict,
    original: textOfPrompt(original),
    chosen: textOfPrompt(winner),
    candidates: state.candidates.map((candidate) => ({
      number: state.numbers.get(candidate.prompt.hash) ?? -1,
      hash: candidate.prompt.hash,
      parents: candidate.parents,
      origin: candidate.origin,
      note: candidate.note,
      estimate:
        state.offered.find((offered) => offered.candidate.prompt.hash === candidate.prompt.hash)?.evaluation.estimate ??
        null,
    })),
    stopReason: input.stopReason,
    limits: config.limits,
    forecast: config.forecast,
    spent: input.spent,
    paid: input.paid,
    notes: [...config.notes, ...state.notes],
    time: input.time,
  };
}
