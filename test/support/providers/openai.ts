import { openai as provider } from '../../../src/engine/models/providers/openai.ts';
import { startChatServer } from './chat-completions.ts';
import type { ProviderHarness } from './harness.ts';

export const openai: ProviderHarness = { provider, model: 'm', without: {}, start: () => startChatServer(['m']) };
