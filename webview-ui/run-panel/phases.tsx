/** The steps of the run: done, under way, and what it does in them. */
import type { JSX } from 'preact';
import type { PhaseView } from '../../src/protocol/folds/run-view.ts';
import { Icon } from '../components.tsx';

/** `search/gepa/reflect` is a step of `gepa`. */
function within({ path, name }: PhaseView): string | null {
  const above = path.split('/').at(-2);
  return above === undefined || above === 'search' || above === name ? null : above;
}

export interface PhasesProps {
  readonly phases: readonly PhaseView[];
  /** Whether what is under way moves. */
  readonly moving: boolean;
  readonly progress: { readonly done: number; readonly of: number } | null;
}

export function Phases({ phases, moving, progress }: PhasesProps): JSX.Element {
  const current = phases.findLast(({ state }) => state === 'running');
  return (
    <section class="phases" aria-labelledby="phases-title">
      <h2 id="phases-title">Phases</h2>
      {phases.length === 0 ? <p class="quiet">None has begun.</p> : null}
      <ol>
        {phases.map((phase) => (
          <li key={phase.path} class={`phase phase-${phase.state}`}>
            <Icon name={phase.state === 'done' ? 'check' : moving ? 'play' : 'circle-outline'} />
            <span
              class="phase-words"
              dir="auto"
              title={phase.note === null ? phase.name : `${phase.name} · ${phase.note}`}
            >
              <span class="sr-only">{phase.state === 'done' ? 'Done: ' : 'Under way: '}</span>
              {within(phase) === null ? null : <span class="quiet">{within(phase)} · </span>}
              {phase.name}
              {phase.note === null ? null : <span class="quiet"> · {phase.note}</span>}
            </span>
            {phase === current && progress !== null ? (
              <span class="phase-rows">
                {progress.done}/{progress.of}
              </span>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
