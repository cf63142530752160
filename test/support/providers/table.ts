/** A harness for every provider. A new one is a file and a line here. */
import { anthropic } from './anthropic.ts';
import { embedded } from './embedded.ts';
import { github } from './github.ts';
import type { ProviderHarness } from './harness.ts';
import { huggingface } from './huggingface.ts';
import { ollama } from './ollama.ts';
import { openaiResponses } from './openai-responses.ts';
import { openai } from './openai.ts';

export const harnesses: readonly ProviderHarness[] = [
  openai,
  openaiResponses,
  anthropic,
  github,
  ollama,
  huggingface,
  embedded,
];
