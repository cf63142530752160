import { github as provider } from '../../../src/engine/models/providers/github.ts';
import { startChatServer } from './chat-completions.ts';
import type { ProviderHarness } from './harness.ts';

export const github: ProviderHarness = {
  provider,
  model: 'openai/gpt-4o-mini',
  without: {},
  start: () => startChatServer(['openai/gpt-4o-mini']),
};
