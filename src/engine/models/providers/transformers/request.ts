/** A request in the words of Transformers' text generation. What a model in this process cannot do is refused, never dropped. */
import { PromptOptError } from '../../../../protocol/errors.ts';
import type { GenerationRequest } from '../../language-model.ts';
import type { GenerateAsk } from './messages.ts';

/** Said where the model is loaded, not where it is asked. */
const LOADING = ['dtype', 'device', 'revision', 'subfolder', 'model_file_name'];

/** What would make a call other than it is reserved for. */
const NOT_OURS = [
  'max_new_tokens',
  'max_length',
  'min_length',
  'do_sample',
  'num_return_sequences',
  'streamer',
  'stopping_criteria',
];

/** A seed is 32 bits. */
const SEEDS = 2 ** 32;

const refuse = (code: 'bad-request' | 'unavailable', what: string, remedy: string): PromptOptError =>
  new PromptOptError(code, `A local Transformers model cannot ${what}.`, { provider: 'transformers', remedy });

export function toAsk(request: GenerationRequest): GenerateAsk {
  const { model, messages, tools, responseFormat, temperature, topP, maxOutputTokens, extra = {}, sample } = request;
  if (tools !== undefined && tools.length > 0) {
    throw refuse('bad-request', 'be given tools', 'Use a model behind a server, e.g. by Ollama.');
  }
  if (responseFormat !== undefined && responseFormat.type !== 'text') {
    // Every call of the run would have it.
    const remedy = 'Leave the response format out and let the prompt say what JSON looks like, or use Ollama.';
    throw refuse('unavailable', 'be held to a response format', remedy);
  }
  const notOurs = NOT_OURS.find((name) => name in extra);
  if (notOurs !== undefined) {
    throw refuse('unavailable', `take the parameter ${notOurs}`, `Remove ${notOurs} from the spec.`);
  }
  const isLoading = ([name]: [string, unknown]): boolean => LOADING.includes(name);
  const entries = Object.entries(extra);
  return {
    type: 'generate',
    model,
    options: Object.fromEntries(entries.filter(isLoading)),
    messages: messages.map(({ role, content }) => ({
      role,
      content: content
        .map((part) => {
          if (part.type !== 'text') throw refuse('bad-request', 'see images', 'Use a model behind a server.');
          return part.text;
        })
        .join(''),
    })),
    parameters: {
      ...Object.fromEntries(entries.filter((entry) => !isLoading(entry))),
      ...(temperature > 0
        ? { do_sample: true, temperature, ...(topP === undefined ? {} : { top_p: topP }) }
        : { do_sample: false }),
    },
    maxNewTokens: maxOutputTokens,
    seed: temperature > 0 ? sample % SEEDS : null,
  };
}
