/** What an optimizer sees of its run: models behind a budget, a memory of scored rows, a place in the event stream. */
import type { ConstraintRate, Estimate, Limits, Spend } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { Example } from '../data/example.ts';
import type { Evaluation, Evaluator, RowResult } from '../evaluation/evaluation.ts';
import type { Budget } from '../models/budget.ts';
import type { ChatMessage, Generation, LanguageModel, ModelRole } from '../models/language-model.ts';
import type { Candidate, CallBlock, GenerateSettings, OptimizerRun } from '../optimizers/optimizer.ts';
import type { Prompt } from '../spec/prompt.ts';
import { createRandom } from '../statistics/random.ts';
import { summarizeRows } from '../evaluation/summarize-rows.ts';
import type { EventWriter } from './event-writer.ts';
import { replyNotes } from './reply-notes.ts';
import { offer } from './search-state.ts';
import type { SearchState, Shortfall } from './search-state.ts';

export interface SearchServices {
  readonly seed: number;
  readonly state: SearchState;
  /** The model stack under a given nominal budget. */
  readonly under: (budget: Budget) => LanguageModel;
  /** An evaluator of the target model, asking through `model`. */
  readonly evaluatorOn: (model: LanguageModel) => Evaluator;
  readonly modelOf: (role: ModelRole) => string;
  readonly replyLimitOf: (role: ModelRole) => number;
  /** A candidate is stored before it is named in an event. */
  readonly keepPrompt: (prompt: Prompt) => void;
  /** What the whole run has spent so far, as if every call had been bought. */
  readonly spent: () => Spend;
  /** Calls the whole search has been admitted. */
  readonly admitted: () => number;
  /** Writes the account at this place of the program. */
  readonly account: (events: EventWriter) => void;
  /** What the verdict would need by now beyond what was reserved for it. */
  readonly verdictLacks: () => { readonly usd: number; readonly tokens: number };
  readonly signal: AbortSignal;
}

/** At most this many progress events an evaluation, however many rows it has. */
const PROGRESS_STEPS = 20;

