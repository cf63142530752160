/** Asks the target model for every row and scores the replies: in input order, a window at a time, cancellable. */
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import type { Example } from '../data/example.ts';
import { textMessage, textOf } from '../models/language-model.ts';
import type { LanguageModel } from '../models/language-model.ts';
import type { Prompt } from '../spec/prompt.ts';
import { renderMessages } from '../spec/template.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import type { ConstraintServices } from './constraints/constraint.ts';
import type { EvaluateOptions, Evaluator, RowResult } from './evaluation.ts';
import { scoreReply } from './scoring.ts';
import { summarizeRows } from './summarize-rows.ts';

export interface EvaluatorOptions {
  readonly spec: TaskSpec;
  readonly model: LanguageModel;
  /** `provider/model` of the target. */
  readonly modelName: string;
  readonly maxOutputTokens: number;
  readonly services: ConstraintServices;
  /** Rows under way at once, see `rowsUnderWay`: bounds memory; the limiter below bounds the provider. */
  readonly window: number;
}

/** Up to so many calls at once, the store keeps up by itself. */
const KEPT_UP = 8;

/**
 * Rows under way for so many calls in the air. Above eight, half as many again: the more calls land in one turn, the
 * longer each waits for the journal, and a next one must be ready when a place is free (`bench/overhead.ts`). They are
 * kept few, because a kill may charge for what was written down and had not left.
 */
export const rowsUnderWay = (concurrency: number): number =>
  concurrency + Math.max(0, Math.ceil((concurrency - KEPT_UP) / 2));

/** Rows under way by batch: as many as are to be answered together. */
export const BATCH_WINDOW = 10_000;

/** @throws PromptOptError `data` for a score that is no number, naming row and metric. */
function requireNumber(row: RowResult): RowResult {
  if (Number.isFinite(row.score)) return row;
  const culprit = Object.entries(row.metrics).find(([, score]) => !Number.isFinite(score))?.[0] ?? 'score';
  throw new PromptOptError('data', `The metric "${culprit}" gave no number for row ${row.exampleId}.`);
}

/** A row the model would not take with this prompt. */
const refusedRow = (exampleId: string, refusal: Error): RowResult => ({
  exampleId,
  score: 0,
  metrics: {},
  constraints: [],
  feedback: `The request was refused: ${refusal.message}`,
  reply: '',
  outputs: null,
  usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0,
  latencyMs: 0,
  truncated: false,
  refused: true,
});

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { spec, model, modelName, maxOutputTokens, services, window } = options;
  const { temperature, topP, extra } = spec.modelParameters;

  const ask = async (prompt: Prompt, example: Example, evaluate: EvaluateOptions): Promise<RowResult> => {
    const generation = await model.generate(
      {
        model: modelName,
        role: 'target',
        messages: renderMessages(prompt, example.inputs).map((message) => textMessage(message.role, message.content)),
        temperature: evaluate.temperature ?? temperature,
        ...(topP === undefined ? {} : { topP }),
        ...(spec.responseFormat.type === 'text' ? {} : { responseFormat: spec.responseFormat }),
        ...(Object.keys(extra).length === 0 ? {} : { extra }),
        maxOutputTokens,
        sample: evaluate.sample ?? 0,
      },
      evaluate.signal === undefined ? {} : { signal: evaluate.signal },
    );
    const reply = textOf(generation);
    const scored = await scoreReply(spec, example, reply, services);
    return requireNumber({
      exampleId: example.id,
      ...scored,
      reply,
      usage: generation.usage,
      costUsd: generation.costUsd,
      latencyMs: generation.latencyMs,
      truncated: generation.finishReason === 'length',
      refused: false,
    });
  };

  /** Whether this model has answered anything yet: until then a refusal may mean that no request can work. */
  let answered = false;

  const askOrRefuse = async (
    prompt: Prompt,
    example: Example,
    evaluate: EvaluateOptions,
  ): Promise<RowResult | Error> => {
    try {
      return await ask(prompt, example, evaluate);
    } catch (error) {
      if (isPromptOptError(error) && error.code === 'bad-request') return error;
      throw error;
    }
  };

  return {
    async evaluate(prompt, examples, evaluate = {}) {
      const outcomes = new Array<RowResult | Error>(examples.length);
      let next = 0;
      let done = 0;
      let failed = false;
      // Each worker takes the next row in input order, so calls are made in that order whatever the window.
      const work = async (): Promise<void> => {
        while (next < examples.length && !failed) {
          const index = next++;
          const example = examples[index];
          if (example === undefined) return;
          try {
            outcomes[index] = await askOrRefuse(prompt, example, evaluate);
          } catch (error) {
            failed = true;
            throw error;
          }
          evaluate.onRow?.(++done, examples.length);
        }
      };
      const workers = Array.from({ length: Math.min(window, examples.length) }, work);
      // Calls in the air are waited for: their replies are paid for and must reach the journal.
      const ends = await Promise.allSettled(workers);
      const failure = ends.find((end) => end.status === 'rejected');
      if (failure !== undefined) throw failure.reason as Error;
      const [refusal] = outcomes.filter((outcome) => outcome instanceof Error);
      answered ||= outcomes.some((outcome) => !(outcome instanceof Error));
      if (refusal !== undefined && !answered) throw refusal;
      return summarizeRows(
        prompt.hash,
        outcomes.map((outcome, index) =>
          outcome instanceof Error ? refusedRow(examples[index]?.id ?? '', outcome) : outcome,
        ),
      );
    },
  };
}
