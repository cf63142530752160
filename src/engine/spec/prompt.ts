/** A prompt as the search sees it: named components and demonstrations, immutable, known by the hash of its content. */
import { createHash } from 'node:crypto';

/** Who speaks a message of a chat. */
export type ChatRole = 'system' | 'user' | 'assistant';

/** One message of the file. Names are stable: `system`, `user`, `assistant`, numbered from the second of a kind (`user-2`). */
export interface PromptComponent {
  readonly name: string;
  readonly role: ChatRole;
  /** Text with literal `{{name}}` placeholders. */
  readonly content: string;
}

/**
 * A worked example, shown as a user/assistant pair right before the last user message. The user part is that message
 * with `inputs` filled in.
 */
export interface Demonstration {
  readonly inputs: Readonly<Record<string, string>>;
  /** What the assistant is shown to answer, in the form replies must have. */
  readonly assistant: string;
  /** The training row it came from; absent when it was read from the file. Not part of a prompt's identity. */
  readonly rowId?: string;
}

/** An immutable prompt: named components and demonstrations, known by the hash of what it says. */
export interface Prompt {
  /** SHA-256 of the content below, first 16 hex digits. */
  readonly hash: string;
  readonly components: readonly PromptComponent[];
  readonly demonstrations: readonly Demonstration[];
}

/** Makes a prompt and its identity. */
export function createPrompt(
  components: readonly PromptComponent[],
  demonstrations: readonly Demonstration[] = [],
): Prompt {
  const content = JSON.stringify([
    components.map(({ name, role, content: text }) => [name, role, text]),
    demonstrations.map(({ inputs, assistant }) => [
      Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)),
      assistant,
    ]),
  ]);
  return { hash: createHash('sha256').update(content).digest('hex').slice(0, 16), components, demonstrations };
}

/** The same prompt with other text in some components. Unknown names are an error of the caller. */
export function withComponents(prompt: Prompt, texts: Readonly<Record<string, string>>): Prompt {
  for (const name of Object.keys(texts)) {
    if (!prompt.components.some((component) => component.name === name)) {
      throw new RangeError(`The prompt has no component "${name}".`);
    }
  }
  const components = prompt.components.map((component) => ({
    ...component,
    content: texts[component.name] ?? component.content,
  }));
  return createPrompt(components, prompt.demonstrations);
}

/** The same prompt with other demonstrations. */
export function withDemonstrations(prompt: Prompt, demonstrations: readonly Demonstration[]): Prompt {
  return createPrompt(prompt.components, demonstrations);
}
