/** OpenAI, and every endpoint that speaks its protocol, by the official SDK. */
import { lookUpModel } from '../pricing.ts';
import type { ProviderDescriptor } from '../provider.ts';
import { carriedParameters } from './openai/api.ts';
import { connectTo } from './openai/connect.ts';

const named = {
  name: 'openai',
  title: 'OpenAI',
  keyVariable: 'OPENAI_API_KEY',
  baseUrlVariable: 'OPENAI_BASE_URL',
};

export const openai: ProviderDescriptor = {
  ...named,
  summary: 'OpenAI and every OpenAI-compatible endpoint (set its base URL).',
  example: 'openai/gpt-4o-mini',
  accounting:
    'Tokens are what the server reports; a server that reports none is counted for. Prices of OpenAI come from data shipped with the product. Behind a base URL of your own no price is known until you write it into `promptopt.config.yaml`.',
  carries: carriedParameters,
  connect: (settings) =>
    connectTo(
      {
        ...named,
        defaultBaseUrl: 'https://api.openai.com/v1',
        nameTellsApi: true,
        hasBatches: true,
        ownNeedsNoKey: true,
        // OpenAI's encodings are byte-level.
        lookUp: async (modelId) => ({ ...(await lookUpModel('openai', modelId)), byteLevelTokenizer: true }),
      },
      settings,
    ),
};
