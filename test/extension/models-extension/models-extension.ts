/** An extension as another author would write it: language models for VS Code, here answered by the apprentice. */
import * as vscode from 'vscode';
import { answerAsApprentice, countApprenticeTokens } from '../../../src/engine/models/providers/embedded/apprentice.ts';
import type { ApprenticeMessage } from '../../../src/engine/models/providers/embedded/apprentice.ts';

/** How the models answer from now on. */
export type ModelsMode =
  | 'answer'
  /** Takes the request and says nothing until it is cancelled. */
  | 'hold'
  | 'blocked'
  | 'no-permissions'
  | 'not-found'
  /** Fails in words that hold a secret. */
  | 'broken'
  /** Answers more than it was asked for. */
  | 'long'
  | 'empty';

export interface AskedModel {
  readonly model: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ModelsApi {
  readonly asked: AskedModel[];
  /** Requests that were cancelled by who asked. */
  readonly cancelled: () => number;
  mode(mode: ModelsMode): void;
}

export const SECRET = 'sk-secret-of-another-extension';
const SYSTEM_MARK = 'Instructions:\n\n';

const model = (id: string, family: string): vscode.LanguageModelChatInformation => ({
  id,
  name: `Apprentice ${id}`,
  family,
  version: '1',
  maxInputTokens: 8_000,
  maxOutputTokens: 4_000,
  capabilities: {},
});

const textOf = ({ content }: vscode.LanguageModelChatRequestMessage): string =>
  content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');

const apprenticeMessage = ({ role, text }: AskedModel['messages'][number]): ApprenticeMessage =>
  text.startsWith(SYSTEM_MARK) ? { role: 'system', content: text.slice(SYSTEM_MARK.length) } : { role, content: text };

export function activate(context: vscode.ExtensionContext): ModelsApi {
  const asked: AskedModel[] = [];
  let mode: ModelsMode = 'answer';
  let cancelled = 0;
  const provider: vscode.LanguageModelChatProvider = {
    provideLanguageModelChatInformation: () => [
      model('apprentice-1', 'apprentice'),
      model('twin-a', 'twin'),
      model('twin-b', 'twin'),
    ],
    async provideLanguageModelChatResponse({ id }, messages, { modelOptions = {} }, progress, token) {
      const told = messages.map((message) => ({
        role: message.role === vscode.LanguageModelChatMessageRole.User ? ('user' as const) : ('assistant' as const),
        text: textOf(message),
      }));
      asked.push({ model: id, messages: told, options: modelOptions });
      const say = (text: string): void => {
        progress.report(new vscode.LanguageModelTextPart(text));
      };
      switch (mode) {
        case 'hold':
          await new Promise<void>((resolve) => {
            token.onCancellationRequested(() => {
              cancelled++;
              resolve();
            });
          });
          throw new vscode.CancellationError();
        case 'blocked':
          throw vscode.LanguageModelError.Blocked(SECRET);
        case 'no-permissions':
          throw vscode.LanguageModelError.NoPermissions(SECRET);
        case 'not-found':
          throw vscode.LanguageModelError.NotFound(SECRET);
        case 'broken':
          throw new Error(`the key ${SECRET} has a fault`);
        case 'empty':
          return;
        case 'long':
          for (let word = 0; word < 2000; word++) say(`word${word} `);
          return;
        case 'answer': {
          const answer = answerAsApprentice(told.map(apprenticeMessage), {
            temperature: Number(modelOptions['temperature'] ?? 0),
            sample: 0,
            maxOutputTokens: Number(modelOptions['max_tokens'] ?? 1000),
            json: false,
          });
          // In two pieces, as a stream comes.
          const half = Math.ceil(answer.text.length / 2);
          say(answer.text.slice(0, half));
          say(answer.text.slice(half));
        }
      }
    },
    provideTokenCount: (_model, text) =>
      Promise.resolve(countApprenticeTokens(typeof text === 'string' ? text : textOf(text))),
  };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('promptopt-test', provider));
  return {
    asked,
    cancelled: () => cancelled,
    mode(next) {
      mode = next;
    },
  };
}
