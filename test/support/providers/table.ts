/** A harness for every provider. A new one is a file and a line here. */
import { anthropic } from './anthropic.ts';
import { embedded } from './embedded.ts';
import { github } from './github.ts';
import type { ProviderHarness } from './harness.ts';
import { huggingface } from './huggingface.ts';
import { ollama } from './ollama.ts';
import { openaiResponses } from './openai-responses.ts';
import { openai } from './openai.ts';
import { transformers } from './transformers.ts';

export const harnesses: readonly ProviderHarness[] = [
  openai,
  openaiResponses,
  anthropic,
  github,
  ollama,
  huggingface,
  ...(transformers === null ? [] : [transformers]),
  embedded,
];

/** Providers the suite cannot ask on this machine, each with the reason. */
export const exempt: Readonly<Record<string, string>> =
  transformers === null
    ? {
        transformers:
          'its library is no part of the package; `npm run test:transformers` installs it and runs this suite',
      }
    : {};
