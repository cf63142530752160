import { embedded as provider } from '../../../src/engine/models/providers/embedded.ts';
import type { ProviderHarness } from './harness.ts';

/** It answers in this process: there is no server that could answer badly. */
export const embedded: ProviderHarness = { provider, model: 'apprentice', without: {}, start: null };
