/** The page put together: the month, what was paid, and what each run was forecast to cost. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CostHostMessage, CostPageMessage, CostViewState } from '../../src/protocol/cost-messages.ts';
import { totalPaid } from '../../src/protocol/folds/cost-groups.ts';
import { counted } from '../../src/protocol/wording.ts';
import { Button, Icon } from '../components.tsx';
import type { Host } from '../host.ts';
import { choicesFrom } from './kept-state.ts';
import type { Choices, KeptState } from './kept-state.ts';
import { DayChart } from './day-chart.tsx';
import { PaidTable } from './paid-table.tsx';
import { RunTable } from './run-table.tsx';
import { Totals } from './totals.tsx';

export type CostViewHost = Host<CostHostMessage, CostPageMessage, KeptState>;

export function CostView({ host }: { readonly host: CostViewHost }): JSX.Element {
  const [state, setState] = useState<CostViewState | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [choices, setChoices] = useState(() => choicesFrom(host.kept));
  useEffect(() => {
    const unsubscribe = host.subscribe((message) => {
      setFailure(message.type === 'failed' ? message.sentence : null);
      if (message.type === 'costs') setState(message.state);
    });
    host.post({ type: 'ready' });
    return unsubscribe;
  }, [host]);
  useEffect(() => {
    if (state !== null) host.keep({ folder: state.folder, ...choices });
  }, [state?.folder, choices]);

  if (state === null) return failure === null ? <Skeleton /> : <Failed sentence={failure} post={host.post} />;
  return (
    <Shown
      state={state}
      failure={failure}
      choices={choices}
      choose={(some) => {
        setChoices((before) => ({ ...before, ...some }));
      }}
      post={host.post}
    />
  );
}

interface ShownProps {
  readonly state: CostViewState;
  readonly failure: string | null;
  readonly choices: Choices;
  readonly choose: (some: Partial<Choices>) => void;
  readonly post: (message: CostPageMessage) => void;
}

function Shown({ state: { where, account }, failure, choices, choose, post }: ShownProps): JSX.Element {
  const { rows, runs, month } = account;
  const total = totalPaid(rows);
  const openable = new Set(runs.map(({ runId }) => runId));
  const measure = choices.measure ?? (total.usd > 0 ? 'usd' : 'calls');
  if (rows.length === 0 && runs.length === 0) return <Empty where={where} post={post} />;
  const unsettled = rows.reduce((sum, row) => sum + row.unsettled, 0);
  return (
    <main class="cost-view">
      <header class="cost-header">
        <h1>Costs</h1>
        <span class="quiet path">{where}</span>
        <span class="controls">
          <Button
            icon="refresh"
            onPress={() => {
              post({ type: 'refresh' });
            }}
          >
            Refresh
          </Button>
        </span>
      </header>
      <div class="notices" role="status">
        {failure === null ? null : (
          <p class="notice notice-error">
            <Icon name="error" />
            <span>{failure} What is shown may be older.</span>
          </p>
        )}
        {total.unpricedCalls === 0 ? null : (
          <p class="notice">
            <Icon name="info" />
            <span>
              {counted(total.unpricedCalls, 'call')} went to models without a known price. They are in calls and tokens,
              not in dollars; write prices into promptopt.config.yaml to have them counted from the next run on.
            </span>
          </p>
        )}
        {unsettled === 0 ? null : (
          <p class="notice">
            <Icon name="info" />
            <span>
              {counted(unsettled, 'call')} of these {unsettled === 1 ? 'has' : 'have'} no reply: in the air now, or lost
              when a window closed. They may have been billed, so they count at the most they can have cost.
            </span>
          </p>
        )}
      </div>
      <Totals account={account} total={total} month={month} />
      <DayChart rows={rows} measure={measure} />
      <PaidTable
        rows={rows}
        openable={openable}
        by={choices.by}
        onBy={(by) => {
          choose({ by, groupSort: null });
        }}
        measure={measure}
        onMeasure={(next) => {
          choose({ measure: next });
        }}
        sort={choices.groupSort}
        onSort={(groupSort) => {
          choose({ groupSort });
        }}
        onOpen={(runId) => {
          post({ type: 'open-run', runId });
        }}
      />
      <RunTable
        runs={runs}
        measure={measure}
        sort={choices.runSort}
        onSort={(runSort) => {
          choose({ runSort });
        }}
        onOpen={(runId) => {
          post({ type: 'open-run', runId });
        }}
      />
    </main>
  );
}

const Skeleton = (): JSX.Element => (
  <main class="cost-view" aria-busy="true">
    <h1 class="sr-only">Loading the costs</h1>
    <div class="skeleton skeleton-title" />
    <div class="skeleton skeleton-meters" />
    <div class="skeleton skeleton-text" />
    <div class="skeleton skeleton-text" />
  </main>
);

interface PageProps {
  readonly post: (message: CostPageMessage) => void;
}

const Empty = ({ where, post }: PageProps & { readonly where: string }): JSX.Element => (
  <main class="cost-view alone">
    <h1>Nothing has been spent yet</h1>
    <p>
      In <span class="path">{where}</span> no model has been asked. What evaluations and runs cost will stand here: by
      run, day, model and role, with the forecast beside it.
    </p>
    <Button
      icon="rocket"
      kind="primary"
      onPress={() => {
        post({ type: 'optimize' });
      }}
    >
      Optimize the open prompt
    </Button>
  </main>
);

const Failed = ({ sentence, post }: PageProps & { readonly sentence: string }): JSX.Element => (
  <main class="cost-view alone">
    <h1>The account could not be read</h1>
    <p role="alert">{sentence}</p>
    <div class="controls">
      <Button
        icon="refresh"
        kind="primary"
        onPress={() => {
          post({ type: 'refresh' });
        }}
      >
        Retry
      </Button>
      <Button
        icon="output"
        onPress={() => {
          post({ type: 'show-log' });
        }}
      >
        Show log
      </Button>
    </div>
  </main>
);
