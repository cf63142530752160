/** Which model plays which role, from the command or command line, the spec and the workspace's aliases. */
import type { TaskSpec } from '../spec/task-spec.ts';

/** What a user asked for besides the spec. */
export interface ModelChoice {
  /** The target, and the proposer too unless that is named. */
  readonly model?: string;
  readonly proposer?: string;
}

/** The model of each role, as `provider/model`. */
export interface ChosenModels {
  readonly target: string;
  readonly proposer: string;
}

/** Runs when nothing names a model: it needs no key, and says of itself that it is a stand-in. */
export const DEFAULT_MODEL = 'embedded/apprentice';

/** The keys there are, as far as the choice of an endpoint depends on them. */
export interface KeysAtHand {
  /** Names of the providers whose key is set. */
  readonly keyed: readonly string[];
  /** Whether `openai` has an address of one's own, and so may need no key. */
  readonly ownOpenAi: boolean;
}

/**
 * GitHub Models has OpenAI's models too, and its files name them `openai/…`. Where GitHub's is the one key there is, they
 * are asked there, and the note says so; null when nothing changes.
 */
export function throughGithub(
  { target, proposer }: ChosenModels,
  { keyed, ownOpenAi }: KeysAtHand,
): { readonly models: ChosenModels; readonly note: string } | null {
  const isBare = (model: string): boolean => model.startsWith('openai/');
  if (ownOpenAi || keyed.length !== 1 || keyed[0] !== 'github' || !(isBare(target) || isBare(proposer))) return null;
  const moved = (model: string): string => (isBare(model) ? `github/${model}` : model);
  const names = [...new Set([target, proposer].filter(isBare))];
  return {
    models: { target: moved(target), proposer: moved(proposer) },
    note: `GITHUB_TOKEN is the only key set, so ${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} asked at GitHub Models; set OPENAI_API_KEY to ask OpenAI.`,
  };
}

/** A named choice wins over the spec; a proposer of the spec counts only while its target does. */
export function chooseModels(
  spec: TaskSpec,
  choice: ModelChoice,
  aliases: Readonly<Record<string, string>> = {},
): ChosenModels {
  const resolve = (name: string): string => aliases[name] ?? name;
  const target = choice.model ?? spec.models.target ?? DEFAULT_MODEL;
  const proposer = choice.proposer ?? (choice.model === undefined ? spec.models.proposer : null) ?? target;
  return { target: resolve(target), proposer: resolve(proposer) };
}
