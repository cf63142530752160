/**
 * VS Code's own models (Copilot's and those of other extensions) as one more provider, `vscode/<vendor>/<family or id>`.
 *
 * What its interface does not have, and what is done instead: no system role (a system message becomes a user's with a
 * plain mark), no usage (tokens are counted with the model's own counter), no price, no reply limit (a longer reply is
 * left at its limit), no response format (refused). `temperature` and the like are handed over as model options, which
 * a model may or may not heed.
 */
import * as vscode from 'vscode';
import type { GenerationRequest, ModelProvider, ProviderDescriptor } from '../../engine/index.ts';
import { PromptOptError } from '../../protocol/errors.ts';
import { NO_SPEND } from '../../protocol/events.ts';
import { readReply } from './vscode-reply.ts';

export const VSCODE_PROVIDER = 'vscode';

/** Stands before what was a system message. */
const SYSTEM_MARK = 'Instructions:';

const JUSTIFICATION = 'Prompt Optimizer asks this model with the prompts and rows of your prompt files.';

const refusal = (what: string, remedy: string): PromptOptError =>
  new PromptOptError('bad-request', `VS Code’s models cannot take ${what} here.`, {
    provider: VSCODE_PROVIDER,
    remedy,
  });

function messagesOf({ messages, tools, responseFormat }: GenerationRequest): vscode.LanguageModelChatMessage[] {
  if (tools !== undefined && tools.length > 0) throw refusal('tools', 'Use a model of another provider for it.');
  if (responseFormat !== undefined && responseFormat.type !== 'text') {
    throw refusal(
      'a response format',
      'Ask for JSON in the prompt and leave `responseFormat` out, or use a model of another provider.',
    );
  }
  return messages.map(({ role, content }) => {
    const text = content
      .map((part) => {
        if (part.type !== 'text') throw refusal('images', 'Use a model of another provider for it.');
        return part.text;
      })
      .join('');
    switch (role) {
      case 'system':
        return vscode.LanguageModelChatMessage.User(`${SYSTEM_MARK}\n\n${text}`);
      case 'user':
        return vscode.LanguageModelChatMessage.User(text);
      case 'assistant':
        return vscode.LanguageModelChatMessage.Assistant(text);
    }
  });
}

/** Names are those of the chat models most are made by; a model heeds those it knows. */
const optionsOf = ({ temperature, topP, maxOutputTokens, extra }: GenerationRequest): Record<string, unknown> => ({
  ...extra,
  temperature,
  ...(topP === undefined ? {} : { top_p: topP }),
  max_tokens: maxOutputTokens,
});

/** The error of a call, by its code; what a provider's extension says in its own words may hold anything. */
function toPromptOptError(error: unknown, name: string): PromptOptError {
  const unavailable = (message: string, remedy: string): PromptOptError =>
    new PromptOptError('unavailable', message, { provider: VSCODE_PROVIDER, remedy });
  switch (error instanceof vscode.LanguageModelError ? error.code : '') {
    case vscode.LanguageModelError.NoPermissions.name:
      return unavailable(
        `VS Code does not let Prompt Optimizer use ${name}.`,
        'Run the command again and allow it when VS Code asks, or allow it under Accounts: Manage Language Model Access.',
      );
    case vscode.LanguageModelError.Blocked.name:
      return unavailable(
        `${name} is blocked: its quota is used up, or it is not open to this account.`,
        'Wait until the quota is renewed, or use another model.',
      );
    case vscode.LanguageModelError.NotFound.name:
      return unavailable(`VS Code has no model ${name} any more.`, 'Choose another model.');
    default:
      return new PromptOptError('transient', `${name} failed in the extension it comes from.`, {
        provider: VSCODE_PROVIDER,
        mayHaveCost: true,
        remedy: 'Try again later, or use another model.',
      });
  }
}

/** A model's name without the provider: by its family where only one of its vendor has it. */
export function vscodeModelName(model: vscode.LanguageModelChat, all: readonly vscode.LanguageModelChat[]): string {
  const alike = all.filter(({ vendor, family }) => vendor === model.vendor && family === model.family);
  return `${model.vendor}/${alike.length === 1 ? model.family : model.id}`;
}

