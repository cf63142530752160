/** The last step of a run: original against winner on rows the search never saw, as many as its limits leave room for. */
import type { StopReason, VerdictSummary } from '../../protocol/events.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { Example } from '../data/example.ts';
import type { Evaluation, Evaluator } from '../evaluation/evaluation.ts';
import type { Budget } from '../models/budget.ts';
import type { ModelInfo } from '../models/provider.ts';
import { worstCaseOf } from '../models/worst-case.ts';
import { textMessage } from '../models/language-model.ts';
import type { Prompt } from '../spec/prompt.ts';
import { renderMessages } from '../spec/template.ts';
import { createRandom } from '../statistics/random.ts';
import type { EventWriter } from './event-writer.ts';
import type { PreparedRun } from './prepare-run.ts';
import { replyNotes } from './reply-notes.ts';
import { FEWEST_VERDICT_ROWS } from './run-config.ts';
import type { SearchState } from './search-state.ts';
import { crossFit, makeVerdict } from './verdict.ts';

export interface VerdictRun {
  readonly prepared: PreparedRun;
  readonly state: SearchState;
  /** Asks within `budget`. */
  readonly evaluator: Evaluator;
  readonly budget: Budget;
  readonly target: ModelInfo;
  readonly events: EventWriter;
  readonly signal: AbortSignal;
}

/** Without a verdict, why there is none. */
export type VerdictEnd =
  { readonly verdict: VerdictSummary } | { readonly verdict: null; readonly stopReason: StopReason };

/** Progress events an evaluation at most. */
const PROGRESS_STEPS = 20;

/** @throws what the model throws, except for a reached limit and a stop: they end the run without a verdict. */
export async function runVerdict(run: VerdictRun): Promise<VerdictEnd> {
  const { prepared, state, events } = run;
  const { request, config } = prepared;
  const original = request.spec.prompt;
  const winner = state.incumbent?.candidate.prompt ?? original;
  const changed = winner.hash !== original.hash;
  const random = createRandom(config.seed, 'verdict');
  events.emit('phase-started', { phase: 'verdict' });
  if (request.splits.test.length === 0) {
    const baseline = state.offered.find((offered) => offered.candidate.prompt.hash === original.hash);
    if (baseline === undefined) return { verdict: null, stopReason: 'too-small-to-search' };
    const { before, after } = crossFit(state, baseline.evaluation);
    return { verdict: makeVerdict({ before, after, basis: 'cross-fitted', rowsLeftOut: 0, changed, random }) };
  }
  const room = roomFor(run, changed ? [original, winner] : [original]);
  if (room.rows < Math.min(FEWEST_VERDICT_ROWS, config.verdictRows)) {
    // A verdict that cannot be finished is not begun: what it would cost buys nothing.
    state.notes.push(
      `The limit left room for ${room.rows} test rows; a verdict needs at least ${FEWEST_VERDICT_ROWS}.`,
    );
    return { verdict: null, stopReason: `budget-${room.limit}` };
  }
  const rows = request.splits.test.slice(0, room.rows);
  if (rows.length < config.verdictRows) {
    const message = `The limit leaves room for ${rows.length} of ${request.splits.test.length} test rows in the verdict.`;
    state.notes.push(message);
    events.emit('warning', { code: 'verdict-rows', message });
  }
  try {
    const before = await ask(run, original, rows);
    const after = changed ? await ask(run, winner, rows) : before;
    const rowsLeftOut = request.splits.test.length - rows.length;
    const held = { before: before.rows, after: after.rows, basis: 'held-out', rowsLeftOut, changed, random } as const;
    return { verdict: makeVerdict(held) };
  } catch (error) {
    if (run.signal.aborted || !isPromptOptError(error)) throw error;
    if (error.code === 'stopped') return { verdict: null, stopReason: 'stopped-by-user' };
    if (error.code !== 'budget') throw error;
    return { verdict: null, stopReason: `budget-${error.details.limit ?? 'calls'}` };
  }
}

