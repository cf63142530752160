/** What was forecast beside what was spent and what was really paid. */
import type { JSX } from 'preact';
import type { ForecastRange, Spend } from '../../src/protocol/events.ts';
import type { RunPanelState } from '../../src/protocol/messages.ts';
import { count, duration, money, moneyOf } from '../../src/protocol/wording.ts';

type Figure = readonly [
  name: string,
  forecast: ForecastRange | null,
  words: (value: number) => string,
  of: (spend: Spend) => string,
];

export function Costs({ run: { view, minutes } }: { readonly run: RunPanelState }): JSX.Element | null {
  const { started, spent, paid } = view;
  if (started === null) return null;
  const { forecast } = started;
  const figures: readonly Figure[] = [
    ['Calls', forecast.calls, count, ({ calls }) => count(calls)],
    ['Tokens in', forecast.inputTokens, count, ({ inputTokens }) => count(inputTokens)],
    ['Tokens out', forecast.outputTokens, count, ({ outputTokens }) => count(outputTokens)],
    ['Money', forecast.usd, money, moneyOf],
  ];
  return (
    <section class="costs" aria-labelledby="costs-title">
      <h2 id="costs-title">Cost</h2>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col" class="number">
                Likely
              </th>
              <th scope="col" class="number at-most">
                At most
              </th>
              <th scope="col" class="number">
                Spent
              </th>
              <th scope="col" class="number">
                Paid
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.map(([name, range, words, of]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{range === null ? '—' : words(range.likely)}</td>
                <td class="number at-most">{range === null ? '—' : words(range.worst)}</td>
                <td class="number">{of(spent)}</td>
                <td class="number">{of(paid)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">Time</th>
              <td class="number">{duration(forecast.minutes.likely)}</td>
              <td class="number at-most">{duration(forecast.minutes.worst)}</td>
              <td class="number">{minutes === null ? '—' : duration(minutes)}</td>
              <td />
            </tr>
          </tbody>
        </table>
      </div>
      <p class="quiet">Spent counts every call at its price; paid leaves out what the cache answered.</p>
    </section>
  );
}
