/** A candidate's text beside its parent's, line by line. */
import { diffLines } from 'diff';
import type { PromptText } from '../../engine/index.ts';
import type { CandidateText, ComparedLine, ComparedMessage } from '../../protocol/messages.ts';
import type { RunSession } from '../runs/run-session.ts';

/** Null when the text is not stored any more. */
export async function candidateText(
  session: Pick<RunSession, 'view' | 'prompt'>,
  hash: string,
): Promise<CandidateText | null> {
  const prompt = await session.prompt(hash);
  if (prompt === null) return null;
  const { candidates } = session.view;
  const parentHash = candidates.find((candidate) => candidate.hash === hash)?.parents[0];
  const parent = parentHash === undefined ? null : await session.prompt(parentHash);
  return {
    hash,
    against: candidates.find((candidate) => candidate.hash === parentHash)?.number ?? null,
    messages: prompt.messages.map((message) => compareMessage(message, parent)),
    demonstrations: prompt.demonstrations,
  };
}

function compareMessage(message: PromptText['messages'][number], parent: PromptText | null): ComparedMessage {
  const before = parent?.messages.find(({ name }) => name === message.name)?.content;
  return {
    name: message.name,
    role: message.role,
    lines: before === undefined ? linesOf(message.content, 'same') : compare(before, message.content),
  };
}

const linesOf = (text: string, kind: ComparedLine['kind']): ComparedLine[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => ({ kind, text: line }));

function compare(before: string, after: string): ComparedLine[] {
  return diffLines(`${before}\n`, `${after}\n`).flatMap(({ value, added, removed }) =>
    linesOf(value, added ? 'added' : removed ? 'removed' : 'same'),
  );
}
