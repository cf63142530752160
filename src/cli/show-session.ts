/** The account of a serve session for a person: who was asked how often, and what it came to. */
import { count, counted, duration, limits, spend } from '../protocol/wording.ts';
import type { SessionResult } from '../engine/index.ts';
import { columns } from './columns.ts';
import type { Colours } from './terminal.ts';

export function sessionText(session: SessionResult, { dim, bold, yellow }: Colours): string {
  const { spent, paid, requests, refused, models } = session;
  const cached = models.reduce((sum, model) => sum + model.cached, 0);
  const lines: (readonly [string, string])[] = [
    [
      'Answered',
      `${bold(counted(requests - refused, 'request'))}, ${count(cached)} from the cache; ${count(refused)} refused or failed`,
    ],
    ['Spent', `${spend(spent)}, ${count(spent.inputTokens)} tokens in, ${count(spent.outputTokens)} out`],
    ['Paid', `${spend(paid)}${paid.calls < spent.calls ? '; the rest came from the cache' : ''}`],
    ['Limit', limits(session.limits)],
    ['Time', duration(session.time.minutes)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [
    ...(session.end === 'failed' ? [yellow('The session was ended by a failure.')] : []),
    lines.map(([name, text]) => `${dim(name.padEnd(width))}  ${text}`).join('\n'),
    ...(models.length === 0
      ? []
      : [
          columns(
            models,
            [
              { title: 'model', text: ({ model }) => model, width: 48 },
              { title: 'answered', text: ({ answered }) => count(answered), align: 'right' },
              { title: 'cached', text: (model) => count(model.cached), align: 'right' },
              { title: 'spent', text: (model) => spend(model.spent), align: 'right' },
              { title: 'paid', text: (model) => spend(model.paid), align: 'right' },
            ],
            dim,
          ),
        ]),
  ].join('\n\n');
}
