/** What Ollama tells of a model and of itself, read with the mistrust due to any server. */
import { TEMPLATE_TOKENS } from '../open-models.ts';

export interface ModelFacts {
  /** Tokens the model was made for; null when it does not say. */
  readonly contextWindow: number | null;
  /** The context its Modelfile sets; null when it sets none. */
  readonly ownContext: number | null;
  readonly byteLevelTokenizer: boolean;
  readonly reasons: boolean;
  /** Null when the server does not say what its models can do. */
  readonly seesImages: boolean | null;
  /** Tokens that the model's own system message and its template add to a prompt, at most. */
  readonly ownPromptTokens: number;
  /** Answered by a machine elsewhere, under an account, although asked here. */
  readonly isRemote: boolean;
}

interface Untrusted {
  readonly model_info?: unknown;
  readonly parameters?: unknown;
  readonly capabilities?: unknown;
  readonly remote_host?: unknown;
  readonly system?: unknown;
  readonly messages?: unknown;
}

/** Byte-level pairs, and SentencePiece with one token for each byte it has no other for. */
const BYTE_LEVEL = ['gpt2', 'llama'];

const tokensOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;

/** @param shown the answer of `/api/show`. */
export function readModelFacts(shown: unknown): ModelFacts {
  const {
    model_info: info,
    parameters,
    capabilities,
    remote_host: remote,
    system,
    messages,
  } = (shown ?? {}) as Untrusted;
  const facts = Object.entries((typeof info === 'object' ? info : null) ?? {}) as [string, unknown][];
  const [, window] = facts.find(([key]) => key.endsWith('.context_length')) ?? [];
  const [, tokenizer] = facts.find(([key]) => key === 'tokenizer.ggml.model') ?? [];
  const own = /^num_ctx\s+(\d+)\s*$/m.exec(typeof parameters === 'string' ? parameters : '')?.[1];
  const abilities = Array.isArray(capabilities) ? (capabilities as unknown[]) : null;
  return {
    contextWindow: tokensOf(window),
    ownContext: own === undefined ? null : tokensOf(Number(own)),
    byteLevelTokenizer: typeof tokenizer === 'string' && BYTE_LEVEL.includes(tokenizer),
    reasons: abilities?.includes('thinking') === true,
    seesImages: abilities === null ? null : abilities.includes('vision'),
    // No tokenizer makes more tokens than bytes.
    ownPromptTokens: TEMPLATE_TOKENS + Buffer.byteLength(JSON.stringify([system ?? '', messages ?? []])),
    isRemote: typeof remote === 'string' && remote !== '',
  };
}

/** Since when `truncate: false` makes a server refuse a prompt that does not fit; before, it cuts it without a word. */
const REFUSES_SINCE = [0, 12, 6];

/** Whether a server of this version refuses what it would have to cut. */
export function refusesLongPrompts(version: string | null): boolean {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? '')
    ?.slice(1, 4)
    .map(Number) ?? [0, 0, 0];
  const difference = REFUSES_SINCE.map((since, index) => (parts[index] ?? 0) - since).find((each) => each !== 0) ?? 0;
  return difference >= 0;
}
