/** Every provider. A new one is a file and a line here. */
import type { ProviderDescriptor } from '../provider.ts';
import { anthropic } from './anthropic.ts';
import { embedded } from './embedded.ts';
import { github } from './github.ts';
import { huggingface } from './huggingface.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { transformers } from './transformers.ts';

export const providers: readonly ProviderDescriptor[] = [
  openai,
  anthropic,
  github,
  ollama,
  huggingface,
  transformers,
  embedded,
];
