/** The pictures of a report as SVG: pure functions of the view, coloured by the page's own variables. */
import type { Estimate } from '../../protocol/events.ts';
import type { ScorePoint } from '../../protocol/folds/run-view.ts';
import { count, plusMinus, score } from '../../protocol/wording.ts';
import { escapeText } from './xml.ts';

const round = (value: number): string => value.toFixed(1);

/** Steps of 1, 2 or 5 times a power of ten, about `wanted` of them up to `most`. */
function ticks(most: number, wanted: number): number[] {
  const rough = Math.max(most, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** Bars from zero with their 95 % intervals, on a scale of 0 to 1. */
export function beforeAfterBars(before: Estimate, after: Estimate): string {
  const [left, width, height] = [64, 760, 34];
  const x = (value: number): number => left + Math.min(1, Math.max(0, value)) * width;
  const bar = (name: string, value: Estimate, top: number, colour: string): string => {
    const middle = top + height / 2;
    const [low, high] = [round(x(value.low)), round(x(value.high))];
    const whisker = (style: string): string =>
      `<path d="M${low} ${middle}H${high}M${low} ${middle - 6}v12M${high} ${middle - 6}v12" style="fill:none;${style}"/>`;
    return `<text x="0" y="${middle + 4}" class="strong">${name}</text>
<rect x="${left}" y="${top}" width="${round(x(value.mean) - left)}" height="${height}" style="fill:var(${colour})"/>
${whisker('stroke:var(--page);stroke-width:4.5')}${whisker('stroke:var(--text);stroke-width:1.5')}
<text x="${round(Math.max(x(value.high), x(value.mean)) + 10)}" y="${middle + 4}" class="strong">${plusMinus(value)}</text>`;
  };
  const scale = [0, 0.25, 0.5, 0.75, 1]
    .map(
      (value) =>
        `<path d="M${round(x(value))} 8V104" class="${value === 0 ? 'axis' : 'grid'}"/><text x="${round(x(value))}" y="120" text-anchor="middle">${value}</text>`,
    )
    .join('');
  const title = `Before ${plusMinus(before)}, after ${plusMinus(after)}`;
  return `<svg viewBox="0 0 930 126" role="img" aria-label="${title}">${scale}
${bar('Before', before, 16, '--before')}
${bar('After', after, 62, '--after')}</svg>`;
}

/** Scores of the candidates by the calls spent when they were known; the best so far as a line in its 95 % band. */
export function scoreCurve(points: readonly ScorePoint[], lastCall: number): string {
  const [left, top, width, height] = [44, 12, 860, 240];
  const most = Math.max(1, lastCall, ...points.map(({ calls }) => calls));
  const x = (calls: number): number => left + (calls / most) * width;
  const y = (value: number): number => top + (1 - Math.min(1, Math.max(0, value))) * height;
  const best = points.filter((point) => point.best);

  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<path d="M${left} ${round(y(value))}H${left + width}" class="${value === 0 ? 'axis' : 'grid'}"/><text x="${left - 8}" y="${round(y(value) + 4)}" text-anchor="end">${value}</text>`,
  );
  const marks = ticks(most, 8).map(
    (calls) => `<text x="${round(x(calls))}" y="${top + height + 20}" text-anchor="middle">${count(calls)}</text>`,
  );

  /** A step function through the bests, to the end of the run. */
  const steps = (value: (point: ScorePoint) => number): string[] =>
    best.flatMap((point, index) => {
      const until = best[index + 1]?.calls ?? most;
      const level = round(y(value(point)));
      return [`${round(x(point.calls))} ${level}`, `${round(x(until))} ${level}`];
    });
  const low = steps(({ estimate }) => estimate.low);
  const high = steps(({ estimate }) => estimate.high);
  const band =
    best.length === 0 ? '' : `<path d="M${[...high, ...low.reverse()].join('L')}Z" style="fill:var(--band)"/>`;
  const line =
    best.length === 0
      ? ''
      : `<path d="M${steps(({ estimate }) => estimate.mean).join('L')}" style="fill:none;stroke:var(--after);stroke-width:2"/>`;
  const dots = points.map((point) => {
    const [cx, cy] = [round(x(point.calls)), round(y(point.estimate.mean))];
    const text = `Candidate ${point.number}: ${plusMinus(point.estimate)} after ${count(point.calls)} calls`;
    const shape = point.best
      ? `<circle cx="${cx}" cy="${cy}" r="5" style="fill:var(--after);stroke:var(--page);stroke-width:1.5"/>`
      : `<circle cx="${cx}" cy="${cy}" r="3.5" style="fill:var(--page);stroke:var(--before);stroke-width:1.5"/>`;
    return `<g><title>${escapeText(text)}</title>${shape}</g>`;
  });
  const numbers = best.map(
    (point) =>
      `<text x="${round(x(point.calls) + 8)}" y="${round(y(point.estimate.mean) - 8)}" class="strong">${point.number}</text>`,
  );
  const last = best.at(-1);
  const label =
    last === undefined
      ? 'No candidate was scored'
      : `Best score ${score(last.estimate.mean)} after ${count(most)} calls`;
  return `<svg viewBox="0 0 930 290" role="img" aria-label="${label}">
${grid.join('')}${marks.join('')}
<text x="${left + width}" y="${top + height + 36}" text-anchor="end">calls</text>
${band}${line}${dots.join('')}${numbers.join('')}</svg>`;
}

/** A share of 0…1 as a small bar in a table. */
export const rateBar = (share: number, colour: '--before' | '--after'): string =>
  `<svg viewBox="0 0 80 8" style="width:80px;display:inline-block;vertical-align:middle" aria-hidden="true"><rect width="80" height="8" style="fill:var(--line)"/><rect width="${round(share * 80)}" height="8" style="fill:var(${colour})"/></svg>`;
