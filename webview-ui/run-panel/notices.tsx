/** What must be read: that a stand-in answers, what happened to the run, and what the engine warned of. */
import type { JSX } from 'preact';
import type { RunPanelState } from '../../src/protocol/messages.ts';
import { EMBEDDED_NOTICE, batchLine } from '../../src/protocol/wording.ts';
import { Icon } from '../components.tsx';
import { statusNotice } from './status-words.ts';
import type { StatusNotice } from './status-words.ts';

export function Notices({ run }: { readonly run: RunPanelState }): JSX.Element {
  const { started, warnings, batch, ended } = run.view;
  const status = statusNotice(run);
  return (
    <div class="notices">
      {started?.embedded === true ? <Notice kind="info" text={EMBEDDED_NOTICE} /> : null}
      <div role="status">{status === null ? null : <Notice {...status} />}</div>
      {batch?.state === 'out' && ended === null ? <Notice kind="info" text={batchLine(batch)} /> : null}
      {warnings.map(({ code, message }) => (
        <Notice key={`${code} ${message}`} kind="warning" text={message} />
      ))}
    </div>
  );
}

const Notice = ({ kind, text }: StatusNotice): JSX.Element => (
  <p class={`notice notice-${kind}`}>
    <Icon name={kind} />
    <span dir="auto">{text}</span>
  </p>
);
