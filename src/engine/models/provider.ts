/** What a provider is to the gateway. One file each in `providers/`, one line each in `providers/table.ts`. */
import type { BatchPort } from './batch-port.ts';
import type { LanguageModel } from './language-model.ts';
import type { ModelPrice } from './price.ts';

/** What a provider is connected with. Keys come from the environment or from VS Code's secrets, never from a file. */
export interface ProviderSettings {
  readonly apiKey?: string;
  readonly baseUrl?: string;
  /** Milliseconds one attempt may take. */
  readonly timeoutMs?: number;
  /** Injected in tests and by VS Code. */
  readonly fetch?: typeof globalThis.fetch;
  /** Tokens as OpenAI's models count them; absent: an estimate by bytes. */
  readonly countTokens?: (text: string) => Promise<number>;
  /** For models that run in this process. */
  readonly local?: LocalModels;
}

/** What models in this process need of the program they run in. */
export interface LocalModels {
  /** Where a library that is no part of the package may be installed, the first that has it wins. */
  readonly libraryFolders: readonly string[];
  /** Where to install it when nobody has. */
  readonly installFolder: string;
  /** The entry of their thread, as source or bundle. */
  readonly workerPath: string | URL;
}

/** What is known of a model before it is asked. */
export interface ModelInfo {
  /** Without its provider. */
  readonly id: string;
  /** Null when unknown. */
  readonly price: ModelPrice | null;
  /** Tokens; null when unknown. */
  readonly contextWindow: number | null;
  /** Byte-level tokenizers never make more tokens than UTF-8 bytes; for others an estimate × 1.5 is reserved. */
  readonly byteLevelTokenizer: boolean;
  /** Whether it spends tokens on reasoning before it answers; they count as output. */
  readonly reasons: boolean;
  /** Tokens its template or its server puts before every prompt, at most, where that may be more than a few. */
  readonly ownPromptTokens?: number;
  /** Where it answers, when that is not the provider's own place: the same name there is another model. */
  readonly endpoint?: string;
}

/** A model that a provider says it has. */
export interface ListedModel {
  /** Without its provider. */
  readonly id: string;
  /** Short and for people, e.g. its size on disk; null when there is nothing to say. */
  readonly note: string | null;
}

/** A provider that is connected: asks its models, and says what is known of them. */
export interface ModelProvider extends LanguageModel {
  /** Its batch endpoint, where it has one. */
  readonly batch?: BatchPort;
  /** What is known of a model, without asking it. @throws PromptOptError `unavailable` for one that is not there */
  describe(modelId: string): Promise<ModelInfo>;
  /** Tokens of a text as this model counts, or the nearest estimate. */
  countTokens(modelId: string, text: string): Promise<number>;
  /** The models there are, asked of the server. @throws PromptOptError as `generate`. */
  list(signal?: AbortSignal): Promise<readonly ListedModel[]>;
}

/** A provider as a line of the table: everything that pickers, docs and the gateway need before it is connected. */
export interface ProviderDescriptor {
  /** The part before the first slash of a model's name. */
  readonly name: string;
  readonly title: string;
  /** One sentence for pickers and docs. */
  readonly summary: string;
  /** A model's full name, as one writes it. */
  readonly example: string;
  /** Where prices and token counts come from, in a few sentences for the docs. */
  readonly accounting: string;
  /** The environment variable of its key; null when it needs none. */
  readonly keyVariable: string | null;
  readonly baseUrlVariable: string | null;
  /** Of models in this process: the environment variable of the folder their library is installed in. */
  readonly folderVariable?: string;
  /**
   * Which parameters of OpenAI's chat completions a model takes, by their names there, beyond messages, tools, format and
   * reply limit. Absent: `temperature` and `top_p`. `promptopt serve` refuses the others.
   */
  readonly carries?: (modelId: string) => readonly string[];
  /** Loads the SDK on first use. @throws PromptOptError `unavailable` when the key is missing, naming the variable. */
  connect(settings: ProviderSettings): Promise<ModelProvider>;
}
