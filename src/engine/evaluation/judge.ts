/**
 * One judge compares two answers. It is asked in both orders, since judges favour a place: an answer wins when both
 * verdicts name it, and is otherwise tied (the protocol of MT-Bench, arXiv 2306.05685, section 3.4).
 */
import { PromptOptError } from '../../protocol/errors.ts';
import type { Spend } from '../../protocol/events.ts';
import { NO_SPEND } from '../../protocol/events.ts';
import { textMessage, textOf } from '../models/language-model.ts';
import type { Generation, LanguageModel } from '../models/language-model.ts';
import { addSpend } from '../../protocol/spend.ts';
import { spendOf } from '../models/spend.ts';
import { REPLY_LIMITS } from '../models/worst-case.ts';
import type { TaskSpec } from '../spec/task-spec.ts';
import { JUDGE_SYSTEM, comparisonPrompt, readVerdict, repairPrompt } from './judge-prompt.ts';
import type { Verdict } from './judge-prompt.ts';

/** Something an answer is judged by. */
export interface Criterion {
  readonly name: string;
  /** In words a judge can follow. */
  readonly description: string;
  /** Its part among the criteria, above 0; equal when absent. */
  readonly weight?: number;
}

/** Who judges, and what of the task it is shown. */
export interface JudgeOptions {
  readonly model: LanguageModel;
  /** `provider/model` of the judge. Better not the one that wrote the answers. */
  readonly modelName: string;
  /** The most one verdict may use, in tokens; default 512, the limit of the role. */
  readonly maxOutputTokens?: number;
  /** What both answers answer. */
  readonly input?: string;
  /** An answer known to be good. */
  readonly reference?: string;
  /** Part of the calls' identity: another number asks anew. Default 0. */
  readonly sample?: number;
  /** Default 0. */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
}

/** Which of two answers is better; `tie` also where the two orders disagree. */
export type Winner = 'a' | 'b' | 'tie';

/** What the judge said to one order. */
export interface OrderVerdict {
  /** The answer that stood first. */
  readonly first: 'a' | 'b';
  /** Null when it gave no verdict that could be read, twice. */
  readonly winner: Winner | null;
  /** In the judge's own words, in which A is the answer that stood first. */
  readonly reason: string;
}

/** One judge's verdict on two answers, asked in both orders. */
export interface Comparison {
  readonly winner: Winner;
  /** The part of the verdicts that say so: 1 when the orders agree, 0.5 when one says tie, 0 when they contradict each other. */
  readonly confidence: number;
  /** Two, one for each order; none for equal answers, which nobody is asked about. */
  readonly verdicts: readonly OrderVerdict[];
  /** As if every call had been bought. */
  readonly spent: Spend;
  readonly paid: Spend;
}

/** What a spec asks of an answer: its constraints in words, else its description. */
export function criteriaOf({ constraints, description }: Pick<TaskSpec, 'constraints' | 'description'>): Criterion[] {
  if (constraints.length === 0) {
    return [
      { name: 'task', description: description === '' ? 'The answer does what the input asks for.' : description },
    ];
  }
  return constraints.map(({ name, description: told, weight }) => ({ name, description: told, weight }));
}

interface Judged {
  readonly verdict: Verdict | null;
  readonly spent: Spend;
  readonly paid: Spend;
}

/**
 * Which of two answers meets the criteria better.
 *
 * @throws PromptOptError `usage` without criteria, and what the model throws: a failure of the judge is no tie
 */
export async function judgeComparison(
  a: string,
  b: string,
  criteria: string | readonly Criterion[],
  judge: JudgeOptions,
): Promise<Comparison> {
  const told = typeof criteria === 'string' ? [{ name: 'criteria', description: criteria }] : criteria;
  if (told.every(({ description }) => description.trim() === '')) {
    throw new PromptOptError('usage', 'There are no criteria to judge by.', {
      remedy: 'Say in words what makes an answer good.',
    });
  }
  if (a.trim() === b.trim()) return { winner: 'tie', confidence: 1, verdicts: [], spent: NO_SPEND, paid: NO_SPEND };
  // Calls in the air are waited for: their replies are paid for and must reach the journal.
  const ends = await Promise.allSettled([
    askOrder(comparisonPrompt({ first: a, second: b, criteria: told, ...judge }), judge),
    askOrder(comparisonPrompt({ first: b, second: a, criteria: told, ...judge }), judge),
  ]);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
  const judged = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const verdicts = judged.map(({ verdict }, order): OrderVerdict => {
    const [first, second] = order === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
    const winners = { first, second, tie: 'tie' } as const;
    return { first, winner: verdict === null ? null : winners[verdict.winner], reason: verdict?.reason ?? '' };
  });
  const [one, two] = verdicts.map(({ winner }) => winner);
  const winner = one !== null && one !== undefined && one === two ? one : 'tie';
  return {
    winner,
    confidence: verdicts.filter((verdict) => verdict.winner === winner).length / verdicts.length,
    verdicts,
    spent: judged.reduce((sum, { spent }) => addSpend(sum, spent), NO_SPEND),
    paid: judged.reduce((sum, { paid }) => addSpend(sum, paid), NO_SPEND),
  };
}

/** Asks for one verdict, and once more when what came cannot be read. */
async function askOrder(prompt: string, judge: JudgeOptions): Promise<Judged> {
  const { model, modelName, maxOutputTokens = REPLY_LIMITS.judge, sample = 0, temperature = 0, signal } = judge;
  const ask = (text: string): Promise<Generation> =>
    model.generate(
      {
        model: modelName,
        role: 'judge',
        messages: [textMessage('system', JUDGE_SYSTEM), textMessage('user', text)],
        temperature,
        maxOutputTokens,
        sample,
      },
      signal === undefined ? {} : { signal },
    );
  let [spent, paid] = [NO_SPEND, NO_SPEND];
  for (const text of [prompt, repairPrompt(prompt)]) {
    const generation = await ask(text);
    spent = addSpend(spent, spendOf(generation.usage, generation.costUsd));
    paid = addSpend(paid, generation.paid);
    const verdict = readVerdict(textOf(generation));
    if (verdict !== null) return { verdict, spent, paid };
  }
  return { verdict: null, spent, paid };
}
