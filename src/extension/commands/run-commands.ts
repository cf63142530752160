/** Commands about a run that exists: open it, resume it, steer it. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Limits, OptimizationResult, RunRecord } from '../../engine/index.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import { endedByLimit } from '../../protocol/advice.ts';
import { limits as limitsText, score } from '../../protocol/wording.ts';
import { showRunPanel } from '../panels/run-panel.ts';
import type { Product } from '../product.ts';
import { isLive } from '../runs/run-session.ts';
import type { RunSession } from '../runs/run-session.ts';
import { askLimits } from './limits-input.ts';
import { followRun } from './optimize-prompt.ts';

/** Where to look for runs when a command names no file: the focused file's folder, else the workspace's. */
export function nearestFolder(path?: unknown): string | undefined {
  if (typeof path === 'string') return dirname(path);
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file') return dirname(active.fsPath);
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

function describeRecord({ header, status, result }: RunRecord): vscode.QuickPickItem & { readonly id: string } {
  const verdict = (result as OptimizationResult | null)?.verdict;
  const outcome =
    verdict === null || verdict === undefined ? status : `${score(verdict.before.mean)} → ${score(verdict.after.mean)}`;
  return {
    id: header.id,
    label: header.name,
    description: `${header.strategy} · ${outcome}`,
    detail: `${new Date(header.createdAt).toLocaleString()} · ${vscode.workspace.asRelativePath(header.specPath)}`,
  };
}

const MOST_SHOWN = 100;

/** The run a command names, or the one the user picks. */
async function chooseRun(
  product: Product,
  folder: string,
  title: string,
  fits: (record: RunRecord) => boolean = () => true,
): Promise<string | undefined> {
  const store = await (await product.engine()).store(folder);
  const all = await store.query();
  const records = all.filter(fits).slice(0, MOST_SHOWN);
  if (records.length === 0) {
    throw new PromptOptError('usage', all.length === 0 ? 'There is no run yet.' : `${title}: there is no such run.`, {
      remedy: 'Start one with Prompt Optimizer: Optimize Prompt on a prompt file.',
    });
  }
  return (await vscode.window.showQuickPick(records.map(describeRecord), { title, matchOnDetail: true }))?.id;
}

function requireFolder(path: unknown): string {
  const folder = nearestFolder(path);
  if (folder === undefined) {
    throw new PromptOptError('usage', 'No folder is open.', { remedy: 'Open the folder your prompt files are in.' });
  }
  return folder;
}

export async function openRun(product: Product, id?: unknown, specPath?: unknown): Promise<RunSession | undefined> {
  const folder = requireFolder(specPath);
  const chosen = typeof id === 'string' ? id : await chooseRun(product, folder, 'Open run');
  if (chosen === undefined) return undefined;
  const session = await product.sessions.open(folder, chosen);
  if (session === null) throw new PromptOptError('usage', `Run ${chosen} is not in the store any more.`);
  showRunPanel(product, session);
  return session;
}

const isInterrupted = ({ status }: RunRecord): boolean => status === 'interrupted';

export async function resumeRun(
  product: Product,
  id?: unknown,
  specPath?: unknown,
): Promise<OptimizationResult | null | undefined> {
  const folder = requireFolder(specPath);
  const chosen = typeof id === 'string' ? id : await chooseRun(product, folder, 'Resume run', isInterrupted);
  if (chosen === undefined) return undefined;
  const { session, note } = await product.sessions.resume(folder, chosen);
  if (note !== null) void vscode.window.showInformationMessage(note);
  showRunPanel(product, session);
  return await followRun(product, session);
}

/** Twice each limit, to begin with. */
const doubled = (limits: Limits): Limits =>
  Object.fromEntries(Object.entries(limits).map(([kind, value]: [string, number]) => [kind, 2 * value]));

/** Goes on with a run that ended at its limit; `limits` stand in for the question. */
export async function raiseLimit(
  product: Product,
  id?: unknown,
  specPath?: unknown,
  given?: unknown,
): Promise<OptimizationResult | null | undefined> {
  const folder = requireFolder(specPath);
  const ended = (record: RunRecord): boolean =>
    record.status === 'done' && endedByLimit((record.result as OptimizationResult).stopReason);
  const chosen = typeof id === 'string' ? id : await chooseRun(product, folder, 'Continue run', ended);
  if (chosen === undefined) return undefined;
  const record = await (await (await product.engine()).store(folder)).load(chosen);
  const current = (record?.result as OptimizationResult | null | undefined)?.limits ?? {};
  const limits =
    (given as Limits | undefined) ??
    (await askLimits(
      `It counts the whole run, with what it has used already; until now it was ${limitsText(current)}. Nothing is bought twice.`,
      doubled(current),
    ));
  if (limits === undefined) return undefined;
  const { session, note } = await product.sessions.resume(folder, chosen, limits);
  if (note !== null) void vscode.window.showInformationMessage(note);
  showRunPanel(product, session);
  return await followRun(product, session);
}

/** A command on the live run: the named one, the only one, or the one the user picks. */
export function steerRun(steer: (session: RunSession) => void): (product: Product, id?: unknown) => Promise<void> {
  return async ({ sessions }, id) => {
    const { live } = sessions;
    const named = live.find((session) => session.id === id);
    const session = named ?? (live.length > 1 ? await pickLive(live) : live[0]);
    if (session !== undefined && isLive(session)) steer(session);
  };
}

async function pickLive(live: readonly RunSession[]): Promise<RunSession | undefined> {
  const items = live.map((session) => ({ label: session.name, description: session.status, session }));
  return (await vscode.window.showQuickPick(items, { title: 'Which run' }))?.session;
}
