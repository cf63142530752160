/** The thread of models in this process: a step of one takes the whole thread for as long as it lasts. */
import { parentPort, workerData } from 'node:worker_threads';
import type {
  Ask,
  Described,
  FailedStage,
  FromThread,
  GenerateAsk,
  Generated,
  ThreadData,
  ToThread,
} from './messages.ts';

/** What is used of `@huggingface/transformers`. */
interface Library {
  readonly env: { localModelPath: string };
  /** Since version 4; without it sampling cannot be repeated. */
  readonly random?: { seed(seed?: number): void };
  readonly AutoTokenizer: { from_pretrained(model: string): Promise<Tokenizer> };
  readonly AutoConfig: { from_pretrained(model: string): Promise<ModelConfig> };
  readonly TextStreamer: new (tokenizer: Tokenizer, options: object) => object;
  readonly InterruptableStoppingCriteria: new () => { interrupt(): void };
  pipeline(task: 'text-generation', model: string, options: object): Promise<Pipeline>;
}

interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<bigint>;
}

type Inputs = Readonly<Record<'input_ids' | 'attention_mask', Tensor>>;

interface Tokenizer {
  readonly chat_template?: unknown;
  encode(text: string, options: object): number[];
  apply_chat_template(messages: readonly object[], options: object): Inputs;
  (text: string, options?: object): Inputs;
}

interface ModelConfig {
  readonly max_position_embeddings?: unknown;
  readonly n_positions?: unknown;
}

interface Pipeline {
  readonly tokenizer: Tokenizer;
  readonly model: {
    readonly config: ModelConfig;
    readonly generation_config?: { readonly eos_token_id?: unknown };
    generate(options: object): Promise<Tensor>;
  };
}

class Failure extends Error {
  readonly stage: FailedStage;
  readonly window: number | undefined;

  constructor(stage: FailedStage, window?: number) {
    super(stage);
    this.stage = stage;
    this.window = window;
  }
}

/** What a stage throws is told by its name only. */
async function during<T>(stage: FailedStage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    throw new Failure(stage);
  }
}

const { entry, modelsFolder } = workerData as ThreadData;

// What the library prints would stand among this program's output, and may quote a prompt. (Streams of the thread's own,
// which could be left unread, keep a finished program alive.)
const nothing = (): void => undefined;
Object.assign(console, { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing });

let loading: Promise<Library> | undefined;
const library = (): Promise<Library> =>
  (loading ??= during('library', async () => {
    const loaded = (await import(entry)) as Library;
    loaded.env.localModelPath = modelsFolder;
    return loaded;
  }));

/** A thing made once by its key; a failure is not kept, for what is missing may be added. */
function once<T>(make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    known.catch(() => made.delete(key));
    return known;
  };
}

const tokenizerOf = once(async (model) => {
  const { AutoTokenizer } = await library();
  return await during('model', () => AutoTokenizer.from_pretrained(model));
});

const pipelineOf = once(async (key) => {
  const [model, options] = JSON.parse(key) as [string, object];
  const loaded = await library();
  return await during('model', () => loaded.pipeline('text-generation', model, options));
});

function windowOf({ max_position_embeddings: positions, n_positions: older }: ModelConfig): number | null {
  const window = positions ?? older;
  return typeof window === 'number' && window > 0 ? window : null;
}

/** A chat as its model wants it; a model without a template of its own gets the texts one after another. */
function encode(tokenizer: Tokenizer, { messages }: GenerateAsk): Inputs {
  if (typeof tokenizer.chat_template === 'string' || typeof tokenizer.chat_template === 'object') {
    return tokenizer.apply_chat_template(messages, { add_generation_prompt: true, return_dict: true });
  }
  return tokenizer(messages.map(({ content }) => content).join('\n\n'));
}

/** How to end what is being generated, and what was to end before it began: a model may take long to load. */
const interrupts = new Map<number, () => void>();
const endedEarly = new Set<number>();

/** One at a time, also while one that was ended takes its last step: they draw from the same chance. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

async function generate(id: number, ask: GenerateAsk, onDelta: (text: string) => void): Promise<Generated> {
  const { random, InterruptableStoppingCriteria, TextStreamer } = await library();
  const { tokenizer, model } = await pipelineOf(JSON.stringify([ask.model, ask.options]));
  if (endedEarly.has(id)) throw new Failure('generation');
  const stop = new InterruptableStoppingCriteria();
  interrupts.set(id, () => {
    stop.interrupt();
  });
  const inputs = await during('generation', () => Promise.resolve(encode(tokenizer, ask)));
  const inputTokens = inputs.input_ids.dims.at(-1) ?? 0;
  const window = windowOf(model.config) ?? Infinity;
  if (inputTokens >= window) throw new Failure('too-long', window);
  const room = Math.min(ask.maxNewTokens, window - inputTokens);
  let text = '';
  const streamer = new TextStreamer(tokenizer, {
    skip_prompt: true,
    skip_special_tokens: true,
    callback_function: (piece: string) => {
      if (piece === '') return;
      text += piece;
      onDelta(piece);
    },
  });
  const ids = await during('generation', async () => {
    if (ask.seed !== null) random?.seed(ask.seed);
    return await model.generate({
      ...inputs,
      ...ask.parameters,
      max_new_tokens: room,
      streamer,
      stopping_criteria: stop,
    });
  });
  const outputTokens = (ids.dims.at(-1) ?? inputTokens) - inputTokens;
  const last = Number(ids.data[ids.data.length - 1]);
  const ends = [model.generation_config?.eos_token_id].flat();
  return { text, inputTokens, outputTokens, cut: outputTokens >= room && !ends.includes(last) };
}

async function answer(id: number, ask: Ask, onDelta: (text: string) => void): Promise<number | Generated | Described> {
  switch (ask.type) {
    case 'generate':
      return await inTurn(() => generate(id, ask, onDelta));
    case 'count': {
      const tokenizer = await tokenizerOf(ask.model);
      return ask.text === '' ? 0 : tokenizer.encode(ask.text, { add_special_tokens: false }).length;
    }
    case 'describe': {
      const { AutoConfig } = await library();
      const config = await during('model', () => AutoConfig.from_pretrained(ask.model));
      return { contextWindow: windowOf(config) };
    }
  }
}

const tell = (message: FromThread): void => {
  parentPort?.postMessage(message);
};

parentPort?.on('message', (message: ToThread) => {
  if ('abort' in message) {
    const interrupt = interrupts.get(message.abort);
    if (interrupt === undefined) endedEarly.add(message.abort);
    else interrupt();
    return;
  }
  const { id, ask } = message;
  answer(id, ask, (delta) => {
    tell({ id, delta });
  })
    .then(
      (value) => {
        tell({ id, value });
      },
      (error: unknown) => {
        const failure = error instanceof Failure ? error : new Failure('generation');
        tell({ id, failed: failure.stage, ...(failure.window === undefined ? {} : { window: failure.window }) });
      },
    )
    .finally(() => {
      interrupts.delete(id);
      endedEarly.delete(id);
    });
});
