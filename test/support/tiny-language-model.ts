/**
 * A language model small enough to be made by a test: it knows which byte follows which and nothing else. In the files of
 * a real one, so that the real library loads and runs it: an ONNX graph, a byte-level tokenizer, a chat template.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const END = '</s>';
const SYSTEM = '<|system|>';
const USER = '<|user|>';
const ASSISTANT = '<|assistant|>';
const SPECIALS = [END, SYSTEM, USER, ASSISTANT];

/** Bytes as byte-level tokenizers write them: printable ones as they are, the others from 256 on. */
function byteAlphabet(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

const VOCABULARY = [...SPECIALS, ...byteAlphabet()];
const SIZE = VOCABULARY.length;
const idOf = (token: string): number => {
  const id = VOCABULARY.indexOf(token);
  if (id < 0) throw new Error(`no token ${token}`);
  return id;
};

/** Protocol buffers, as much of them as a graph needs. */
const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
};
const integer = (field: number, value: number): Buffer => Buffer.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, value: Buffer | string): Buffer => {
  const content = Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
};
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);

const FLOAT = 1;
const INT64 = 7;

function tensorInfo(name: string, type: number, dims: readonly (string | number)[]): Buffer {
  const shape = message(...dims.map((dim) => bytes(1, typeof dim === 'number' ? integer(1, dim) : bytes(2, dim))));
  return message(bytes(1, name), bytes(2, bytes(1, message(integer(1, type), bytes(2, shape)))));
}

/** `logits = weights[input_ids]`: what follows a token depends on that token only. */
function onnxModel(weights: Float32Array): Buffer {
  const node = message(
    bytes(1, 'weights'),
    bytes(1, 'input_ids'),
    bytes(2, 'logits'),
    bytes(3, 'look'),
    bytes(4, 'Gather'),
  );
  const tensor = message(
    integer(1, SIZE),
    integer(1, SIZE),
    integer(2, FLOAT),
    bytes(8, 'weights'),
    bytes(9, Buffer.from(weights.buffer)),
  );
  const graph = message(
    bytes(1, node),
    bytes(2, 'tiny'),
    bytes(5, tensor),
    bytes(11, tensorInfo('input_ids', INT64, ['batch', 'sequence'])),
    bytes(12, tensorInfo('logits', FLOAT, ['batch', 'sequence', SIZE])),
  );
  return message(integer(1, 8), bytes(7, graph), bytes(8, integer(2, 13)));
}

export interface TinyModel {
  /** What it answers at temperature 0, with no byte in it twice; null for one that never ends. */
  readonly answer: string | null;
  /** Answers of one byte it gives nearly as gladly, where chance plays. */
  readonly others?: string;
  /** Tokens of context. */
  readonly window: number;
}

/** Writes a model's folder. */
export function writeTinyModel(folder: string, { answer, others = '', window }: TinyModel): void {
  const weights = new Float32Array(SIZE * SIZE).fill(-20);
  const follows = (from: string, to: string, logit: number): void => {
    weights[idOf(from) * SIZE + idOf(to)] = logit;
  };
  const alphabet = byteAlphabet();
  const written = [...Buffer.from(answer ?? 'ab')].map((byte) => alphabet[byte] ?? '');
  [ASSISTANT, ...written].forEach((from, index) => {
    follows(from, written[index] ?? (answer === null ? (written[0] ?? '') : END), 8);
  });
  for (const other of others) {
    follows(ASSISTANT, other, 7.5);
    follows(other, END, 8);
  }
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const write = (name: string, content: unknown): void => {
    writeFileSync(join(folder, name), JSON.stringify(content, null, 2));
  };
  writeFileSync(join(folder, 'onnx', 'model.onnx'), onnxModel(weights));
  write('config.json', {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: SIZE,
    hidden_size: SIZE,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    num_key_value_heads: 1,
    max_position_embeddings: window,
    eos_token_id: idOf(END),
    pad_token_id: idOf(END),
  });
  write('generation_config.json', { eos_token_id: idOf(END), pad_token_id: idOf(END) });
  write('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: END,
    pad_token: END,
    clean_up_tokenization_spaces: false,
    model_max_length: window,
    chat_template:
      "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
  });
  write('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(VOCABULARY.map((token, id) => [token, id])),
      merges: [],
    },
  });
}
