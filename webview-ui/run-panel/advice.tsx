/** What could help when a run ended without a gain. */
import type { JSX } from 'preact';

export const Advice = ({ lines }: { readonly lines: readonly string[] }): JSX.Element | null =>
  lines.length === 0 ? null : (
    <section class="advice" aria-labelledby="advice-title">
      <h2 id="advice-title">What could help</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
