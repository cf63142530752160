/** Score against calls, time or money: as a chart that the keyboard walks, or as a table that says the same. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Spend } from '../../src/protocol/events.ts';
import type { ScorePoint } from '../../src/protocol/folds/run-view.ts';
import { plusMinus, score } from '../../src/protocol/wording.ts';
import { Button, Icon, Select } from '../components.tsx';
import { PAGE_ROWS, Pager } from '../pager.tsx';
import { useTheme } from '../theme.ts';
import { drawScores } from './chart-drawing.ts';
import type { ScoreDrawing } from './chart-drawing.ts';
import { CHART_AXES, axisWords, chartPoints, pointWords } from './chart-points.ts';
import type { ChartAxis, ChartPoints } from './chart-points.ts';

export interface ScoreChartProps {
  readonly curve: readonly ScorePoint[];
  /** What a run that goes on has spent; null for one that has ended. */
  readonly spent: Spend | null;
  readonly axis: ChartAxis;
  readonly onAxis: (axis: ChartAxis) => void;
  readonly asTable: boolean;
  readonly onAsTable: (asTable: boolean) => void;
  readonly selected: string | null;
  readonly onSelect: (hash: string) => void;
}

export function ScoreChart(props: ScoreChartProps): JSX.Element {
  const { curve, spent, axis, onAxis, asTable, onAsTable } = props;
  const data = useMemo(() => chartPoints(curve, axis, spent), [curve, axis, spent]);
  return (
    <section class="chart" aria-labelledby="chart-title">
      <div class="section-head">
        <h2 id="chart-title">Score</h2>
        <span class="controls">
          <Select label="Score against" value={axis} options={CHART_AXES} onChange={onAxis} />
          <Button
            icon={asTable ? 'graph-line' : 'table'}
            onPress={() => {
              onAsTable(!asTable);
            }}
          >
            {asTable ? 'Show as chart' : 'Show as table'}
          </Button>
        </span>
      </div>
      {data.points.length === 0 ? (
        <p class="chart-empty quiet">The first point comes with the first candidate that is fully evaluated.</p>
      ) : asTable ? (
        <PointTable data={data} axis={axis} />
      ) : (
        <>
          <Drawn {...props} data={data} />
          <p class="legend quiet">
            <span>
              <Icon name="circle-filled" class="accent" /> best so far, with its 95 % band
            </span>
            <span>
              <Icon name="circle-outline" /> other candidates
            </span>
          </p>
        </>
      )}
    </section>
  );
}

/** The canvas. For the keyboard it is one slider over the points, so that arrow keys reach it and each is read out. */
function Drawn({ data, axis, selected, onSelect }: ScoreChartProps & { readonly data: ChartPoints }): JSX.Element {
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<ScoreDrawing | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const look = { data, axis, theme, selected };
  const choose = useRef(onSelect);
  choose.current = onSelect;
  useEffect(() => {
    if (canvas.current === null) return;
    const drawn = drawScores(canvas.current, look, ({ hash }) => {
      choose.current(hash);
    });
    drawing.current = drawn;
    return () => {
      drawn.destroy();
    };
  }, []);
  useEffect(() => {
    drawing.current?.show(look);
  }, [data, axis, theme, selected]);
  useEffect(() => {
    drawing.current?.point(active);
  }, [active, data, axis, theme, selected]);

  const last = data.points.length - 1;
  const at = Math.min(active ?? last, last);
  const point = data.points[at];
  const onKeyDown = (event: KeyboardEvent): void => {
    const to: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      Home: 0,
      End: last,
    };
    const next = to[event.key];
    if (next !== undefined) setActive(Math.min(last, Math.max(0, next)));
    else if ((event.key === 'Enter' || event.key === ' ') && point !== undefined) onSelect(point.hash);
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="canvas"
      role="slider"
      tabIndex={0}
      aria-label="Evaluated candidates on the chart. Arrow keys move, Enter selects."
      aria-valuemin={1}
      aria-valuemax={data.points.length}
      aria-valuenow={at + 1}
      aria-valuetext={point === undefined ? '' : pointWords(point, axis)}
      onKeyDown={onKeyDown}
      onFocus={() => {
        setActive(at);
      }}
      onBlur={() => {
        setActive(null);
      }}
    >
      <canvas ref={canvas} />
    </div>
  );
}

function PointTable({ data: { points }, axis }: { readonly data: ChartPoints; readonly axis: ChartAxis }): JSX.Element {
  const [page, setPage] = useState(0);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Scores as a table">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                Candidate
              </th>
              <th scope="col" class="number">
                After
              </th>
              <th scope="col" class="number">
                Score
              </th>
              <th scope="col" class="number">
                95 % interval
              </th>
              <th scope="col">Best then</th>
            </tr>
          </thead>
          <tbody>
            {points.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map(({ hash, number, x, estimate, best }) => (
              <tr key={hash}>
                <td class="number">{number}</td>
                <td class="number">{axisWords(axis, x)}</td>
                <td class="number">{plusMinus(estimate)}</td>
                <td class="number">
                  {score(estimate.low)} to {score(estimate.high)}
                </td>
                <td>{best ? 'yes' : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager noun="scores" rows={points.length} page={page} onPage={setPage} />
    </>
  );
}
