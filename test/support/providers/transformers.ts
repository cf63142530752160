import { transformers as provider } from '../../../src/engine/models/providers/transformers.ts';
import { SKY, prepareLocalModels } from '../local-models.ts';
import type { ProviderHarness } from './harness.ts';

const local = prepareLocalModels();

/** Null where its library, which is no part of the package, is not installed: `npm run test:transformers` does that. */
export const transformers: ProviderHarness | null =
  local === null
    ? null
    : {
        provider: { ...provider, connect: (settings) => provider.connect({ local, ...settings }) },
        model: SKY,
        without: {},
        start: null,
      };
