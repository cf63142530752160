/** The score chart on its canvas: points with their intervals, the best so far as a step line in its band. */
import { Chart, LineElement, LinearScale, PointElement, ScatterController, Tooltip } from 'chart.js';
import type { ChartConfiguration, Plugin, Point } from 'chart.js';
import { count, plusMinus, score } from '../../src/protocol/wording.ts';
import type { Theme } from '../theme.ts';
import { CHART_AXES, axisWords, tickWords } from './chart-points.ts';
import type { ChartAxis, ChartPoint, ChartPoints } from './chart-points.ts';

Chart.register(ScatterController, PointElement, LineElement, LinearScale, Tooltip);

/** Beyond this many, intervals of single points would be a grey wall: then the band speaks alone. */
const MOST_INTERVALS = 60;

const POINTS = 0;
const CAP = 3;

export interface ChartLook {
  readonly data: ChartPoints;
  readonly axis: ChartAxis;
  readonly theme: Theme;
  readonly selected: string | null;
}

export interface ScoreDrawing {
  /** Draws all of it anew. */
  show(look: ChartLook): void;
  /** Marks a point as a pointer over it would; null for none. */
  point(index: number | null): void;
  destroy(): void;
}

/** @param onChoose is told the point that was clicked. */
export function drawScores(
  canvas: HTMLCanvasElement,
  first: ChartLook,
  onChoose: (point: ChartPoint) => void,
): ScoreDrawing {
  let look = first;
  const now = (): ChartLook => look;
  const intervals: Plugin<'scatter'> = {
    id: 'intervals',
    beforeDatasetsDraw(chart) {
      drawIntervals(chart, look);
    },
  };
  const chart = new Chart(canvas, { ...configuration(now, onChoose), plugins: [intervals] });
  return {
    show(next) {
      look = next;
      const { data, options } = configuration(now, onChoose);
      chart.data = data;
      chart.options = options ?? {};
      chart.update('none');
    },
    point(index) {
      const element = index === null ? undefined : chart.getDatasetMeta(POINTS).data[index];
      const active = element === undefined || index === null ? [] : [{ datasetIndex: POINTS, index }];
      chart.setActiveElements(active);
      chart.tooltip?.setActiveElements(active, element === undefined ? { x: 0, y: 0 } : { x: element.x, y: element.y });
      chart.update('none');
    },
    destroy() {
      chart.destroy();
    },
  };
}

function drawIntervals(chart: Chart<'scatter'>, { data, theme }: ChartLook): void {
  const { ctx } = chart;
  const { x: across, y: up } = chart.scales;
  if (across === undefined || up === undefined) return;
  ctx.save();
  ctx.fillStyle = theme.accent;
  ctx.globalAlpha = theme.highContrast ? 0.3 : 0.14;
  data.best.forEach(({ x, estimate }, index) => {
    const next = data.best[index + 1];
    if (next === undefined) return;
    const left = across.getPixelForValue(x);
    const top = up.getPixelForValue(estimate.high);
    ctx.fillRect(left, top, across.getPixelForValue(next.x) - left, up.getPixelForValue(estimate.low) - top);
  });
  if (data.points.length <= MOST_INTERVALS) {
    ctx.lineWidth = 1;
    for (const { x, estimate, best } of data.points) {
      ctx.strokeStyle = best ? theme.accent : theme.muted;
      ctx.globalAlpha = theme.highContrast ? 1 : best ? 0.9 : 0.55;
      const middle = Math.round(across.getPixelForValue(x)) + 0.5;
      const [low, high] = [up.getPixelForValue(estimate.low), up.getPixelForValue(estimate.high)];
      ctx.beginPath();
      ctx.moveTo(middle, low);
      ctx.lineTo(middle, high);
      for (const end of [low, high]) {
        ctx.moveTo(middle - CAP, end);
        ctx.lineTo(middle + CAP, end);
      }
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** @param now the look of this moment: what is asked later, like a tooltip, speaks of what is drawn then. */
function configuration(now: () => ChartLook, onChoose: (point: ChartPoint) => void): ChartConfiguration<'scatter'> {
  const { data, axis, theme, selected } = now();
  const many = data.points.length > MOST_INTERVALS;
  const font = { family: theme.font.family, size: theme.font.size - 1 };
  const ticks = { color: theme.foreground, font };
  const radius = ({ best, hash }: ChartPoint): number => (hash === selected ? 6 : best ? 5 : many ? 1.5 : 4);
  const at = ({ x, estimate }: { readonly x: number; readonly estimate: { readonly mean: number } }): Point => ({
    x,
    y: estimate.mean,
  });
  return {
    type: 'scatter',
    data: {
      datasets: [
        {
          label: 'candidates',
          clip: false,
          data: data.points.map(at),
          pointRadius: data.points.map(radius),
          pointHoverRadius: data.points.map((point) => radius(point) + 2),
          // Filled when it was the best, hollow when not: shape speaks beside colour.
          pointBackgroundColor: data.points.map(({ best }) => (best ? theme.accent : theme.background)),
          pointHoverBackgroundColor: data.points.map(({ best }) => (best ? theme.accent : theme.background)),
          pointBorderColor: data.points.map(({ best, hash }) =>
            hash === selected ? theme.foreground : best ? theme.accent : theme.muted,
          ),
          pointBorderWidth: data.points.map(({ hash }) => (hash === selected ? 2 : 1)),
        },
        {
          label: 'best so far',
          clip: false,
          data: data.best.map(at),
          showLine: true,
          stepped: 'before',
          borderColor: theme.accent,
          borderWidth: 2,
          pointRadius: 0,
          pointHitRadius: 0,
          pointHoverRadius: 0,
          order: 1,
        },
      ],
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { padding: { top: 8, right: 8 } },
      interaction: { mode: 'nearest', intersect: true },
      onClick: (_event, elements) => {
        const index = elements.find(({ datasetIndex }) => datasetIndex === POINTS)?.index ?? -1;
        const chosen = now().data.points[index];
        if (chosen !== undefined) onChoose(chosen);
      },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: data.end,
          title: {
            display: true,
            text: CHART_AXES.find(({ value }) => value === axis)?.title ?? axis,
            color: theme.muted,
            font,
          },
          grid: { display: false },
          border: { color: theme.grid },
          ticks: {
            ...ticks,
            maxRotation: 0,
            autoSkipPadding: 16,
            includeBounds: false,
            callback: (value) => tickWords(axis, Number(value)),
          },
        },
        y: {
          type: 'linear',
          min: 0,
          max: 1,
          title: { display: true, text: 'score', color: theme.muted, font },
          grid: { color: theme.grid, lineWidth: 0.5 },
          border: { display: false },
          ticks: { ...ticks, stepSize: 0.25, callback: (value) => score(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          filter: ({ datasetIndex }) => datasetIndex === POINTS,
          displayColors: false,
          backgroundColor: theme.hover.background,
          titleColor: theme.hover.foreground,
          bodyColor: theme.hover.foreground,
          borderColor: theme.hover.border,
          borderWidth: 1,
          cornerRadius: 2,
          padding: 8,
          caretSize: 0,
          titleFont: { ...font, weight: 'bold' },
          bodyFont: font,
          callbacks: {
            title: ([item]) => `Candidate ${now().data.points[item?.dataIndex ?? -1]?.number ?? ''}`,
            label: ({ dataIndex }) => {
              const point = now().data.points[dataIndex];
              if (point === undefined) return '';
              return [
                `${plusMinus(point.estimate)}, ${count(point.estimate.rows)} rows`,
                `after ${axisWords(now().axis, point.x)}`,
              ];
            },
          },
        },
      },
    },
  };
}
