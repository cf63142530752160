/**
 * A run as one self-contained page: no script, nothing loaded, readable on a phone and on paper. It holds prompts and
 * figures; of rows only what became part of a prompt as a demonstration.
 */
import { stopReasonSentence, whatCouldHelp } from '../../protocol/advice.ts';
import type { ForecastRange, Spend, VerdictSummary } from '../../protocol/events.ts';
import type { CandidateView } from '../../protocol/folds/run-view.ts';
import type { OptimizationResult } from '../../protocol/result.ts';
import {
  EMBEDDED_NOTICE,
  count,
  counted,
  duration,
  limits,
  money,
  pValue,
  percent,
  plusMinus,
  signed,
} from '../../protocol/wording.ts';
import type { RunReport } from './run-report.ts';
import { REPORT_STYLE } from './report-style.ts';
import { beforeAfterBars, rateBar, scoreCurve } from './score-charts.ts';
import { diffTexts } from './text-diff.ts';
import { escapeText } from './xml.ts';

const MARKS = { same: ' ', added: '+', removed: '−' } as const;

const section = (title: string, body: string): string =>
  body === '' ? '' : `<section><h2>${title}</h2>${body}</section>`;

/** A difference of two shares, e.g. "+12 points". */
const signedPoints = (value: number): string =>
  `${value < 0 ? '−' : '+'}${counted(Math.abs(Math.round(value * 100)), 'point')}`;

/** An effect beyond every table, from differences that do not vary. */
const effect = (value: number): string => (Math.abs(value) > 1e6 ? 'beyond measure' : value.toFixed(2));

function verdictSection(result: OptimizationResult): string {
  const { verdict } = result;
  const help = whatCouldHelp(result);
  const sentence = verdict?.sentence ?? 'No verdict: the run ended before one could be made.';
  const helpList =
    help.length === 0
      ? ''
      : `<p>What could help:</p><ul>${help.map((line) => `<li>${escapeText(line)}</li>`).join('')}</ul>`;
  return `<section class="verdict ${verdict?.outcome ?? 'none'}"><p class="sentence">${escapeText(sentence)}</p>
<p>${escapeText(stopReasonSentence(result.stopReason, result))}</p>${helpList}</section>`;
}

function evidenceSection(verdict: VerdictSummary): string {
  const { difference, effectSize } = verdict;
  const basis =
    verdict.basis === 'held-out'
      ? 'rows no optimizer saw'
      : 'cross-fitted: too few rows for a test split, weaker evidence';
  const figure = (name: string, value: string, small: string): string =>
    `<div><dt>${name}</dt><dd>${escapeText(value)}<small>${escapeText(small)}</small></dd></div>`;
  const left = verdict.rowsLeftOut === 0 ? '' : `; ${count(verdict.rowsLeftOut)} left out by the budget`;
  return `<figure>${beforeAfterBars(verdict.before, verdict.after)}
<figcaption>Mean score with its 95 % interval, ${counted(verdict.rows, 'row')}, ${basis}${left}.</figcaption></figure>
<dl class="figures">
${figure('Difference', signed(difference.mean), `95 % interval [${difference.interval.map(signed).join(', ')}], ${difference.method}`)}
${figure('p-value', pValue(verdict.pValue), verdict.test)}
${figure('Effect size', effect(effectSize.value), effectSize.name)}
${figure('These rows could show', counted(Math.round(verdict.detectableDifference * 100), 'point'), 'the smallest difference, with a power of 80 %')}
</dl>`;
}

