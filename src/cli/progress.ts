/** What moves while a run goes on: a bar in a terminal, few plain lines elsewhere. A view of the fold, nothing else. */
import { MultiBar } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import { batchLine, count, counted, estimate, money, plusMinus } from '../protocol/wording.ts';
import type { Limits, RunEvent } from '../engine/index.ts';
import { createRunFold } from '../protocol/folds/run-view.ts';
import type { RunView } from '../protocol/folds/run-view.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  add(event: RunEvent): void;
  /** A line that stays. */
  say(text: string): void;
  end(): void;
}

/** Milliseconds between two looks at the fold while nothing worth a line happens. */
const LOOK_EVERY_MS = 100;

/** Milliseconds between plain status lines where nobody watches. */
const PLAIN_EVERY_MS = 10_000;

interface Show {
  line(text: string): void;
  status(view: RunView): void;
  end(): void;
}

const bestOf = (view: RunView): string => {
  const best = view.candidates.find((candidate) => candidate.hash === view.incumbent)?.estimate;
  return best === null || best === undefined ? 'no score yet' : `best ${plusMinus(best)}`;
};

const moneyOf = ({ spent }: RunView): string => (spent.unpricedCalls > 0 ? 'price unknown' : money(spent.usd));

/** The innermost phase under way, with the rows done of its evaluation. */
const phaseOf = (view: RunView): string => {
  const name = view.phases.findLast(({ state }) => state === 'running')?.name ?? 'starting';
  return view.progress === null ? name : `${name}, ${view.progress.done} of ${counted(view.progress.of, 'row')}`;
};

function barOn(terminal: Terminal, total: number): Show {
  const colours = terminal.errColours;
  const bars = new MultiBar({
    stream: terminal.stderr,
    format: `{bar} {calls} · {best} · {money} · {phase}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    fps: 10,
    formatBar: (progress, options) => {
      const size = options.barsize ?? 24;
      const full = Math.round(Math.min(1, progress) * size);
      return colours.cyan('█'.repeat(full)) + colours.dim('░'.repeat(size - full));
    },
  });
  const bar: SingleBar = bars.create(total, 0, { calls: '', best: '', money: '', phase: 'starting' });
  return {
    line(text) {
      bars.log(`${text}\n`);
    },
    status(view) {
      bar.update(Math.min(total, view.spent.calls), {
        calls: `${count(view.spent.calls)}/${counted(total, 'call')}`,
        best: bestOf(view),
        money: moneyOf(view),
        phase: phaseOf(view),
      });
    },
    end() {
      bars.stop();
    },
  };
}

function plainOn(terminal: Terminal, now: () => number, total: number): Show {
  let last = now();
  return {
    line(text) {
      terminal.err(text);
    },
    status(view) {
      if (now() - last < PLAIN_EVERY_MS) return;
      last = now();
      terminal.err(
        `${count(view.spent.calls)} of ${counted(total, 'call')} · ${bestOf(view)} · ${moneyOf(view)} · ${phaseOf(view)}`,
      );
    },
    end: () => undefined,
  };
}

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly now: () => number;
  readonly quiet: boolean;
  readonly limits: Limits;
  /** Calls the run will likely make, when calls are not limited. */
  readonly likelyCalls: number;
}

export function createProgress({ terminal, now, quiet, limits: given, likelyCalls }: ProgressOptions): Progress {
  const fold = createRunFold();
  const total = given.calls ?? likelyCalls;
  const show: Show = quiet
    ? { line: () => undefined, status: () => undefined, end: () => undefined }
    : terminal.isLive
      ? barOn(terminal, total)
      : plainOn(terminal, now, total);
  const colours = terminal.errColours;

  /** Lines that stay: phases, new bests, warnings. */
  const announce = (event: RunEvent, view: RunView): void => {
    switch (event.type) {
      case 'phase-started':
        show.line(colours.dim(`${event.data.phase}${event.data.note === undefined ? '' : ` (${event.data.note})`}`));
        break;
      case 'incumbent-changed': {
        const candidate = view.candidates.find(({ hash }) => hash === event.data.candidate);
        const from = candidate === undefined ? '' : `  candidate ${candidate.number}: ${candidate.note}`;
        show.line(
          `  best ${estimate(event.data.estimate)} after ${counted(event.data.calls, 'call')}${colours.dim(from)}`,
        );
        break;
      }
      case 'batch':
        show.line(colours.dim(`  ${batchLine(event.data)}`));
        break;
      case 'warning':
        // The notes of a run are shown with its forecast already.
        if (event.data.code !== 'note') show.line(colours.yellow(event.data.message));
        break;
      default:
    }
  };

  let looked = 0;
  return {
    add(event) {
      fold.add({ time: now(), event });
      const noisy = event.type === 'rows-done' || event.type === 'spent' || event.type === 'candidate-proposed';
      if (noisy && now() - looked < LOOK_EVERY_MS) return;
      looked = now();
      const view = fold.view();
      announce(event, view);
      show.status(view);
    },
    say(text) {
      if (quiet) terminal.err(text);
      else show.line(text);
    },
    end() {
      show.end();
    },
  };
}
