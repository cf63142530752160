/** What the name of a Claude model tells of it. */

/** The generation as its name says it, e.g. 4.6 of `claude-opus-4-6` and of `claude-4.6-opus`; null for another maker's. */
function generationOf(modelId: string): number | null {
  if (!/\bclaude\b/.test(modelId)) return null;
  const [, major, minor = '0'] = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(modelId) ?? [];
  // A name without a figure is a newer one.
  return major === undefined ? Infinity : Number(major) + Number(minor) / 100;
}

export const isClaude = (modelId: string): boolean => generationOf(modelId) !== null;

/** The last generation that takes `temperature`, `top_p` and `top_k` (Anthropic's page of deprecated parameters). */
const LAST_WITH_SAMPLING = 4.06;

export const takesSampling = (modelId: string): boolean => (generationOf(modelId) ?? 0) <= LAST_WITH_SAMPLING;

/** Whether it thinks before it answers although nobody asked it to, as all do from the fifth generation on. */
export const thinksUnasked = (modelId: string): boolean => (generationOf(modelId) ?? 0) >= 5;