function constraintsSection({ constraints }: VerdictSummary): string {
  if (constraints.length === 0) return '';
  const rows = constraints.map(
    ({ name, before, after }) =>
      `<tr><td>${escapeText(name)}</td><td class="number">${rateBar(before, '--before')} ${percent(before)}</td><td class="number">${rateBar(after, '--after')} ${percent(after)}</td><td class="number">${signedPoints(after - before)}</td></tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th>Constraint</th><th class="number">Kept before</th><th class="number">Kept after</th><th class="number">Change</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function candidateRow(candidate: CandidateView, chosen: string): string {
  const isChosen = candidate.hash === chosen;
  const reason =
    candidate.reason === null ? '' : `<br><span class="reason">Dropped: ${escapeText(candidate.reason)}</span>`;
  const demonstrations =
    candidate.demonstrations === 0
      ? ''
      : `<br><span class="reason">${counted(candidate.demonstrations, 'demonstration')}</span>`;
  return `<tr${isChosen ? ' class="chosen"' : ''}><td class="number">${isChosen ? '★ ' : ''}${candidate.number}</td>
<td class="number">${candidate.estimate === null ? '—' : plusMinus(candidate.estimate)}</td>
<td class="number">${candidate.estimate === null ? 0 : candidate.estimate.rows}</td>
<td class="number">${candidate.costPerCall === null ? '—' : money(candidate.costPerCall)}</td>
<td class="number">${candidate.parentNumbers.join(', ') || '—'}</td>
<td class="why">${escapeText(candidate.note)}${demonstrations}${reason}</td></tr>`;
}

function candidatesSection({ view, result }: RunReport): string {
  if (view.candidates.length === 0) return '';
  const sorted = view.candidates.toSorted(
    (a, b) => (b.estimate?.mean ?? -1) - (a.estimate?.mean ?? -1) || a.number - b.number,
  );
  const never = view.rejections.length;
  const lost =
    never === 0
      ? ''
      : `<p class="note">${counted(never, 'further proposal')} never became a candidate: ${escapeText([...new Set(view.rejections.map(({ reason }) => reason))].slice(0, 5).join('; '))}.</p>`;
  return `<div class="scroll"><table><thead><tr><th class="number">No.</th><th class="number">Score</th><th class="number">Rows</th><th class="number">Cost a call</th><th class="number">From</th><th>Why</th></tr></thead>
<tbody>${sorted.map((candidate) => candidateRow(candidate, result.chosen.hash)).join('')}</tbody></table></div>${lost}
<p class="note">Scores on validation rows, which the search could see: they choose, the verdict proves. 0 is the original; ★ is what to use.</p>`;
}

function costSection({ forecast, spent, paid, time }: OptimizationResult): string {
  const line = (
    name: string,
    range: ForecastRange | null,
    format: (value: number) => string,
    pick: ((spend: Spend) => string) | null,
  ): string => {
    const forecasts =
      range === null ? ['unknown', 'unknown', 'unknown'] : [range.low, range.likely, range.worst].map(format);
    const real = pick === null ? [duration(time.minutes), ''] : [pick(spent), pick(paid)];
    return `<tr><td>${name}</td>${[...forecasts, ...real].map((text) => `<td class="number">${escapeText(text)}</td>`).join('')}</tr>`;
  };
  const dollars = (spend: Spend): string =>
    spend.unpricedCalls === 0
      ? money(spend.usd)
      : spend.usd === 0
        ? 'unknown'
        : `${money(spend.usd)} + ${counted(spend.unpricedCalls, 'unpriced call')}`;
  return `<div class="scroll"><table><thead><tr><th></th><th class="number">Forecast, low</th><th class="number">likely</th><th class="number">at most</th><th class="number">Spent</th><th class="number">Paid</th></tr></thead><tbody>
${line('Calls', forecast.calls, count, (spend) => count(spend.calls))}
${line('Tokens in', forecast.inputTokens, count, (spend) => count(spend.inputTokens))}
${line('Tokens out', forecast.outputTokens, count, (spend) => count(spend.outputTokens))}
${line('USD', forecast.usd, money, dollars)}
${line('Time', forecast.minutes, duration, null)}
</tbody></table></div>
<p class="note">Spent is what the run would cost if every reply had been bought; paid is what was bought. The rest came from the cache.</p>`;
}

function diffSection({ before, after }: RunReport): string {
  const hunks = diffTexts(before, after);
  if (hunks.length === 0) return '<p>The file stays as it is.</p>';
  const lines = hunks.flatMap(({ header, lines: changed }) => [
    `<div class="hunk">${header}</div>`,
    ...changed.map(({ kind, text }) => `<div class="${kind}"><b>${MARKS[kind]}</b>${escapeText(text)}</div>`),
  ]);
  return `<pre class="diff" tabindex="0" role="region" aria-label="The change of the file">${lines.join('')}</pre>`;
}

function promptSection({ chosen, original }: OptimizationResult): string {
  const messages = chosen.messages.map(
    ({ role, content }) => `<div class="message"><p>${escapeText(role)}</p><pre>${escapeText(content)}</pre></div>`,
  );
  const inputsOf = (inputs: Readonly<Record<string, string>>): string =>
    Object.entries(inputs)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n');
  const demonstrations = chosen.demonstrations.map(
    ({ inputs, assistant }) =>
      `<div class="message"><p>demonstration</p><pre>${escapeText(inputsOf(inputs))}\n→ ${escapeText(assistant)}</pre></div>`,
  );
  const fromRows =
    demonstrations.length === 0
      ? ''
      : `<p class="note">This prompt holds ${counted(demonstrations.length, 'demonstration')} with the content of training rows, shown because it is part of the prompt.</p>`;
  const name = chosen.hash === original.hash ? 'the original' : 'the better prompt';
  return `<details><summary>All of ${name}</summary>${messages.join('')}${demonstrations.join('')}</details>${fromRows}`;
}

function settingsSection({ result, view, specPath, engineVersion }: RunReport): string {
  const splits = view.started?.splits;
  const file = specPath.split(/[\\/]/).at(-1) ?? specPath;
  const rows: (readonly [string, string])[] = [
    ['File', file],
    ['Run', result.runId],
    ['Strategy', result.strategy],
    ['Seed', String(result.seed)],
    ['Target model', result.models.target],
    ['Proposer', result.models.proposer],
    ['Limits', limits(result.limits)],
    ...(splits === undefined
      ? []
      : [['Rows', `${splits.train} train, ${splits.validation} validation, ${splits.test} test`] as const]),
    ['Engine', `promptopt ${engineVersion}`],
  ];
  const notes = [...new Set([...result.notes, ...view.warnings.map(({ message }) => message)])];
  return `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeText(value)}</td></tr>`).join('')}</tbody></table>
${notes.map((note) => `<p class="note">${escapeText(note)}</p>`).join('')}`;
}