export function createOptimizerRun(services: SearchServices, budget: Budget, events: EventWriter): OptimizerRun {
  const { seed, state } = services;
  const model = services.under(budget);
  const evaluator = services.evaluatorOn(model);
  const keyOf = (prompt: Prompt, example: Example, settings?: Partial<GenerateSettings>): string =>
    `${prompt.hash}/${example.id}/${settings?.temperature ?? 'default'}/${settings?.sample ?? 0}`;

  const missing = (prompt: Prompt, examples: readonly Example[], settings?: Partial<GenerateSettings>): Example[] =>
    examples.filter((example) => !state.rows.has(keyOf(prompt, example, settings)));

  const estimateRates = (evaluation: Evaluation): { estimate: Estimate; constraints: readonly ConstraintRate[] } => ({
    estimate: evaluation.estimate,
    constraints: evaluation.constraintRates,
  });

  const run: OptimizerRun = {
    path: events.path,
    random: (label, ...index) => createRandom(seed, events.path, label, ...index),

    async generate(role: ModelRole, messages: readonly ChatMessage[], settings: GenerateSettings): Promise<Generation> {
      return await model.generate(
        {
          model: services.modelOf(role),
          role,
          messages,
          temperature: settings.temperature ?? 0,
          maxOutputTokens: services.replyLimitOf(role),
          sample: settings.sample,
        },
        { signal: services.signal },
      );
    },

    async evaluate(prompt, examples, settings) {
      const ask = missing(prompt, examples, settings);
      if (ask.length > 0) {
        services.keepPrompt(prompt);
        const progress = events.below('evaluate');
        const step = Math.max(1, Math.ceil(ask.length / PROGRESS_STEPS));
        const evaluation = await evaluator.evaluate(prompt, ask, {
          ...settings,
          signal: services.signal,
          onRow(done, of) {
            if (done % step === 0 || done === of) progress.emit('rows-done', { done, of });
          },
        });
        for (const [index, row] of evaluation.rows.entries()) {
          const example = ask[index];
          if (example !== undefined) state.rows.set(keyOf(prompt, example, settings), row);
        }
        for (const message of replyNotes(evaluation.rows)) progress.emit('warning', { code: 'replies', message });
        services.account(progress);
      }
      return summarizeRows(
        prompt.hash,
        examples.map((example): RowResult => {
          const row = state.rows.get(keyOf(prompt, example, settings));
          if (row === undefined) throw new PromptOptError('internal', `Row ${example.id} was asked but has no score.`);
          return row;
        }),
      );
    },

    unasked: (prompt, examples) => missing(prompt, examples).length,
    canAfford: (block: CallBlock) => {
      const calls = Object.values(block).reduce<number>((sum, count) => sum + count, 0);
      state.shortfall = shortfallOf(budget, calls, services.verdictLacks());
      state.limitedAt = state.shortfall === null ? null : (state.limitedAt ?? services.admitted());
      return state.shortfall === null;
    },
    callsLeft: () => callsLeft(budget),

    propose(candidate: Candidate) {
      const { prompt } = candidate;
      if (state.numbers.has(prompt.hash)) return false;
      const number = state.numbers.size;
      state.numbers.set(prompt.hash, number);
      state.candidates.push(candidate);
      services.keepPrompt(prompt);
      const parent = state.candidates.find((other) => other.prompt.hash === candidate.parents[0]);
      events.emit('candidate-proposed', {
        candidate: prompt.hash,
        number,
        parents: candidate.parents,
        origin: candidate.origin,
        note: candidate.note,
        demonstrations: prompt.demonstrations.length,
        changed: changedComponents(prompt, parent?.prompt),
      });
      return true;
    },

    reject(reason, parents, candidate) {
      events.emit('candidate-rejected', { candidate: candidate?.prompt.hash ?? null, parents, reason });
    },

    offer(candidate, evaluation, split) {
      const asked = evaluation.rows.length;
      const { calls, usd } = services.spent();
      events.emit('candidate-evaluated', {
        candidate: candidate.prompt.hash,
        split,
        ...estimateRates(evaluation),
        costPerCall: evaluation.costUsd === null ? null : evaluation.costUsd / Math.max(1, asked),
        unparsed: evaluation.unparsed,
        calls,
        usd,
      });
      // A prompt measured again by a later phase is not a new offer.
      if (state.offered.some((offered) => offered.candidate.prompt.hash === candidate.prompt.hash)) return;
      if (offer(state, { candidate, evaluation })) {
        events.emit('incumbent-changed', {
          candidate: candidate.prompt.hash,
          estimate: evaluation.estimate,
          calls,
        });
      }
      services.account(events);
    },

    incumbent: () => state.incumbent,

    async phase(name, body, note) {
      const place = events.below(name);
      place.emit('phase-started', { phase: name, ...(note === undefined ? {} : { note }) });
      const result = await body();
      place.emit('phase-ended', { phase: name });
      return result;
    },

    warn(code, message) {
      events.emit('warning', { code, message });
    },

    child(name, share) {
      return createOptimizerRun(
        services,
        share >= 1 ? budget : budget.child(scaled(budget.left(), share)),
        events.below(name),
      );
    },
  };
  return run;
}

const callsLeft = (budget: Budget): number => budget.left().calls ?? Infinity;

/** What `calls` more at the mean price so far would take beyond what is left; null when they fit. */
function shortfallOf(
  budget: Budget,
  calls: number,
  kept: ReturnType<SearchServices['verdictLacks']>,
): Shortfall | null {
  const [left, spent] = [budget.left(), budget.spent()];
  const mean = calls / Math.max(1, spent.calls);
  const missing: readonly Shortfall[] = [
    { limit: 'calls', by: calls - (left.calls ?? Infinity) },
    { limit: 'usd', by: spent.usd * mean + kept.usd - (left.usd ?? Infinity) },
    {
      limit: 'tokens',
      by: Math.ceil((spent.inputTokens + spent.outputTokens) * mean + kept.tokens) - (left.tokens ?? Infinity),
    },
  ];
  return missing.find(({ by }) => by > 0) ?? null;
}

function scaled(left: Limits, share: number): Limits {
  return {
    ...(left.calls === undefined ? {} : { calls: Math.floor(left.calls * share) }),
    ...(left.usd === undefined ? {} : { usd: left.usd * share }),
    ...(left.tokens === undefined ? {} : { tokens: Math.floor(left.tokens * share) }),
  };
}

function changedComponents(prompt: Prompt, parent: Prompt | undefined): string[] {
  if (parent === undefined) return [];
  return prompt.components
    .filter(
      (component) => parent.components.find((other) => other.name === component.name)?.content !== component.content,
    )
    .map((component) => component.name);
}