async function findModel(modelId: string): Promise<vscode.LanguageModelChat> {
  const slash = modelId.indexOf('/');
  const [vendor, rest] = [modelId.slice(0, slash), modelId.slice(slash + 1)];
  const models = slash <= 0 ? [] : await vscode.lm.selectChatModels({ vendor });
  const found = models.find(({ id }) => id === rest) ?? models.find(({ family }) => family === rest);
  if (found !== undefined) return found;
  const all = await vscode.lm.selectChatModels();
  throw new PromptOptError('unavailable', `VS Code has no model ${VSCODE_PROVIDER}/${modelId}.`, {
    provider: VSCODE_PROVIDER,
    remedy:
      all.length === 0
        ? 'It has none at all: sign in to GitHub Copilot, or install an extension that brings models.'
        : `It has ${all.map((model) => `${VSCODE_PROVIDER}/${vscodeModelName(model, all)}`).join(', ')}.`,
  });
}

/** A counter that fails must not lose a reply that is there: four bytes a token are taken instead. */
async function countOf(
  model: vscode.LanguageModelChat,
  text: string | vscode.LanguageModelChatMessage,
): Promise<number> {
  try {
    return await model.countTokens(text);
  } catch {
    return Math.ceil(Buffer.byteLength(typeof text === 'string' ? text : textOfMessage(text)) / BYTES_PER_TOKEN);
  }
}

const BYTES_PER_TOKEN = 4;

const textOfMessage = ({ content }: vscode.LanguageModelChatMessage): string =>
  content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');

export interface VscodeModelServices {
  /** Whether this extension may ask a model; undefined while the user has not been asked. */
  readonly access: Pick<vscode.LanguageModelAccessInformation, 'canSendRequest'>;
}

const provider = ({ access }: VscodeModelServices): ModelProvider => ({
  async generate(request, { signal, onDelta } = {}) {
    const name = `${VSCODE_PROVIDER}/${request.model}`;
    const messages = messagesOf(request);
    const model = await findModel(request.model);
    const stopped = (): PromptOptError =>
      new PromptOptError('stopped', 'The call was cancelled.', { provider: VSCODE_PROVIDER, mayHaveCost: true });
    const isAborted = (): boolean => signal?.aborted === true;
    if (isAborted()) throw stopped();
    const cancelling = new vscode.CancellationTokenSource();
    const cancel = (): void => {
      cancelling.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const started = performance.now();
    try {
      const response = await model.sendRequest(
        messages,
        { justification: JUSTIFICATION, modelOptions: optionsOf(request) },
        cancelling.token,
      );
      const reply = await readReply(response.text, {
        limit: request.maxOutputTokens,
        count: (text) => countOf(model, text),
        leave: cancel,
        ...(onDelta === undefined ? {} : { onDelta }),
      });
      const latencyMs = Math.round(performance.now() - started);
      if (isAborted()) throw stopped();
      const counts = await Promise.all(messages.map((message) => countOf(model, message)));
      return {
        parts: [{ type: 'text', text: reply.text }],
        toolCalls: [],
        usage: {
          inputTokens: counts.reduce((sum, count) => sum + count, 0),
          outputTokens: reply.tokens,
          cachedInputTokens: 0,
          reasoningTokens: 0,
        },
        costUsd: null,
        latencyMs,
        cached: false,
        finishReason: reply.cut ? 'length' : 'stop',
        paid: NO_SPEND,
      };
    } catch (error) {
      if (isAborted()) throw stopped();
      throw toPromptOptError(error, name);
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancelling.dispose();
    }
  },

  async describe(modelId) {
    const model = await findModel(modelId);
    if (access.canSendRequest(model) === false) {
      throw toPromptOptError(vscode.LanguageModelError.NoPermissions(), `${VSCODE_PROVIDER}/${modelId}`);
    }
    return {
      id: modelId,
      price: null,
      contextWindow: model.maxInputTokens,
      // Which tokenizer stands behind a model is not said. None in use makes more tokens than bytes, and a bound that
      // is too low would end a run.
      byteLevelTokenizer: true,
      reasons: false,
    };
  },

  async countTokens(modelId, text) {
    return await (await findModel(modelId)).countTokens(text);
  },

  async list() {
    const all = await vscode.lm.selectChatModels();
    return all.map((model) => ({ id: vscodeModelName(model, all), note: model.name }));
  },
});

/** Needs no key: the user allows it in VS Code's own question, which the first call brings up. */
export const vscodeModels = (services: VscodeModelServices): ProviderDescriptor => ({
  name: VSCODE_PROVIDER,
  title: 'VS Code',
  summary: 'Models VS Code has, of GitHub Copilot and of other extensions: no key, asked for in VS Code only.',
  example: 'vscode/copilot/gpt-4o',
  accounting:
    'VS Code reports no usage: tokens are counted with the model’s own counter. No price is known, so calls and tokens limit a run.',
  keyVariable: null,
  baseUrlVariable: null,
  connect: () => Promise.resolve(provider(services)),
});