/** The page. Everything that came from outside is escaped. */
export function htmlReport(report: RunReport): string {
  const { result, view } = report;
  const { verdict } = result;
  const when = new Date(result.time.endedAt).toISOString().slice(0, 16).replace('T', ' ');
  const standIn = result.embedded ? `<p class="stand-in">${EMBEDDED_NOTICE}</p>` : '';
  const everyPage = result.embedded ? `<div class="every-page">${EMBEDDED_NOTICE}</div>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(result.name)} · prompt optimization</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header><h1>${escapeText(result.name)}</h1>
<p class="meta">${escapeText(result.strategy)} on ${escapeText(result.models.target)} · ${when} UTC · ${counted(result.spent.calls, 'call')} · ${duration(result.time.minutes)}</p>${standIn}</header>
${verdictSection(result)}
${verdict === null ? '' : section('Evidence', evidenceSection(verdict))}
${verdict === null ? '' : section('Constraints on unseen rows', constraintsSection(verdict))}
${section(
  'The search',
  `<figure>${scoreCurve(view.curve, view.spent.calls)}<figcaption>Score on validation rows against calls. Filled dots were the best so far, the band is their 95 % interval; rings were tried and lost.</figcaption></figure>`,
)}
${section('Candidates', candidatesSection(report))}
${section('The change', `${diffSection(report)}${promptSection(result)}`)}
${section('Cost', costSection(result))}
${section('Settings', settingsSection(report))}
<footer>Made by promptopt ${escapeText(report.engineVersion)}. This page holds prompts and figures. Of rows it holds only what is part of a prompt.${result.embedded ? ` ${EMBEDDED_NOTICE}` : ''}</footer>
</main>
${everyPage}
</body>
</html>
`;
}
