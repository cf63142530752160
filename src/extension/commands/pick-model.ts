/** Which model answers: the spec's, those of VS Code, the names of the workspace, the stand-in, or one that is typed. */
import * as vscode from 'vscode';
import type { Engine, Task } from '../../engine/index.ts';
import { describeError } from '../../protocol/errors.ts';
import { VSCODE_PROVIDER } from '../models/vscode-models.ts';
import { pick } from './quick-pick.ts';
import type { Choice } from './quick-pick.ts';

const EMBEDDED = 'embedded/apprentice';

const heading = (label: string): Choice<string> => ({ label, kind: vscode.QuickPickItemKind.Separator, value: '' });

/** @param current what would be asked now; undefined when that is not known */
export async function pickModel(
  engine: Engine,
  task: Task,
  current: string | undefined,
  step: { readonly step: number; readonly of: number },
): Promise<string | undefined> {
  const own: Choice<string>[] = [
    ...(current === undefined ? [] : [{ label: current, description: 'as now', value: current }]),
    ...[task.spec?.models.target, task.spec?.models.proposer].flatMap((name) =>
      name === null || name === undefined ? [] : [{ label: name, description: 'named in the file', value: name }],
    ),
    { label: EMBEDDED, description: 'stand-in that needs no key and no network', value: EMBEDDED },
  ];
  const aliases = Object.entries(await engine.aliases(task.path)).map(([name, model]): Choice<string> => ({
    label: name,
    description: model,
    value: name,
  }));
  const models = await modelsOfVscode(engine, task);
  const distinct = new Set<string>();
  const choices = [
    ...own,
    ...(aliases.length === 0 ? [] : [heading('Names of this workspace'), ...aliases]),
    ...models,
  ].filter(({ kind, value }) => {
    if (kind === vscode.QuickPickItemKind.Separator) return true;
    const isNew = !distinct.has(value);
    distinct.add(value);
    return isNew;
  });
  const model = await pick<string>({
    title: 'Model that answers and proposes',
    placeholder: 'Pick one, or type provider/model, e.g. openai/gpt-4o-mini',
    ...step,
    choices,
    typed: { label: (text) => `Use ${text}`, value: (text) => text },
  });
  return model === 'back' ? undefined : model;
}

/** Under their heading; a provider that cannot say what it has must not keep the user from choosing another. */
async function modelsOfVscode(engine: Engine, task: Task): Promise<Choice<string>[]> {
  try {
    const listed = await engine.listModels(VSCODE_PROVIDER, task.path);
    if (listed.length === 0) return [];
    const choices = listed.map(({ id, note }) => ({
      label: `${VSCODE_PROVIDER}/${id}`,
      ...(note === null ? {} : { description: note }),
      value: `${VSCODE_PROVIDER}/${id}`,
    }));
    return [heading('Models of VS Code, without a key'), ...choices];
  } catch (error) {
    return [heading(`Models of VS Code could not be listed: ${describeError(error)}`)];
  }
}
