import { huggingface as provider } from '../../../src/engine/models/providers/huggingface.ts';
import { startChatServer } from './chat-completions.ts';
import type { ProviderHarness } from './harness.ts';

const model = 'meta-llama/Llama-3.1-8B-Instruct:groq';

export const huggingface: ProviderHarness = { provider, model, without: {}, start: () => startChatServer([model]) };
