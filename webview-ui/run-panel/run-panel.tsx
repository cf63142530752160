/** The page put together: what the extension says goes down, what the user does goes up. */
import type { JSX } from 'preact';
import { useEffect, useReducer, useState } from 'preact/hooks';
import type { CandidateText, HostMessage, PanelMessage, RunPanelState } from '../../src/protocol/messages.ts';
import { Button } from '../components.tsx';
import type { Host } from '../host.ts';
import { Advice } from './advice.tsx';
import { CandidateDetail } from './candidate-detail.tsx';
import { CandidateTable } from './candidate-table.tsx';
import { Costs } from './costs.tsx';
import { Header } from './header.tsx';
import { choicesFrom } from './kept-state.ts';
import type { Choices, KeptState } from './kept-state.ts';
import { Meters } from './meters.tsx';
import { Notices } from './notices.tsx';
import { NOTHING_YET, receive } from './page-state.ts';
import { Phases } from './phases.tsx';
import { ScoreChart } from './score-chart.tsx';
import { isLive } from './status-words.ts';
import { Verdict } from './verdict.tsx';

export type RunPanelHost = Host<HostMessage, PanelMessage, KeptState>;

export function RunPanel({ host }: { readonly host: RunPanelHost }): JSX.Element {
  const [page, dispatch] = useReducer(receive, NOTHING_YET);
  const [choices, setChoices] = useState(() => choicesFrom(host.kept));
  useEffect(() => {
    const unsubscribe = host.subscribe(dispatch);
    host.post({ type: 'ready' });
    return unsubscribe;
  }, [host]);
  const run = page.shows === 'run' ? page.run : null;
  useEffect(() => {
    if (run !== null) host.keep({ runId: run.id, specPath: run.specPath, ...choices });
  }, [run?.id, run?.specPath, choices]);

  switch (page.shows) {
    case 'nothing':
      return <Skeleton />;
    case 'gone':
      return <Gone post={host.post} />;
    case 'run':
      return (
        <Shown
          run={page.run}
          texts={page.texts}
          choices={choices}
          choose={(some) => {
            setChoices((before) => ({ ...before, ...some }));
          }}
          post={host.post}
        />
      );
  }
}

interface ShownProps {
  readonly run: RunPanelState;
  readonly texts: ReadonlyMap<string, CandidateText | null>;
  readonly choices: Choices;
  readonly choose: (some: Partial<Choices>) => void;
  readonly post: (message: PanelMessage) => void;
}

function Shown({ run, texts, choices, choose, post }: ShownProps): JSX.Element {
  const { view } = run;
  const live = isLive(run);
  const candidate =
    view.candidates.find(({ hash }) => hash === choices.selected) ??
    view.candidates.find(({ hash }) => hash === view.incumbent);
  const select = (hash: string): void => {
    choose({ selected: hash });
  };
  const asked = candidate?.hash;
  useEffect(() => {
    if (asked !== undefined && !texts.has(asked)) post({ type: 'candidate', hash: asked });
  }, [asked]);
  return (
    <main class="run-panel">
      <Header run={run} post={post} />
      <Notices run={run} />
      <Meters run={run} />
      {view.verdict === null ? null : <Verdict verdict={view.verdict} />}
      <Advice lines={run.advice} />
      <div class="picture">
        <ScoreChart
          curve={view.curve}
          spent={live ? view.spent : null}
          axis={choices.axis}
          onAxis={(axis) => {
            choose({ axis });
          }}
          asTable={choices.asTable}
          onAsTable={(asTable) => {
            choose({ asTable });
          }}
          selected={candidate?.hash ?? null}
          onSelect={select}
        />
        <Phases phases={view.phases} moving={run.status === 'running'} progress={view.progress} />
      </div>
      <CandidateTable
        view={view}
        sort={choices.sort}
        onSort={(sort) => {
          choose({ sort });
        }}
        filter={choices.filter}
        onFilter={(filter) => {
          choose({ filter });
        }}
        selected={candidate?.hash ?? null}
        onSelect={select}
      />
      {candidate === undefined ? null : (
        <CandidateDetail
          candidate={candidate}
          text={texts.get(candidate.hash)}
          best={candidate.hash === view.incumbent}
          onSelect={select}
        />
      )}
      {live ? null : <Costs run={run} />}
    </main>
  );
}

const Skeleton = (): JSX.Element => (
  <main class="run-panel" aria-busy="true">
    <h1 class="sr-only">Loading the run</h1>
    <div class="skeleton skeleton-title" />
    <div class="skeleton skeleton-meters" />
    <div class="skeleton skeleton-chart" />
    <div class="skeleton skeleton-text" />
  </main>
);

const Gone = ({ post }: { readonly post: (message: PanelMessage) => void }): JSX.Element => (
  <main class="run-panel gone">
    <h1>This run is not stored any more</h1>
    <p>It was deleted, or the folder with the results was. The prompt file is as it was.</p>
    <Button
      icon="go-to-file"
      kind="primary"
      onPress={() => {
        post({ type: 'open-spec' });
      }}
    >
      Open the prompt file
    </Button>
  </main>
);
