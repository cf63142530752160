/** The meter line: how good, how many calls, how much money, how long. */
import type { JSX } from 'preact';
import type { RunView } from '../../src/protocol/folds/run-view.ts';
import type { RunPanelState } from '../../src/protocol/messages.ts';
import { count, counted, duration, estimate, money, moneyOf, plusMinus } from '../../src/protocol/wording.ts';
import { Meter } from '../meter.tsx';
import { isLive } from './status-words.ts';

const shareOf = (used: number, limit: number): number => (limit > 0 ? used / limit : 1);

const sentence = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' · ');

export function Meters({ run }: { readonly run: RunPanelState }): JSX.Element {
  const { view } = run;
  const { spent, started } = view;
  const { calls: maxCalls, usd: maxUsd, tokens: maxTokens } = started?.limits ?? {};
  const forecast = started?.forecast ?? null;
  const tokens = spent.inputTokens + spent.outputTokens;
  const live = isLive(run);
  return (
    <dl class="meters">
      <BestScore view={view} />
      <Meter
        name="Calls"
        value={count(spent.calls)}
        of={maxCalls === undefined ? null : count(maxCalls)}
        share={maxCalls === undefined ? null : shareOf(spent.calls, maxCalls)}
      >
        {forecast === null ? '' : `likely ${count(forecast.calls.likely)}`}
      </Meter>
      <Meter
        name="Money"
        value={moneyOf(spent)}
        of={maxUsd === undefined ? null : money(maxUsd)}
        share={maxUsd === undefined ? null : shareOf(spent.usd, maxUsd)}
      >
        {sentence(
          forecast === null ? null : forecast.usd === null ? 'price unknown' : `likely ${money(forecast.usd.likely)}`,
          spent.unpricedCalls > 0 ? `${counted(spent.unpricedCalls, 'call')} without a price` : null,
        )}
      </Meter>
      {maxTokens === undefined ? null : (
        <Meter name="Tokens" value={count(tokens)} of={count(maxTokens)} share={shareOf(tokens, maxTokens)}>
          {forecast === null ? '' : `likely ${count(forecast.inputTokens.likely + forecast.outputTokens.likely)}`}
        </Meter>
      )}
      <Time run={run} live={live} />
    </dl>
  );
}

function BestScore({ view: { candidates, incumbent } }: { readonly view: RunView }): JSX.Element {
  const best = candidates.find(({ hash }) => hash === incumbent);
  const original = candidates.find(({ number }) => number === 0)?.estimate ?? null;
  return (
    <Meter
      name="Best score"
      value={best?.estimate === undefined || best.estimate === null ? '—' : plusMinus(best.estimate)}
    >
      {best === undefined || original === null
        ? 'no candidate evaluated yet'
        : best.number === 0
          ? `the original, ${counted(original.rows, 'row')}`
          : `original ${estimate(original)}`}
    </Meter>
  );
}

/** What is left is the forecast's share of the calls that are still to come: the run's own clock has gaps. */
function Time({ run, live }: { readonly run: RunPanelState; readonly live: boolean }): JSX.Element {
  const { started, spent } = run.view;
  if (!live) {
    return (
      <Meter name="Time" value={run.minutes === null ? '—' : duration(run.minutes)}>
        {started === null ? '' : `forecast ${duration(started.forecast.minutes.likely)}`}
      </Meter>
    );
  }
  if (started === null) return <Meter name="Time left" value="—" />;
  const { calls, minutes } = started.forecast;
  const left = Math.max(0, 1 - shareOf(spent.calls, calls.likely)) * minutes.likely;
  return (
    <Meter name="Time left" value={left * 60 < 1 ? 'under 1 s' : `~${duration(left)}`}>
      {`likely ${duration(minutes.likely)} in all, at most ${duration(minutes.worst)}`}
    </Meter>
  );
}