async function ask(
  { evaluator, events, signal }: VerdictRun,
  prompt: Prompt,
  rows: readonly Example[],
): Promise<Evaluation> {
  const progress = events.below('evaluate');
  const step = Math.ceil(rows.length / PROGRESS_STEPS);
  const evaluation = await evaluator.evaluate(prompt, rows, {
    signal,
    onRow(done, of) {
      if (done % step === 0 || done === of) progress.emit('rows-done', { done, of });
    },
  });
  for (const message of replyNotes(evaluation.rows)) progress.emit('warning', { code: 'replies', message });
  return evaluation;
}

/** Test rows may be longer than the validation rows the mean is of. */
const MARGIN = 1.15;

type Account = 'usd' | 'tokens';

/**
 * Rows that money and tokens reach for, at what a call of each prompt has used so far. Calls are counted when the run
 * is prepared; the cost of a call is only known now.
 */
function roomFor(run: VerdictRun, prompts: readonly Prompt[]): { readonly rows: number; readonly limit: Account } {
  const left = run.budget.left();
  const largest = largestCall(run, prompts);
  const reach = (limit: Account): number => {
    const each = prompts.reduce((sum, prompt) => sum + meanUse(run.state, prompt)[limit], 0);
    const room = Math.max(0, (left[limit] ?? Infinity) - largest[limit]);
    if (each === 0) return Infinity;
    const comfortable = Math.floor(room / (each * MARGIN));
    // Between the comfortable and the exact number of rows the least a verdict needs is tried.
    return comfortable >= FEWEST_VERDICT_ROWS ? comfortable : Math.min(FEWEST_VERDICT_ROWS, Math.floor(room / each));
  };
  const [usd, tokens] = [reach('usd'), reach('tokens')];
  return {
    rows: Math.min(run.prepared.config.verdictRows, usd, tokens),
    limit: usd <= tokens ? 'usd' : 'tokens',
  };
}

/** The worst case of the largest call: what must be free for it to be admitted at all. */
function largestCall(
  { prepared, target }: Pick<VerdictRun, 'prepared' | 'target'>,
  prompts: readonly Prompt[],
): { usd: number; tokens: number } {
  const { request, config } = prepared;
  const worst = prompts.flatMap((prompt) =>
    request.splits.test.map((row) =>
      worstCaseOf(
        {
          model: config.models.target,
          role: 'target',
          messages: renderMessages(prompt, row.inputs).map(({ role, content }) => textMessage(role, content)),
          temperature: 0,
          maxOutputTokens: config.replyLimits.target,
          sample: 0,
        },
        target,
      ),
    ),
  );
  return {
    usd: Math.max(0, ...worst.map(({ usd }) => usd)),
    tokens: Math.max(0, ...worst.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
  };
}

/** Mean cost and tokens of a call of this prompt so far; 0 when it has none. */
function meanUse(state: SearchState, prompt: Prompt): Readonly<Record<Account, number>> {
  const rows = state.offered.find(({ candidate }) => candidate.prompt.hash === prompt.hash)?.evaluation.rows ?? [];
  const count = Math.max(1, rows.length);
  return {
    usd: rows.reduce((sum, row) => sum + (row.costUsd ?? 0), 0) / count,
    tokens: rows.reduce((sum, row) => sum + row.usage.inputTokens + row.usage.outputTokens, 0) / count,
  };
}

/** USD that the verdict on all its rows will take, with room for the reservation of its largest call. */
export function verdictCost(prepared: PreparedRun, state: SearchState, target: ModelInfo): number {
  const original = prepared.request.spec.prompt;
  const winner = state.incumbent?.candidate.prompt ?? original;
  const prompts = winner.hash === original.hash ? [original] : [original, winner];
  const each = prompts.reduce((sum, prompt) => sum + meanUse(state, prompt).usd, 0);
  return prepared.config.verdictRows * MARGIN * each + largestCall({ prepared, target }, prompts).usd;
}

/** What the smallest verdict on the incumbent would take by now: grown demonstrations make it dearer than the start could know. */
export function verdictNeeds({ request, config }: PreparedRun, state: SearchState): Readonly<Record<Account, number>> {
  const rows = Math.min(FEWEST_VERDICT_ROWS, config.verdictRows);
  const original = meanUse(state, request.spec.prompt);
  const winner = state.incumbent === null ? original : meanUse(state, state.incumbent.candidate.prompt);
  const whole = (account: Account): number => rows * MARGIN * (original[account] + winner[account]);
  return { usd: whole('usd'), tokens: whole('tokens') };
}
