/** A score between 0 and 1 as a bar from zero with its 95 % interval. Decoration: the figure stands beside it. */
import type { JSX } from 'preact';
import type { Estimate } from '../src/protocol/events.ts';

export interface ScoreBarProps {
  readonly estimate: Pick<Estimate, 'mean' | 'low' | 'high'>;
  /** `strong` for what is talked about, `faint` for what it is compared with. */
  readonly kind: 'strong' | 'faint';
}

export function ScoreBar({ estimate: { mean, low, high }, kind }: ScoreBarProps): JSX.Element {
  const at = (value: number): number => 100 * Math.min(1, Math.max(0, value));
  return (
    <svg class={`score-bar score-bar-${kind}`} viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" vector-effect="non-scaling-stroke" x="0" y="0" width="100" height="16" />
      <rect class="fill" x="0" y="0" width={at(mean)} height="16" />
      <path
        class="interval"
        vector-effect="non-scaling-stroke"
        d={`M${at(low)} 8H${at(high)}M${at(low)} 4V12M${at(high)} 4V12`}
      />
    </svg>
  );
}
