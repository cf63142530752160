/** One evaluation outside a run: a prompt on rows, within a budget, its replies kept in the cache. */
import type { EvaluatedRow, EvaluationReport } from '../../protocol/evaluation-report.ts';
import type { BatchProgress, Limits } from '../../protocol/events.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import type { Example } from '../data/example.ts';
import type { Evaluator, RowResult } from '../evaluation/evaluation.ts';
import { summarizeRows } from '../evaluation/summarize-rows.ts';
import { createBudget } from '../models/budget.ts';
import type { Clock } from '../models/clock.ts';
import type { ModelConnections } from '../models/connections.ts';
import { createGateway } from '../models/gateway.ts';
import type { LanguageModel } from '../models/language-model.ts';
import type { Trace } from '../models/telemetry.ts';
import type { BatchLog, CachePort, SpendLog } from '../models/ports.ts';
import type { Prompt } from '../spec/prompt.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { mean, scoreInterval } from '../statistics/descriptive.ts';
import { replyNotes } from './reply-notes.ts';
import { describeForBatch, describeModel, isEmbedded } from './prepare-run.ts';

export interface EvaluateRequest {
  readonly spec: TaskSpec;
  readonly prompt: Prompt;
  readonly examples: readonly Example[];
  readonly model: string;
  readonly split: string;
  readonly limits: Limits;
  /** How often each row is asked, at least 1. */
  readonly repeat: number;
  readonly notes: readonly string[];
  readonly signal?: AbortSignal;
  readonly onRow?: (done: number, of: number) => void;
  /** By batch when given. */
  readonly batch?: { readonly log: BatchLog; readonly tell: (progress: BatchProgress) => void } | null;
}

export interface EvaluateServices {
  readonly connections: ModelConnections;
  readonly cache: CachePort | null;
  readonly spendLog: SpendLog | null;
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly retries: number;
  /** Given where the workspace has its calls told to a collector. */
  readonly trace?: Trace;
  readonly newId: () => string;
  readonly evaluatorOn: (spec: TaskSpec, model: LanguageModel) => Evaluator;
}

/**
 * Asks every row `repeat` times and scores the replies.
 * @throws PromptOptError `data` without rows, and what the models throw; what was paid for stays in the cache.
 */
export async function evaluateTask(request: EvaluateRequest, services: EvaluateServices): Promise<EvaluationReport> {
  const { spec, prompt, examples, model, split, limits, repeat, notes, batch = null } = request;
  const describe = batch === null ? describeModel : describeForBatch;
  if (examples.length === 0) {
    throw new PromptOptError('data', `There are no ${split === 'all' ? '' : `${split} `}rows to evaluate on.`, {
      remedy: 'Add rows under `testData`, or name data files under `data`.',
    });
  }
  const nominal = createBudget(limits);
  const paid = createBudget(limits);
  const gateway = createGateway({
    connections: services.connections,
    models: new Map([[model, await describe(model, services.connections)]]),
    journal: null,
    cache: services.cache,
    spendLog: services.spendLog,
    paid,
    clock: services.clock,
    random: services.jitter,
    retries: services.retries,
    ...(services.trace === undefined ? {} : { trace: services.trace }),
    ...(batch === null ? {} : { batch: { ...batch, newToken: services.newId } }),
  });
  const evaluator = services.evaluatorOn(spec, gateway.under(nominal));
  const of = examples.length * repeat;
  const results: { readonly row: RowResult; readonly example: Example; readonly sample: number }[] = [];
  const timer = afterMinutes(limits.minutes, () => {
    nominal.stopAt(
      nominal.admitted(),
      new PromptOptError('budget', 'The time limit is reached.', {
        limit: 'minutes',
        remedy: 'Allow more minutes; what was paid for is in the cache.',
      }),
    );
  });
  try {
    for (let sample = 0; sample < repeat; sample++) {
      const evaluation = await evaluator.evaluate(prompt, examples, {
        sample,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        onRow: (done) => request.onRow?.(sample * examples.length + done, of),
      });
      for (const [index, row] of evaluation.rows.entries()) {
        const example = examples[index];
        if (example !== undefined) results.push({ row, example, sample });
      }
    }
    await gateway.batcher?.forget();
  } catch (error) {
    await gateway.batcher?.release();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const summary = summarizeRows(
    prompt.hash,
    results.map(({ row }) => row),
  );
  return {
    name: spec.name,
    model,
    embedded: isEmbedded(model),
    split,
    repeat,
    estimate: estimateByRow(results, examples),
    constraints: summary.constraintRates,
    corpus: summary.corpus,
    unparsed: summary.unparsed,
    truncated: results.filter(({ row }) => row.truncated).length,
    rows: results.map(({ row, example, sample }) => evaluatedRow(row, example, sample)),
    limits,
    spent: nominal.spent(),
    paid: paid.spent(),
    notes: [...notes, ...replyNotes(results.map(({ row }) => row))],
  };
}

function afterMinutes(minutes: number | undefined, act: () => void): NodeJS.Timeout | undefined {
  return minutes === undefined ? undefined : setTimeout(act, minutes * 60_000);
}

/** Repeats of a row are not further rows: each row counts once, with the mean of its repeats. */
function estimateByRow(
  results: readonly { readonly row: RowResult; readonly sample: number }[],
  examples: readonly Example[],
): EvaluationReport['estimate'] {
  const byRow = new Map<string, number[]>();
  for (const { row } of results) {
    const repeats = byRow.get(row.exampleId);
    if (repeats === undefined) byRow.set(row.exampleId, [row.score]);
    else repeats.push(row.score);
  }
  const scores = examples.map(({ id }) => mean(byRow.get(id) ?? []));
  const [low, high] = scoreInterval(scores);
  return { mean: mean(scores), low, high, rows: scores.length };
}

const evaluatedRow = (row: RowResult, example: Example, sample: number): EvaluatedRow => ({
  id: example.id,
  source: example.source,
  inputs: example.inputs,
  expected: example.expected,
  reply: row.reply,
  score: row.score,
  metrics: row.metrics,
  failedConstraints: row.constraints.flatMap(({ name, passed, reason }) => (passed ? [] : [{ name, reason }])),
  feedback: row.feedback,
  truncated: row.truncated,
  latencyMs: row.latencyMs,
  costUsd: row.costUsd,
  sample,
});
