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
