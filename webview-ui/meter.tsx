/** One figure of a meter line, with its limit where it has one. */
import type { ComponentChildren, JSX } from 'preact';
import { UsedBar } from './components.tsx';

export interface MeterProps {
  readonly name: string;
  readonly value: string;
  readonly of?: string | null;
  /** Of the limit, 0…1; null without one. */
  readonly share?: number | null;
  readonly children?: ComponentChildren;
}

export const Meter = ({ name, value, of = null, share = null, children }: MeterProps): JSX.Element => (
  <div class="meter">
    <dt>{name}</dt>
    <dd>
      <span class="value">{value}</span>
      {of === null ? null : <span class="of"> / {of}</span>}
    </dd>
    {share === null ? null : (
      <dd class="bar">
        <UsedBar label={`${name}: ${value} of ${of ?? 'the limit'}`} share={share} />
      </dd>
    )}
    <dd class="beside">{children}</dd>
  </div>
);
