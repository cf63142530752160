/** GitHub Models: models of many publishers behind one token of GitHub, in OpenAI's protocol. */
import type { ProviderDescriptor } from '../provider.ts';
import { carriedParameters } from './openai/api.ts';
import { connectTo } from './openai/connect.ts';

const named = { name: 'github', title: 'GitHub Models', keyVariable: 'GITHUB_TOKEN', baseUrlVariable: null };

export const github: ProviderDescriptor = {
  ...named,
  summary: 'Models of many publishers for a GitHub token; free within the limits of its account.',
  example: 'github/openai/gpt-4o-mini',
  accounting:
    'Tokens are what GitHub reports. Calls within the free limits cost nothing, beyond them what the account is billed: no price is known until you write it into `promptopt.config.yaml`.',
  carries: carriedParameters,
  connect: (settings) =>
    connectTo(
      {
        ...named,
        defaultBaseUrl: 'https://models.github.ai/inference',
        nameTellsApi: false,
        ownNeedsNoKey: false,
        keyNeeds: ' that has the permission "Models: read"',
        headers: { 'x-github-api-version': '2022-11-28' },
        // The catalogue stands beside the endpoint, also where that belongs to an organization.
        listUrl: (baseUrl) => new URL('/catalog/models', baseUrl).href,
        lookUp: (modelId) =>
          Promise.resolve({ price: null, contextWindow: null, byteLevelTokenizer: modelId.startsWith('openai/') }),
      },
      settings,
    ),
};
