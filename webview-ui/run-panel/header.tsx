/** Whose run it is, how it goes, and what can be done with it now. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PanelMessage, RunPanelState } from '../../src/protocol/messages.ts';
import { Button, Icon } from '../components.tsx';
import { STATUS_ICONS, activity, isLive } from './status-words.ts';

export interface HeaderProps {
  readonly run: RunPanelState;
  readonly post: (message: PanelMessage) => void;
}

export function Header({ run, post }: HeaderProps): JSX.Element {
  const { started } = run.view;
  const doing = run.status === 'running' ? activity(run) : '';
  return (
    <header class="run-header">
      <h1 dir="auto" title={run.name}>
        {run.name}
      </h1>
      <Actions run={run} post={post} />
      <p class="run-facts">
        <span class={`status status-${run.status}`}>
          <Icon name={STATUS_ICONS[run.status]} class={isLive(run) && run.status !== 'paused' ? 'turning' : ''} />
          {run.status}
        </span>
        {doing === '' ? null : <span class="activity">{doing}</span>}
        {started === null ? null : <span>{started.strategy}</span>}
        {started === null ? null : (
          <span dir="auto">
            {started.models.target === started.models.proposer
              ? started.models.target
              : `${started.models.target}, proposals by ${started.models.proposer}`}
          </span>
        )}
        {started === null ? null : <span>seed {started.seed}</span>}
        <button
          type="button"
          class="link path"
          onClick={() => {
            post({ type: 'open-spec' });
          }}
        >
          <bdi>{run.spec}</bdi>
        </button>
      </p>
    </header>
  );
}

function Actions({ run: { status, canReview, canContinue }, post }: HeaderProps): JSX.Element | null {
  const [asking, setAsking] = useState(false);
  const send =
    (type: 'pause' | 'continue' | 'resume' | 'stop' | 'discard' | 'review' | 'new-limit' | 'show-log') => () => {
      setAsking(false);
      post({ type });
    };
  switch (status) {
    case 'running':
    case 'paused':
      if (asking) {
        return (
          <div class="actions" role="group" aria-label="Discard the run">
            <span class="question">Discard the run and what it found?</span>
            <Button icon="trash" onPress={send('discard')}>
              Discard
            </Button>
            <Button
              onPress={() => {
                setAsking(false);
              }}
            >
              Keep it
            </Button>
          </div>
        );
      }
      return (
        <div class="actions" role="group" aria-label="Run">
          {status === 'running' ? (
            <Button icon="debug-pause" onPress={send('pause')}>
              Pause
            </Button>
          ) : (
            <Button icon="debug-continue" kind="primary" onPress={send('continue')}>
              Continue
            </Button>
          )}
          <Button icon="debug-stop" onPress={send('stop')}>
            Stop and keep best
          </Button>
          <Button
            icon="trash"
            onPress={() => {
              setAsking(true);
            }}
          >
            Discard…
          </Button>
        </div>
      );
    case 'interrupted':
    case 'failed':
      return (
        <div class="actions" role="group" aria-label="Run">
          <Button icon="debug-continue" kind="primary" onPress={send('resume')}>
            Resume
          </Button>
          <Button icon="output" onPress={send('show-log')}>
            Show log
          </Button>
        </div>
      );
    case 'done':
      return canReview || canContinue ? (
        <div class="actions" role="group" aria-label="Run">
          {canReview ? (
            <Button icon="diff" kind="primary" onPress={send('review')}>
              Review diff
            </Button>
          ) : null}
          {canContinue ? (
            <Button icon="debug-continue" onPress={send('new-limit')}>
              New limit…
            </Button>
          ) : null}
        </div>
      ) : null;
    case 'stopping':
    case 'discarded':
      return null;
  }
}
